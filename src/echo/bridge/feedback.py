"""Feedback: every handshake gets its verdict, or people learn that it did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from echo.bridge import gatekeeping
from echo.bridge.ea import Ea
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.facts import Alarm
from echo.domain.handshake import NO_EVALUATION, SymbolRegistrationResult
from echo.domain.handshake_facts import (
    ReportSent,
    VerdictForwarded,
    VerdictNotForwarded,
    consumed,
)
from echo.domain.sessions import Ping

TRIES_MAX: Final = 3
WAIT_MS: Final = 1_000
"""How long the Core may take for its first answer; twice as long each time after that."""


@dataclass(slots=True)
class _Wait:
    ea: Ea
    since_mono_ms: int
    tries: int = 0


def heard_of(state: State, ea: Ea, ping: Ping) -> None:
    """Tell once that an EA has taken in the verdict that is in force; its ping says so."""
    verdict = ea.verdict
    if verdict is None or not ping.evaluation_id or ping.evaluation_id == ea.consumed:
        return
    if ping.evaluation_id == verdict.evaluation_id:
        ea.consumed = ping.evaluation_id
        told = gatekeeping.as_barred(ea, verdict)
        state.observe(consumed(told, state.now.wall_ms - ping.verdict_age_ms))


def report_sent(ea: Ea, attempt: int) -> ReportSent:
    """Return the fact that the Core was told of an EA, for the *attempt*-th time."""
    report = ea.report
    metadata = report.metadata if report is not None else None
    symbols = report.symbols if report is not None else None
    return ReportSent(
        account_id=ea.account_id,
        role=ea.role,
        protocol_version=metadata.protocol_version if metadata else 1,
        client_semver=metadata.client_semver if metadata else "",
        symbols=None if symbols is None else len(symbols),
        attempt=attempt,
    )


class Feedback:
    """Who waits for a verdict.  A handshake without one is told to the Core again, thrice in all.

    A verdict that cannot be written ends its EA's session; the next handshake asks for another.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._waits: dict[int, _Wait] = {}
        self._schedule: Schedule[int] = Schedule(state, ("verdict",))

    def greeted(self, ea: Ea) -> None:
        """A handshake was accepted: from now on its verdict is waited for."""
        self._waits[ea.session] = _Wait(ea, self._state.now.mono_ms)

    def announced(self, ea: Ea) -> None:
        """The Core was told, if it is there."""
        if self._state.stream is None:
            return
        wait = self._waits.get(ea.session)
        self._state.observe(report_sent(ea, attempt=1 if wait is None else wait.tries + 1))
        if wait is None:
            return
        wait.tries += 1
        wait_ms = WAIT_MS << (wait.tries - 1)
        self._schedule.set(ea.session, self._state.now.mono_ms + wait_ms)

    def core_up(self) -> None:
        """Another stream to the Core: who still waits has all tries before it."""
        for wait in self._waits.values():
            wait.tries = 0

    def forwarded(self, ea: Ea, result: SymbolRegistrationResult, pipe_count: int) -> None:
        """A verdict was written to its EA, one of *pipe_count*."""
        wait = self._waits.pop(ea.session, None)
        self._schedule.forget(ea.session)
        now_mono_ms = self._state.now.mono_ms
        self._state.observe(
            VerdictForwarded(
                account_id=ea.account_id,
                role=ea.role,
                status=result.status,
                protocol_version=result.protocol_version,
                client_semver=result.client_semver,
                evaluation_id=result.evaluation_id,
                attempt=max(1, wait.tries) if wait is not None else 1,
                latency_ms=None if wait is None else now_mono_ms - wait.since_mono_ms,
                pipe_count=pipe_count,
            )
        )

    def undeliverable(self, result: SymbolRegistrationResult) -> None:
        """A verdict came for an EA that is not here any more."""
        self._state.observe(
            VerdictNotForwarded(
                account_id=result.account_id,
                role=result.pipe_role,
                evaluation_id=result.evaluation_id,
                reason="ea_gone",
                attempt=1,
                final=True,
            )
        )

    def lost(self, session: int) -> None:
        """An EA is gone, and waits for nothing."""
        self._waits.pop(session, None)
        self._schedule.forget(session)

    def rang(self) -> Iterator[Ea]:
        """Yield whom the Core must be told of again; who has waited in vain is told to people."""
        self._schedule.rang()
        for session in self._schedule.take_due():
            wait = self._waits.get(session)
            if wait is None or self._state.stream is None:
                continue  # A new stream announces everybody anyway.
            final = wait.tries >= TRIES_MAX
            self._tell_missing(wait, final=final)
            if not final:
                yield wait.ea

    def arm(self) -> None:
        """Have the shell wake us when the next verdict is overdue."""
        self._schedule.arm()

    def _tell_missing(self, wait: _Wait, *, final: bool) -> None:
        ea = wait.ea
        self._state.observe(
            VerdictNotForwarded(
                account_id=ea.account_id,
                role=ea.role,
                evaluation_id=NO_EVALUATION,
                reason="no_verdict",
                attempt=wait.tries,
                final=final,
            )
        )
        if final:
            waited_ms = self._state.now.mono_ms - wait.since_mono_ms
            self._state.observe(
                Alarm(
                    key=f"verdict:{ea.peer}",
                    code="VERDICT_MISSING",
                    sentence=f"the Core was told {wait.tries} times of {ea.peer} and has not judged"
                    f" it for {waited_ms} ms: nothing is opened on account {ea.account_id}",
                    account_id=ea.account_id,
                )
            )
