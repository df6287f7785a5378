"""A second Core beside the first: they take turns at one journal, and at one address."""

import json
from pathlib import Path
from typing import Final

from echo.apps.demo.stage import Stage

STANDBY: Final = "standby"
"""Names the program that waits at first."""

LEASE_MS: Final = 2_000
"""The shortest that settings allow: a take-over that takes longer is only more waiting."""

_LEASE_FILE: Final = "journal.lease"
_CORE: Final = "[core]\n"


def share_journal(stage: Stage) -> Path:
    """Let the stage's Core take turns with another one; return that one's settings."""
    alone = stage.settings.read_text()
    stage.settings.write_text(_taking_turns(alone, stage.folder / "core" / "events"))
    path = stage.folder / f"{STANDBY}.toml"
    path.write_text(_taking_turns(alone, stage.folder / STANDBY / "events"))
    return path


def take_overs(stage: Stage) -> int:
    """Return how often the lease has passed from one Core to the other."""
    try:
        lease = json.loads((stage.folder / "core" / _LEASE_FILE).read_bytes())
    except FileNotFoundError:
        return 0
    return max(0, int(lease["revision"]) - 1)


def _taking_turns(settings: str, events: Path) -> str:
    """Return *settings* of a Core without a name: one that was killed is a stranger when it is
    back, and has to wait like any other."""
    lines = (
        'lease.kind = "file"',
        f"lease.ttl_ms = {LEASE_MS}",
        f"events.dir = {json.dumps(str(events))}",
    )
    return settings.replace(_CORE, _CORE + "\n".join(lines) + "\n", 1)
