"""Terminals with a compiled expert on their chart: what they are made of, and who compiles them."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from echo.apps.running import state_folder
from echo.apps.terminal_config import AccountConfig, TerminalConfig
from echo.domain.handshake import Role
from echo.links.expert_process import ExpertProcess
from echo.ports.clock import Clock
from echo.ports.telemetry import FactSink
from echo.services.terminal.expert_lines import fields_of
from echo.services.terminal.expert_station import ExpertParts, ExpertStation
from echo.services.terminal.station import Parts

CHECKOUT: Final = Path(__file__).resolve().parents[3]
_FIVE: Final = "mt5"


class NoExperts(Exception):
    """There are no compiled experts; the message says what is missing."""


def compiled_experts() -> Path:
    """Compile the experts, unless that was done before, and return their folder.

    Raises:
        NoExperts: this is no checkout, there is no compiler, or a source does not compile.
    """
    if not (CHECKOUT / "mql").is_dir():
        raise NoExperts(
            "the experts are compiled from a checkout of the sources, which this is not"
        )
    built = subprocess.run(
        [sys.executable, "-m", "tests.mql.build"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise NoExperts(built.stderr.strip())
    return Path(built.stdout.strip())


def expert_file(experts: Path, role: Role, terminal: str) -> Path:
    """Return the compiled expert for a role on ``mt4`` or ``mt5``."""
    return experts / f"Echo{role.value.capitalize()}-mq{5 if terminal == _FIVE else 4}"


def expert_station(
    config: TerminalConfig, account: AccountConfig, parts: Parts, clock: Clock, facts: FactSink
) -> ExpertStation:
    """Put the expert that *account* names in the place of the brain in *parts*."""
    name = f"expert-{account.role}-{account.account}"
    files = state_folder(Path(config.state_dir) / name)
    process = ExpertProcess(
        Path(account.expert),
        {"ECHO_FILES": str(files), "ECHO_PIPES": config.pipe_dir},
        clock,
        fields_of,
    )
    return ExpertStation(
        ExpertParts(
            account_id=parts.settings.account_id,
            inputs=inputs_of(account),
            broker=parts.broker,
            feed=parts.feed,
            market=parts.market,
            hand=parts.hand,
            book=parts.book,
            link=process,
        ),
        clock,
        facts,
    )


def inputs_of(account: AccountConfig) -> dict[str, object]:
    """Spell what an account is told as an expert's inputs; a master reports symbols as they are."""
    inputs: dict[str, object] = {"Alerts": "false"}
    if account.role is Role.SLAVE:
        inputs["SymbolMappings"] = ",".join(
            f"{each.canonical}:{each.name}" for each in account.symbols
        )
        inputs["DoubtSeconds"] = max(1, account.doubt_ms // 1_000)
    return inputs
