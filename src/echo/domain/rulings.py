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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """One value that decides about trades was changed; empty texts = there was, or is, none."""

    key: str
    before: str
    after: str
    changed_at_ms: int
    changed_by: str


Ruling = PolicyRecord | WindowRecord | SwitchRecord | ConfigChange
