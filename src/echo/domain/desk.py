"""What an operator may change of the rules while the Core runs, and what the Core answers."""

from dataclasses import dataclass
from typing import Final

from echo.domain.ids import AccountId, StrategyId
from echo.domain.modes import EVERYTHING, Mode, Scope, Switch
from echo.domain.policy import RiskPolicy
from echo.domain.rulings import Origin
from echo.domain.windows import Window

WINDOWS_MAX: Final = 2_000
"""Windows in one request; a week's calendar has some hundred events."""

POLICIES_MAX: Final = 500
"""Policies in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """Which windows, switches and policies are in force?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWindows:
    """Add these windows, all or none; one that is known by its id is replaced.

    ``replaces``: windows of calendars for the same accounts that begin in this span (Unix ms, its
    end not included) and are not among these are removed; ``None`` = none is.
    """

    windows: tuple[Window, ...]
    replaces: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWindow:
    """Take a window away that an operator or a calendar has added."""

    window_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSwitch:
    """Set the switch of everything, of a master, or of an account; ``live`` takes it away."""

    mode: Mode
    scope: Scope = Scope.ALL
    target: AccountId = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPolicies:
    """Put these policies into force, all or none."""

    policies: tuple[RiskPolicy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPolicy:
    """Take back what was put: what the settings say counts again."""

    account_id: AccountId
    strategy_id: StrategyId


RuleChange = AddWindows | RemoveWindow | SetSwitch | PutPolicies | WithdrawPolicy
DeskRequest = ListRules | RuleChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """A policy, where it comes from, and how often it was changed."""

    policy: RiskPolicy
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The answer to `ListRules`; windows that are over are left out."""

    windows: tuple[Window, ...]
    switches: tuple[Switch, ...]
    policies: tuple[PolicyInForce, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """The change is in force, and on disk; ``changed`` counts what it touched."""

    changed: int
    sentence: str


DeskAnswer = RulesInForce | RulesChanged
