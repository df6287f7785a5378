"""Settings of the lease: how two Cores take turns at one journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.config.setting import Reload, Setting, Value, choice, path, text, whole

NONE: Final = "none"
FILE: Final = "file"

LEASE_KEYS: Final[tuple[Setting, ...]] = (
    choice(
        "core/lease/kind",
        NONE,
        (NONE, FILE),
        "How several Cores take turns at one journal: not at all, or by a file on their host.",
        reload=Reload.RESTART,
    ),
    path("core/lease/file", None, "The lease; unset = journal.lease in core/state_dir."),
    whole(
        "core/lease/ttl_ms",
        10_000,
        "How long a Core that has gone silent keeps the others waiting.",
        low=2_000,
        high=60_000,
        unit="ms",
    ),
    text("core/lease/name", None, "This Core's name for the others; unset = host and process."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSettings:
    """Each field is the setting of that name."""

    file: Path
    ttl_ms: int
    name: str | None


def lease_settings(values: Mapping[str, Value]) -> LeaseSettings | None:
    """Return the lease's part of *values*; ``None`` = this Core shares its journal with nobody."""
    if values["core/lease/kind"] == NONE:
        return None
    file = values["core/lease/file"] or Path(str(values["core/state_dir"])) / "journal.lease"
    name = values["core/lease/name"]
    return LeaseSettings(
        file=Path(str(file)),
        ttl_ms=int(str(values["core/lease/ttl_ms"])),
        name=None if name is None else str(name),
    )
