"""Who plays: brokers that differ, everybody with an account and a rule of their own."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from echo.apps.demo.cast import BROKERS, FJORD, LEAD, MERIDIAN, METAL, NORTHWIND, cast
from echo.domain.handshake import Role
from echo.domain.policy import RiskType


@given(masters=st.integers(1, 20), slaves=st.integers(1, 100), share=st.floats(0, 1))
def test_everybody_asked_for_is_there_once(masters: int, slaves: int, share: float) -> None:
    legacy = int(share * slaves)
    people = cast(masters, slaves, legacy)

    assert (len(people.masters), len(people.slaves)) == (masters, slaves)
    assert len({player.account_id for player in people.players}) == masters + slaves
    assert {player.role for player in people.masters} == {Role.MASTER}
    assert {player.role for player in people.slaves} == {Role.SLAVE}
    old = [player for player in people.players if player.protocol_version < 3]
    assert old == list(people.slaves[slaves - legacy :])
    assert {player.broker.terminal for player in old} <= {"mt4"}


@given(slaves=st.integers(1, 100))
def test_every_slave_follows_by_a_rule(slaves: int) -> None:
    people = cast(1, slaves)

    assert [policy.account_id for policy in people.policies] == [
        player.account_id for player in people.slaves
    ]
    assert list(people.options) == [player.account_id for player in people.slaves]


def test_the_rules_differ() -> None:
    people = cast(2, 6)

    assert [(each.risk_type, each.lot_size, each.amount) for each in people.policies] == [
        (RiskType.FIXED_LOT, Decimal("0.10"), None),
        (RiskType.FIXED_LOT, Decimal("0.10"), None),
        (RiskType.FIXED_LOT, Decimal(1), None),
        (RiskType.FIXED_RISK, None, Decimal(100)),
        (RiskType.FIXED_LOT, Decimal("0.10"), None),
        (RiskType.FIXED_LOT, Decimal(1), None),
    ]
    assert [each.max_spread_points for each in people.options.values()] == [None] * 5 + [Decimal(3)]


def test_a_slave_can_hold_the_lot_that_its_rule_says() -> None:
    people = cast(1, 24)

    for player, policy in zip(people.slaves, people.policies, strict=True):
        for quoted in player.broker.symbols:
            if policy.lot_size is not None:
                assert policy.lot_size % quoted.spec.lot_step == 0
                assert policy.lot_size >= quoted.spec.min_lot


def test_the_brokers_spell_and_count_differently() -> None:
    people = cast(2, 6)

    assert [player.broker for player in people.masters] == [NORTHWIND, FJORD]
    assert {player.broker for player in people.slaves} == set(BROKERS)
    for canonical in (LEAD, METAL):
        quoted = [broker.quoted(canonical) for broker in BROKERS]
        specs = [each.spec for each in quoted if each is not None]
        assert (
            len({spec.broker_symbol for spec in specs}) == len({s.digits for s in specs}) + 1 == 3
        )
        assert len({(spec.contract_size, spec.lot_step) for spec in specs}) == 3


def test_one_tick_of_one_lot_is_worth_what_is_said() -> None:
    for broker in BROKERS:
        for quoted in broker.symbols:
            spec = quoted.spec
            assert spec.contract_size is not None
            assert spec.tick_value == spec.tick_size * spec.contract_size


def test_with_other_ticks_all_trade_exactly_their_symbols() -> None:
    people = cast(2, 3).trading({"EURUSD": 5, "GBPJPY": 3})

    assert {
        tuple(each.spec.canonical_symbol for each in player.broker.symbols)
        for player in people.players
    } == {("EURUSD", "GBPJPY")}
    assert [player.account_id for player in people.players] == [
        player.account_id for player in cast(2, 3).players
    ]


def test_a_symbol_of_a_person_s_own_is_spelled_as_the_broker_spells() -> None:
    names = []
    for broker in BROKERS:
        own = broker.trading({"GBPJPY": 3, "US30": 1})
        lead, index = own.symbols
        names.append(lead.spec.broker_symbol)
        assert (lead.spec.digits, lead.spec.contract_size) == (3, Decimal(100_000))
        assert (index.spec.digits, index.spec.contract_size) == (1, Decimal(1))
        assert lead.feed.symbol == "GBPJPY"
        assert own.quoted(LEAD) is None

    assert names == ["GBPJPY", "GBPJPY.m", "#GBPJPYpro"]


def test_a_broker_keeps_its_own_conditions_for_what_it_already_quotes() -> None:
    assert MERIDIAN.trading({LEAD: 5}).symbols == (MERIDIAN.quoted(LEAD),)
