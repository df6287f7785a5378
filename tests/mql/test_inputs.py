"""What an expert's inputs change, what its screen and its journal say, and what it never does."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Handshake, Role
from echo.domain.intents import TradeIntent
from echo.domain.quantities import Side
from echo.services.terminal.expert_lines import line
from echo.terminal.orders import SendOrder
from echo.terminal.settings import EaSettings
from echo.terminal.view import MT4, MT5
from tests.mql.terminal import MqlEa, Stable
from tests.terminal import rig as rigs
from tests.terminal.rig import (
    ACCOUNT,
    EURUSD,
    SERVER,
    Rig,
    close,
    execute,
    rules,
    slave_settings,
    verdict,
)

D = Decimal
NewRig = Callable[..., Rig]
MASTER_INPUTS: Mapping[str, object] = {
    "PipeBaseName": "desk_",
    "Symbols": "EURUSD.m",
    "SymbolMappings": "EURUSD:EURUSD.m",
    "StrategyId": "swing",
    "MagicNumbers": "7",
    "TimerMs": 20,
    "AtrBars": 5,
    "Timeframe": 1,
    "FlushWrites": "true",
}
SLAVE_INPUTS: Mapping[str, object] = {
    "PipeBaseName": "desk_",
    "Symbols": "EURUSD.m",
    "SymbolMappings": "EURO:EURUSD.m",
    "MaxLotsPerMinute": 5,
    "MaxOpenPositions": 3,
    "CommentMode": 1,
    "DoubtSeconds": 90,
    "TimerMs": 20,
    "FlushWrites": "true",
}


@pytest.fixture(params=[MT4, MT5])
def terminal(request: pytest.FixtureRequest) -> str:
    """Name the platform."""
    return str(request.param)


@pytest.fixture
def new_rig(stable: Stable, terminal: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewRig]:
    """Make rigs with an expert on the chart, given inputs as a person sets them."""
    attached: list[MqlEa] = []

    def make(settings: EaSettings | None = None, **inputs: object) -> Rig:
        def expert(settings: EaSettings) -> MqlEa:
            attached.append(MqlEa(stable, settings, inputs))
            return attached[-1]

        monkeypatch.setattr(rigs, "make_ea", expert)
        return Rig(settings, rules(terminal=terminal))

    yield make
    for each in attached:
        each.close()


def brain(rig: Rig) -> MqlEa:
    assert isinstance(rig.ea, MqlEa)
    return rig.ea


def master() -> EaSettings:
    return EaSettings(role=Role.MASTER, account_id=ACCOUNT, server=SERVER)


def buy(magic_number: int = 7) -> SendOrder:
    return SendOrder(
        ref="hand", symbol="EURUSD.m", side=Side.BUY, lot=D("0.10"), magic_number=magic_number
    )


def results(rig: Rig) -> list[ExecutionResult]:
    return [each for each in rig.heard_of(ExecutionResult) if not each.stored]


def unknown_lines(rig: Rig, count: int) -> None:
    """Put lines of a later release into the pipe, to be read in the next turns."""
    program = brain(rig)._program
    assert program is not None
    program.send(line("D", '{"type":"tomorrow","payload":{}}\n' * count))


def test_the_pipe_is_named_after_base_role_and_account(new_rig: NewRig) -> None:
    for settings, name in (
        (slave_settings(), f"desk_slave_{ACCOUNT}"),
        (master(), f"desk_master_{ACCOUNT}"),
    ):
        rig = new_rig(settings, PipeBaseName="desk_")
        rig.attach()
        rig.pass_ms(1_000)
        rig.connect()

        assert {name} == {each[1] for each in brain(rig).asked_of_dll}


def test_an_expert_never_normalises_a_symbol(new_rig: NewRig) -> None:
    plain = new_rig(slave_settings(symbols=())).start().heard_of(Handshake)[0]
    mapped = new_rig(slave_settings(), SymbolMappings=" EURO : EURUSD.m ").start()

    assert plain.symbols is not None
    assert [each.canonical_symbol for each in plain.symbols] == ["EURUSD.m"]
    shown = mapped.heard_of(Handshake)[0].symbols
    assert shown is not None
    assert [each.canonical_symbol for each in shown] == ["EURO"]


def test_writes_are_flushed_for_measuring_and_never_else(new_rig: NewRig) -> None:
    usual = new_rig().start()
    measured = new_rig(None, FlushWrites="true").start()

    assert "f" not in {each[0] for each in brain(usual).asked_of_dll}
    assert ["f", "1"] in brain(measured).asked_of_dll


@pytest.mark.parametrize(
    ("role", "inputs"), [(Role.MASTER, MASTER_INPUTS), (Role.SLAVE, SLAVE_INPUTS)]
)
def test_every_input_that_changes_what_it_does_changes_the_hash(
    new_rig: NewRig, role: Role, inputs: Mapping[str, object]
) -> None:
    settings = master() if role is Role.MASTER else replace(slave_settings(), symbols=())

    def digest(**changed: object) -> str:
        rig = new_rig(settings, **changed).start()
        return rig.heard_of(Handshake)[0].metadata.ea_config_hash

    usual = digest()
    digests = {name: digest(**{name: value}) for name, value in inputs.items()}

    assert len(usual) == 64
    assert digest() == usual
    assert digest(DebugAlerts="true", Alerts="false", LogLevel=0) == usual
    assert len({usual, *digests.values()}) == len(inputs) + 1, digests


def test_a_strategy_is_named_or_follows_from_the_magic_number(new_rig: NewRig) -> None:
    for inputs, strategy in (({"StrategyId": "swing"}, "swing"), ({}, "magic_7")):
        rig = new_rig(master(), **inputs).start()
        rig.by_hand(buy())

        assert [each.strategy_id for each in rig.heard_of(TradeIntent)] == [strategy]


def test_only_listed_magic_numbers_are_reported(new_rig: NewRig) -> None:
    rig = new_rig(master(), MagicNumbers="7, 9").start()
    for magic_number in (7, 8, 9):
        rig.by_hand(buy(magic_number))

    reported = {each.magic_number for each in rig.heard_of(TradeIntent)}
    assert reported == {7, 9}


def test_a_chosen_time_frame_is_told_whatever_the_chart_shows(new_rig: NewRig) -> None:
    rig = new_rig(master(), Timeframe=1).start()
    rig.by_hand(buy())

    assert rig.heard_of(TradeIntent)[0].timeframe == "M1"


def test_comments_carry_the_tag_unless_they_are_forbidden(new_rig: NewRig) -> None:
    for inputs, comment in (({}, execute().comment), ({"CommentMode": 1}, "")):
        rig = new_rig(None, **inputs).start()
        rig.hear(verdict())
        rig.hear(execute())

        assert [each.comment for each in rig.opens] == [comment]


def test_alerts_are_windows_and_debug_alerts_show_every_action(new_rig: NewRig) -> None:
    said = {}
    for name, inputs in (
        ("usual", {}),
        ("silent", {"Alerts": "false"}),
        ("chatty", {"DebugAlerts": "true"}),
    ):
        rig = new_rig(None, **inputs).start()
        rig.hear(execute())
        rig.disk_full = True
        brain(rig).fail_writes(True)
        rig.hear(execute(2))
        said[name] = brain(rig).alerts

    assert [each for each in said["usual"] if "sending" in each] == []
    assert any("LEDGER_UNWRITABLE" in each or "ledger" in each for each in said["usual"])
    assert said["silent"] == []
    assert any("sending" in each for each in said["chatty"])


def test_the_journal_is_json_with_the_trace_and_tells_as_much_as_it_should(
    new_rig: NewRig,
) -> None:
    levels = []
    for level in (0, 1, 2):
        rig = new_rig(None, LogLevel=level).start()
        unknown_lines(rig, 1)
        rig.hear(execute())
        rows = brain(rig).journal
        levels.append({row["level"] for row in rows})
        for row in rows:
            if row["event"] in {"sending", "done"}:
                assert row["trade_id"] == execute().trade_id
                assert row["trace_id"] == execute().trade_id.replace("-", "")
                assert row["seq"] == 0

    quiet, actions, everything = levels
    assert "info" not in quiet
    assert "info" in actions
    assert "debug" not in actions
    assert {"info", "debug"} <= everything


def test_the_screen_shows_the_last_action_and_its_milliseconds(new_rig: NewRig) -> None:
    rig = new_rig().start()
    rig.hear(verdict())
    rig.hear(execute())
    rig.pass_ms(100)

    shown = brain(rig).panel
    assert f"slave {ACCOUNT}" in shown
    assert "connected" in shown
    assert "verdict: ACCEPTED" in shown
    [last] = [row for row in shown.splitlines() if row.startswith("last: ")]
    assert last.endswith(" ms")


def test_own_limits_hold_against_a_core_that_has_gone_mad(new_rig: NewRig) -> None:
    lots = new_rig(None, MaxLotsPerMinute=0.25).start()
    few = new_rig(None, MaxOpenPositions=2).start()
    for rig, code in ((lots, ErrorCode.MAX_LOTS), (few, ErrorCode.MAX_TRADES)):
        for number in range(1, 5):
            rig.hear(execute(number, sent_mono_ms=rig.now.mono_ms))

        assert len(rig.opens) == 2
        assert [each.success for each in results(rig)] == [True, True, False, False]
        assert {each.error_code for each in results(rig)[2:]} == {code}
    lots.pass_ms(61_000)
    lots.hear(execute(5, sent_mono_ms=lots.now.mono_ms))
    few.hear(close(1))
    few.hear(execute(5, sent_mono_ms=few.now.mono_ms))

    assert len(lots.opens) == 3
    assert len(few.opens) == 3


def test_the_account_is_read_again_right_before_an_order_leaves(new_rig: NewRig) -> None:
    rig = new_rig().start()
    rig.hear(verdict())
    # The turn begins with one reading; the next one is that before the order.
    brain(rig).log_in_after(1, "999")

    rig.hear(execute())

    assert rig.opens == []
    assert [each.error_code for each in results(rig)] == [ErrorCode.SESSION_CLOSED]
    assert "999" in results(rig)[0].error_message


def test_at_most_64_lines_are_read_in_a_turn(new_rig: NewRig) -> None:
    rig = new_rig(None, LogLevel=2).start()
    unknown_lines(rig, 100)

    def ignored() -> int:
        return sum(row["event"] == "ignored" for row in brain(rig).journal)

    before = ignored()
    rig.quote("1.39001")
    after_one = ignored()
    rig.quote("1.39002")

    assert after_one - before == 64
    assert ignored() - before == 100


def test_symbols_of_the_input_are_those_that_are_reported(new_rig: NewRig, stable: Stable) -> None:
    rig = new_rig(slave_settings(symbols=()), Symbols=f"{EURUSD.name}, NOSUCH").start()

    shown = rig.heard_of(Handshake)[0].symbols
    assert shown is not None
    assert [each.broker_symbol for each in shown] == [EURUSD.name]
