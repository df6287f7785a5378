"""``echoctl policy get``, ``set``, ``import``: whole or not at all, in somebody's name."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from echo.domain.desk import (
    ListRules,
    PolicyInForce,
    PutPolicies,
    RulesChanged,
    RulesInForce,
    WithdrawPolicy,
)
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId
from echo.domain.operations import Answer, Request
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.rulings import Origin
from tests.apps.cli.running_core import echoctl, running
from tests.links.admin_desk import Behind

SLAVE = AccountId("7001")
POLICY = RiskPolicy(
    account_id=SLAVE,
    strategy_id=StrategyId("swing"),
    risk_type=RiskType.FIXED_RISK,
    amount=Decimal(100),
    currency="USD",
    master_accounts=frozenset({AccountId("1001"), AccountId("1002")}),
    version=3,
)
RULES = RulesInForce(
    windows=(), switches=(), policies=(PolicyInForce(policy=POLICY, origin=Origin.DESK),)
)
DONE = RulesChanged(changed=1, sentence="1 policies are in force")


class Listing(Behind):
    """Tells its rules, and takes every change."""

    async def operate(self, by: str, request: Request) -> Answer:
        self.asked.append((by, request))
        return RULES if isinstance(request, ListRules) else DONE


def asked(folder: Path, behind: Behind, *arguments: str) -> tuple[int, str, str]:
    with running(folder, behind) as settings:
        return echoctl("policy", *arguments, "--config", str(settings))


def put(behind: Behind) -> tuple[str, tuple[RiskPolicy, ...]]:
    by, request = behind.asked[-1]
    assert isinstance(request, PutPolicies)
    return by, request.policies


def test_policies_are_listed_with_origin_and_version(tmp_path: Path) -> None:
    code, said, _ = asked(tmp_path, Listing(), "get", "--account", "7001")

    assert code == 0
    for text in ("swing", "FIXED_RISK", "amount=100", "master_accounts=1001,1002", "desk", "3"):
        assert text in said


def test_an_account_without_a_policy_is_a_problem(tmp_path: Path) -> None:
    code, said, _ = asked(tmp_path, Listing(), "get", "--account", "7002")

    assert (code, said) == (1, "no policy is in force: nothing is copied\n")


def test_programs_get_the_policies_as_they_are(tmp_path: Path) -> None:
    _, said, _ = asked(tmp_path, Listing(), "get", "--json")

    [found] = json.loads(said)["policies"]
    assert (found["origin"], found["policy"]["amount"]) == ("desk", "100")


def test_what_is_not_named_stays(tmp_path: Path) -> None:
    behind = Listing()
    words = ("set", "--account", "7001", "--strategy", "swing", "amount=150", "--by", "ana")

    assert asked(tmp_path, behind, *words) == (0, "1 policies are in force\n", "")
    by, [policy] = put(behind)
    assert (by, policy.amount, policy.currency) == ("ana", Decimal(150), "USD")
    assert policy.master_accounts == POLICY.master_accounts


def test_a_value_may_be_taken_away(tmp_path: Path) -> None:
    behind = Listing()
    asked(tmp_path, behind, "set", "--account", "7001", "--strategy", "swing", "master_accounts=")
    _, [policy] = put(behind)

    assert policy.master_accounts == frozenset()


def test_a_new_policy_must_be_whole(tmp_path: Path) -> None:
    behind = Listing()
    code, _, said = asked(tmp_path, behind, "set", "--account", "7001", "amount=150")

    assert code == 2
    assert "risk/7001/*/risk_type is missing" in said
    asked(tmp_path, behind, "set", "--account", "7001", "risk_type=FIXED_LOT", "lot_size=0.3")
    _, [policy] = put(behind)
    assert (policy.strategy_id, policy.lot_size) == (ANY_STRATEGY, Decimal("0.3"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("amount=NaN",), "is not a finite number"),
        (("amount=-5",), "is below 0.01"),
        (("amount=1e15",), "is above"),
        (("currency=XQQ",), "is not one of ISO 4217"),
        (("min_lot_override=2", "max_lot_override=1"), "is above"),
        (("master_accounts=7001",), "its own master"),
        (("risk_type=ALL_IN",), "is none of"),
        (("lotsize=1",), "is no KEY=VALUE"),
        (("amount",), "is no KEY=VALUE"),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_asked(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    behind = Listing()
    code, _, said = asked(
        tmp_path, behind, "set", "--account", "7001", "--strategy", "swing", *words
    )

    assert code == 2
    assert told in said
    assert [request for _, request in behind.asked] == [ListRules()]


@pytest.mark.parametrize(
    "text",
    [
        '[risk.7001."*"]\nrisk_type = "FIXED_LOT"\nlot_size = 0.3\n'
        '[risk.7002.swing]\nrisk_type = "MULTIPLIER"\nmultiplier = 2\n',
        '{"risk": {"7001": {"*": {"risk_type": "FIXED_LOT", "lot_size": 0.3}},'
        ' "7002": {"swing": {"risk_type": "MULTIPLIER", "multiplier": 2}}}}',
    ],
    ids=["TOML", "JSON"],
)
def test_a_file_is_put_in_one_request(tmp_path: Path, text: str) -> None:
    file, behind = tmp_path / "policies", Listing()
    file.write_text(text)

    assert asked(tmp_path, behind, "import", str(file))[0] == 0
    _, policies = put(behind)
    assert [(each.account_id, each.risk_type) for each in policies] == [
        ("7001", RiskType.FIXED_LOT),
        ("7002", RiskType.MULTIPLIER),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[policy.7001]\nmax_spread = 3\n", "are no policies"),
        ('[risk.7001."*"]\nrisk_type = "FIXED_LOT"\n', "lot_size is missing"),
        ("[risk", "neither TOML nor JSON"),
        ("{", "neither TOML nor JSON"),
    ],
)
def test_of_a_file_with_a_mistake_nothing_is_put(tmp_path: Path, text: str, told: str) -> None:
    file, behind = tmp_path / "policies.toml", Listing()
    file.write_text(text)
    code, _, said = asked(tmp_path, behind, "import", str(file))

    assert (code, behind.asked) == (2, [])
    assert told in said


def test_a_policy_is_withdrawn(tmp_path: Path) -> None:
    behind = Listing()
    asked(tmp_path, behind, "withdraw", "--account", "7001", "--strategy", "swing", "--by", "ana")

    request = WithdrawPolicy(account_id=SLAVE, strategy_id=StrategyId("swing"))
    assert behind.asked == [("ana", request)]
