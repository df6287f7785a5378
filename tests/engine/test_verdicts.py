"""What is wrong with a terminal, and with each of its symbols."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.handshake import (
    AccountMode,
    HandshakeMetadata,
    IssueCode,
    RegistrationStatus,
    Role,
)
from echo.domain.policy import PolicyBook, RiskPolicy
from echo.domain.quantities import Instant
from echo.domain.specs import SymbolMapping
from echo.engine.naming import name_symbols
from echo.engine.settings import EngineSettings, UnknownSymbolAction
from echo.engine.state import AccountState, State
from echo.engine.verdicts import Judgement, entry, judge_symbols, protocol_issues
from tests.engine.scenes import SLAVE, fixed_lot, fixed_risk, mapping, metadata

NOW = Instant(5, 6)


def judge(state: State, account: AccountState, symbol: SymbolMapping) -> Judgement:
    names = name_symbols((symbol,), state.settings)
    [judgement] = judge_symbols(state, account, (symbol,), names.lines, NOW)
    return judgement


def judged(
    symbol: SymbolMapping,
    policies: Sequence[RiskPolicy] = (fixed_lot(),),
    role: Role = Role.SLAVE,
    features: tuple[str, ...] = (),
    **changes: Any,
) -> tuple[IssueCode | None, IssueCode | None]:
    state = State(settings=replace(EngineSettings(), **changes), book=PolicyBook(policies))
    account = AccountState(SLAVE, role=role, metadata=metadata(role, features=features))
    judgement = judge(state, account, symbol)
    error, warnings = judgement.error, judgement.warnings
    assert len(warnings) <= 1
    warning = warnings[0] if warnings else None
    assert entry(symbol, judgement, NOW).broker_symbol == symbol.broker_symbol
    return (error.code if error else None, warning.code if warning else None)


@pytest.mark.parametrize(
    ("symbol", "context", "verdict"),
    [
        pytest.param(mapping(), {}, (None, None), id="sound"),
        pytest.param(
            mapping(point=Decimal(0)), {}, (IssueCode.SPEC_INVALID, None), id="made-up spec"
        ),
        pytest.param(
            mapping("NOSUCH"), {}, (IssueCode.CANONICAL_NOT_ALLOWED, None), id="not catalogued"
        ),
        pytest.param(mapping("#"), {}, (IssueCode.CANONICAL_NOT_ALLOWED, None), id="no name"),
        pytest.param(
            mapping("BTCUSDT", "BTCUSDT"),
            {},
            (IssueCode.AMBIGUOUS_SYMBOL, None),
            id="may be another instrument, even if it is called exactly so",
        ),
        pytest.param(
            mapping("AAPL", "aapl"),
            {},
            (None, IssueCode.CANONICAL_NOT_ALLOWED),
            id="not catalogued, but called exactly so",
        ),
        pytest.param(
            mapping("AAPL", "AAPL"),
            {"unknown_action": UnknownSymbolAction.REJECT},
            (IssueCode.CANONICAL_NOT_ALLOWED, None),
            id="not catalogued, and that is refused",
        ),
        pytest.param(
            mapping(), {"policies": ()}, (IssueCode.RISK_POLICY_MISSING, None), id="no policy"
        ),
        pytest.param(
            mapping(), {"policies": (), "role": Role.MASTER}, (None, None), id="a master needs none"
        ),
        pytest.param(
            mapping("AAPL", "AAPL"),
            {"role": Role.MASTER},
            (None, IssueCode.CANONICAL_NOT_ALLOWED),
            id="the same rule for masters",
        ),
        pytest.param(
            mapping(tick_value=None),
            {"policies": (fixed_risk(),)},
            (IssueCode.FEATURE_MISSING, None),
            id="risk without tick values",
        ),
        pytest.param(
            mapping(tick_value=Decimal(0)),
            {"policies": (fixed_risk(),)},
            (IssueCode.FEATURE_MISSING, None),
            id="a tick value of 0 is none",
        ),
        pytest.param(
            mapping(tick_value=None),
            {"policies": (fixed_risk(),), "features": ("spec_report/tickvalue",)},
            (None, IssueCode.SPEC_STALE),
            id="the tick value will come",
        ),
        pytest.param(
            mapping(tick_value=None),
            {"policies": (fixed_risk(), fixed_lot(strategy_id="other"))},
            (None, None),
            id="one of the policies needs none",
        ),
        pytest.param(mapping(), {"policies": (fixed_risk(),)}, (None, None), id="risk"),
    ],
)
def test_symbols(
    symbol: SymbolMapping,
    context: dict[str, Any],
    verdict: tuple[IssueCode | None, IssueCode | None],
) -> None:
    assert judged(symbol, **context) == verdict


@pytest.mark.parametrize(
    ("symbol", "status"),
    [
        (mapping(), RegistrationStatus.ACCEPTED),
        (mapping("AAPL", "AAPL"), RegistrationStatus.WARNING),
        (mapping("NOSUCH"), RegistrationStatus.REJECTED),
        (mapping("#"), RegistrationStatus.REJECTED),
    ],
)
def test_lines_of_a_verdict(symbol: SymbolMapping, status: RegistrationStatus) -> None:
    state = State(settings=EngineSettings(), book=PolicyBook([fixed_lot()]))
    line = entry(symbol, judge(state, AccountState(SLAVE), symbol), NOW)

    assert line.status is status
    assert line.canonical_symbol == symbol.canonical_symbol
    assert line.evaluated_at_ms == NOW.wall_ms
    assert bool(line.errors) is (status is RegistrationStatus.REJECTED)
    assert bool(line.warnings) is (status is RegistrationStatus.WARNING)


def test_errors_that_pass_leave_the_spec_usable() -> None:
    state = State(settings=EngineSettings(), book=PolicyBook())
    account = AccountState(SLAVE)

    assert judge(state, account, mapping()).is_known
    assert not judge(state, account, mapping("NOSUCH")).is_known
    assert not judge(state, account, mapping(digits=-1)).is_known


@pytest.mark.parametrize(
    ("changes", "limits", "errors", "warnings"),
    [
        pytest.param({}, {}, [], [], id="protocol 3"),
        pytest.param({"protocol_version": 2}, {}, [], [], id="protocol 2"),
        pytest.param(
            {"client_semver": "v3"},
            {},
            ["client_semver 'v3' is not like 1.2.3"],
            [],
            id="a version that is none",
        ),
        pytest.param({"protocol_version": 1}, {}, [], ["protocol 1 is legacy: update the EA"]),
        pytest.param(
            {"protocol_version": 1},
            {"allow_legacy": False},
            ["protocol 1 is not allowed any more"],
            [],
            id="legacy refused",
        ),
        pytest.param(
            {"protocol_version": 4},
            {},
            ["protocol 4 is not spoken here, 1 to 3 are"],
            [],
            id="too new",
        ),
        pytest.param(
            {"protocol_version": 1},
            {"protocol_min": 2},
            ["protocol 1 is not spoken here, 2 to 3 are"],
            [],
            id="too old",
        ),
        pytest.param(
            {"protocol_version": 2},
            {"blocked_versions": frozenset({2})},
            ["protocol 2 is blocked"],
            [],
            id="blocked",
        ),
        pytest.param(
            {"account_mode": AccountMode.NETTING},
            {},
            ["netting accounts merge positions; only hedging accounts can be copied"],
            [],
            id="netting",
        ),
        pytest.param({"account_mode": AccountMode.HEDGING}, {}, [], [], id="hedging"),
        pytest.param(
            {"features": ("b",)},
            {"required_features": frozenset({"c", "b", "a"})},
            [],
            ["the EA does not offer a", "the EA does not offer c"],
            id="missing features only warn, in order",
        ),
        pytest.param(
            {"features": ()},
            {"required_features": frozenset({"a"}), "missing_feature_rejects": True},
            ["the EA does not offer a"],
            [],
            id="missing features reject where that is wanted",
        ),
    ],
)
def test_terminals(
    changes: dict[str, Any], limits: dict[str, Any], errors: list[str], warnings: list[str]
) -> None:
    found = protocol_issues(metadata(**changes), replace(EngineSettings(), **limits))

    assert [[issue.message for issue in issues] for issues in found] == [errors, warnings]


def test_a_bare_handshake_is_legacy() -> None:
    errors, warnings = protocol_issues(HandshakeMetadata(), EngineSettings())

    assert errors == ()
    assert [issue.code for issue in warnings] == [IssueCode.PROTOCOL_VERSION_UNSUPPORTED]


def test_no_metadata_at_all_is_an_error() -> None:
    errors, warnings = protocol_issues(None, EngineSettings())

    assert [issue.message for issue in errors] == ["the handshake has no metadata"]
    assert warnings == ()
