"""Rulings: rules that people change while the Core runs, as rows of the journal.

Every row says who changed what, when; together they are the history of the desk's rules.
"""

from dataclasses import dataclass
from enum import StrEnum

from echo.domain.ids import AccountId, StrategyId
from echo.domain.modes import Switch
from echo.domain.policy import RiskPolicy
from echo.domain.windows import Window

SETTINGS_NAME = "settings"
"""Who changed what the settings say."""


class Origin(StrEnum):
    """Where a policy is kept."""

    SETTINGS = "settings"
    DESK = "desk"
    """Set by a person at the running Core; it comes before one of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A risk policy was written, changed or withdrawn (``policy`` ``None``).

    ``version`` counts the changes of this account's policy for this strategy, from 1.
    """

    account_id: AccountId
    strategy_id: StrategyId
    origin: Origin
    policy: RiskPolicy | None
    before: RiskPolicy | None
    version: int
    changed_at_ms: int
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRecord:
    """A window was added or, with ``removed``, taken away."""

    window: Window
    removed: bool
    changed_at_ms: int
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRecord:
    """A switch was set; one that is ``live`` is off."""

    switch: Switch
    changed_at_ms: int
    changed_by: str


class Acceptance(StrEnum):
    """What became of a changed value."""

    IN_FORCE = "in_force"
    RESTART = "restart"
    """It counts when the program is started again."""
    REFUSED = "refused"
    """What was in force before stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """One value was changed, or should have been; empty texts = there was, or is, none.

    ``changed_by``: a person, or where the settings lie.  ``reason``: why it was refused, or how it
    was noticed; empty = it was seen to change.
    """

    key: str
    before: str
    after: str
    changed_at_ms: int
    changed_by: str
    acceptance: Acceptance = Acceptance.IN_FORCE
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSeen:
    """What the settings say of one key, as text; ``value`` ``None`` = nothing any more."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSetting:
    """A value that settings were given and that cannot be used, as text, with the reason."""

    key: str
    value: str
    reason: str


Ruling = PolicyRecord | WindowRecord | SwitchRecord | ConfigChange | SettingSeen
