"""Rounds of chaos, one after the other, each in a folder of its own."""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from echo.apps.chaos.options import ChaosOptions, ChaosRefused
from echo.apps.chaos.round import Round
from echo.apps.chaos.server_faults import Restart, restarting
from echo.apps.chaos.tally import RoundResult, as_line
from echo.apps.expert_terminal import NoExperts, compiled_experts
from echo.apps.lent_schema import give_back, lent_schema
from echo.stores.postgres.target import PostgresTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """All rounds that were played; ``folder`` holds what was kept, ``None`` = nothing."""

    rounds: tuple[RoundResult, ...]
    seconds: float
    interrupted: bool
    folder: Path | None

    @property
    def exit_code(self) -> int:
        """1 if any round broke a promise; 130 if it was interrupted; otherwise 0."""
        if any(each.violations for each in self.rounds):
            return 1
        return 130 if self.interrupted else 0


async def campaign(options: ChaosOptions, told: Callable[[str], None]) -> CampaignResult:
    """Play all rounds; Ctrl-C ends them early and in order.

    A round that broke a promise keeps its folder, whatever was asked.

    Args:
        told: Called with a line for each round, and one for each violation.

    Raises:
        ChaosRefused: it cannot be played as asked.
        ProgramFailed: a program did not come up at all.
    """
    if options.complaints:
        raise ChaosRefused("; ".join(options.complaints))
    started_s = time.monotonic()
    folder = _folder(options)
    results: list[RoundResult] = []
    playing = asyncio.create_task(_rounds(options, folder, results, told))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    try:
        await asyncio.wait({playing})
        if not playing.cancelled():
            playing.result()
    finally:
        if not any(folder.iterdir()) and options.state is None:
            folder.rmdir()
    return CampaignResult(
        rounds=tuple(results),
        seconds=time.monotonic() - started_s,
        interrupted=playing.cancelled(),
        folder=folder if folder.exists() else None,
    )


async def _rounds(
    options: ChaosOptions,
    folder: Path,
    results: list[RoundResult],
    told: Callable[[str], None],
) -> None:
    keeps = options.keep or options.state is not None
    for number in range(options.first, options.first + options.rounds):
        place = folder / str(number)
        place.mkdir(mode=0o700)
        played = False
        store, restart = _store(options)
        experts = await asyncio.to_thread(_experts, options)
        try:
            each = Round(
                place,
                seed=options.seed,
                number=number,
                seconds=options.seconds,
                store=store,
                restart=restart,
                experts=experts,
                standby=options.cores > 1,
            )
            result = await each.play()
            played = True
        finally:
            if not keeps and not (played and result.violations):
                shutil.rmtree(place, ignore_errors=True)
                if store is not None:
                    await asyncio.to_thread(give_back, store, told)
        results.append(result)
        told(as_line(result))
        for sentence in result.violations:
            told(f"  {sentence}")


def _experts(options: ChaosOptions) -> Path | None:
    if options.terminals != "ea":
        return None
    try:
        return compiled_experts()
    except NoExperts as error:
        raise ChaosRefused(f"--terminals ea: {error}") from error


def _store(options: ChaosOptions) -> tuple[PostgresTarget | None, Restart | None]:
    """Name a round's schema, and what makes its server fall."""
    try:
        store = None if options.store is None else lent_schema(options.store, "chaos")
    except ValueError as error:
        raise ChaosRefused(f"--store: {error}") from error
    if options.store_restart is None:
        return store, None
    try:
        return store, restarting(options.store_restart)
    except ValueError as error:
        raise ChaosRefused(f"--store-restart: {error}") from error


def _folder(options: ChaosOptions) -> Path:
    state = options.state
    if state is None:
        return Path(tempfile.mkdtemp(prefix="echo-chaos-"))
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ChaosRefused(f"--state {state}: {error.strerror}") from error
    if any(state.iterdir()):
        raise ChaosRefused(f"--state {state} is not empty; give a fresh folder")
    return state.resolve()
