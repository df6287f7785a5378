"""Changes of the rules, and the rules in force, as JSON, as they cross the admin door."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from echo.domain.desk import (
    AddWindows,
    DeskAnswer,
    DeskRequest,
    ListRules,
    PutPolicies,
    RemoveWindow,
    RuleChange,
    RulesChanged,
    RulesInForce,
    SetSwitch,
    WithdrawPolicy,
)
from echo.domain.ids import AccountId, StrategyId
from echo.domain.modes import Mode, Scope
from echo.domain.operations import NAME_CHARS_MAX
from echo.domain.policy import RiskPolicy
from echo.domain.windows import Window
from echo.wire.refusals import WireError, WireReason

NOBODY: Final = "operator"
SENTENCE_CHARS_MAX: Final = 200

_Name = Annotated[
    str, Meta(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_Text = Annotated[str, Meta(max_length=64)]

KINDS: Final[dict[str, type[RuleChange]]] = {
    "add-windows": AddWindows,
    "remove-window": RemoveWindow,
    "switch": SetSwitch,
    "put-policies": PutPolicies,
    "withdraw-policy": WithdrawPolicy,
}
"""What may be asked, by the last part of its page's path."""


class _AddWindows(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    windows: tuple[Window, ...]
    replaces: tuple[int, int] | None = None
    by: _Name = NOBODY


class _RemoveWindow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    window_id: _Text
    by: _Name = NOBODY


class _Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mode: Mode
    scope: Scope
    target: _Text = ""
    by: _Name = NOBODY


class _PutPolicies(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    policies: tuple[RiskPolicy, ...]
    by: _Name = NOBODY


class _WithdrawPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    account_id: _Text
    strategy_id: _Text
    by: _Name = NOBODY


_T = TypeVar("_T")


def read_change(kind: str, body: bytes) -> tuple[str, RuleChange]:
    """Return who asks and what; *kind* is one of `KINDS`.

    Raises:
        WireError: the body is not what it should be.
    """
    match kind:
        case "add-windows":
            windows = _decoded(body, _AddWindows)
            return windows.by, AddWindows(windows=windows.windows, replaces=windows.replaces)
        case "remove-window":
            removed = _decoded(body, _RemoveWindow)
            return removed.by, RemoveWindow(window_id=removed.window_id)
        case "switch":
            switch = _decoded(body, _Switch)
            target = AccountId(switch.target)
            return switch.by, SetSwitch(mode=switch.mode, scope=switch.scope, target=target)
        case "put-policies":
            put = _decoded(body, _PutPolicies)
            return put.by, PutPolicies(policies=put.policies)
        case "withdraw-policy":
            gone = _decoded(body, _WithdrawPolicy)
            return gone.by, WithdrawPolicy(
                account_id=AccountId(gone.account_id), strategy_id=StrategyId(gone.strategy_id)
            )
        case _:
            raise ValueError(f"{kind} is no change of a rule")


def write_change(by: str, change: RuleChange) -> tuple[str, bytes]:
    """Return the kind of *change*, and the body that `read_change` reads."""
    kind = next(name for name, each in KINDS.items() if isinstance(change, each))
    fields = {name: getattr(change, name) for name in type(change).__dataclass_fields__}
    return kind, msgspec.json.encode({**fields, "by": by})


def read_desk_answer(request: DeskRequest, body: bytes) -> DeskAnswer:
    """Read the answer to *request*.

    Raises:
        WireError: the body is not such an answer.
    """
    if isinstance(request, ListRules):
        return _decoded(body, RulesInForce)
    return _decoded(body, RulesChanged)


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error
