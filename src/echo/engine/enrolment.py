"""What registration remembers: of an account beside its verdict, and whom it has yet to judge."""

from dataclasses import dataclass, field

from echo.domain.ids import AccountId, AgentId
from echo.domain.registration_facts import Cause


@dataclass(slots=True)
class Enrolment:
    """One account's registration beside its verdict.  All of it may be forgotten."""

    server: str = ""
    """Where the account is, as its accepted handshakes say; empty = not told."""
    last_connected_at_ms: int = 0
    """Wall clock of its last handshake; 0 = never."""
    reported_at_ms: int = 0
    """Wall clock of its last list of symbols that was taken, also of an empty one; 0 = never."""
    spec_told_mono_ms: dict[str, int] = field(default_factory=dict)
    """By canonical name: when a report of specs last named it, in this session or the one before:
    who is back at once need not be told to wait."""
    spec_doubts: dict[str, str] = field(default_factory=dict)
    """By canonical name: why its latest spec is not used."""
    warning_codes: tuple[str, ...] = ()
    """Of its verdict, sorted; whatever is copied meanwhile carries them."""
    rival: AgentId | None = None
    """Another Agent that claims the account, which its owner keeps as long as it lives."""
    stored_account: object = None
    """What the journal knows of its introduction and since when: the same is no news."""
    stored_account_at_ms: int = 0
    quotes_untold: int = 0
    """Taken in since it was last told of them."""
    quotes_due_mono_ms: int = 0
    stored_symbols: object = None
    stored_symbols_at_ms: int = 0


@dataclass(slots=True)
class Judging:
    """Accounts that are to be judged again, and the timer that does so by itself."""

    waiting: dict[AccountId, Cause] = field(default_factory=dict)
    """Each once, in the order in which they were named; the first cause stands."""
    interval_armed: bool = False
