"""How a Core does, as it tells whoever watches it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NOT_READY: Final = "the Core reads its journal, or cannot write it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A Core that waits for its turn, because another one serves.

    Args:
        holder: Who holds the lease, by the name in its settings.
        since_ms: Since when this one waits, Unix ms.
        journal: Why the journal could not be read now; empty = it could.
        serves_at: Where operators ask the one that serves, as ``host:port``; empty = not told.
    """

    holder: str
    since_ms: int
    journal: str = ""
    serves_at: str = ""

    @property
    def sentence(self) -> str:
        """What people are told about it."""
        since = datetime.fromtimestamp(self.since_ms / 1_000, UTC)
        journal = f"not readable: {self.journal}" if self.journal else "readable"
        return (
            f"standby, waits for the lease of {self.holder},"
            f" since {since:%Y-%m-%d %H:%M:%S} UTC, journal {journal}"
        )

    @property
    def refusal(self) -> str:
        """What those are told who want more than to know how it does."""
        where = f", and is asked at {self.serves_at}" if self.serves_at else ""
        return f"this Core is on standby: {self.holder} serves{where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether a Core that lives serves, and if not, for whom it waits; ``None`` = for nobody."""

    ready: bool
    standby: Standby | None = None

    @property
    def state(self) -> str:
        """It in a word."""
        if self.ready:
            return "serving"
        return "not ready" if self.standby is None else "standby"

    @property
    def sentence(self) -> str:
        """It in a sentence."""
        if self.ready:
            return "serving"
        return f"not ready: {NOT_READY}" if self.standby is None else self.standby.sentence
