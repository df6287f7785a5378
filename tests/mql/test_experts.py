"""What only the experts do: their files, their pipe, their screen, and what a terminal may spring
on them.  What they share with the brains in Python is in ``test_twin_conversations``.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Handshake, RegistrationStatus, Role
from echo.domain.ids import TradeId
from echo.domain.quantities import Side
from echo.domain.specs import Quote
from echo.services.terminal.expert_lines import line
from echo.terminal.events import Seen
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.market import BrokerRules
from echo.terminal.orders import SendOrder
from echo.terminal.settings import EaSettings
from echo.terminal.view import MT4, MT5
from echo.wire.records import Header, encode_header, encode_record, read_records
from tests.mql.terminal import MqlEa, Program, Stable
from tests.terminal import rig as rigs
from tests.terminal.rig import ACCOUNT, EURUSD, SERVER, WALL_MS, Rig, close, execute, rules, verdict

D = Decimal
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ids.jsonl"
NewRig = Callable[..., Rig]


@pytest.fixture(params=[MT4, MT5])
def terminal(request: pytest.FixtureRequest) -> str:
    """Name the platform."""
    return str(request.param)


@pytest.fixture
def new_rig(stable: Stable, terminal: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewRig]:
    """Make rigs with an expert on the chart."""
    attached: list[MqlEa] = []

    def expert(settings: EaSettings) -> MqlEa:
        attached.append(MqlEa(stable, settings))
        return attached[-1]

    monkeypatch.setattr(rigs, "make_ea", expert)

    def make(
        settings: EaSettings | None = None,
        fates: ScriptedFates | None = None,
        **changes: object,
    ) -> Rig:
        broker_rules: BrokerRules = rules(terminal=terminal, **changes)
        more = {} if fates is None else {"fates": fates}
        return Rig(settings, broker_rules, **more)

    yield make
    for each in attached:
        each.close()


def brain(rig: Rig) -> MqlEa:
    assert isinstance(rig.ea, MqlEa)
    return rig.ea


def master_settings(**changes: object) -> EaSettings:
    base = EaSettings(role=Role.MASTER, account_id=ACCOUNT, server=SERVER)
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def results(rig: Rig) -> list[ExecutionResult]:
    return [each for each in rig.heard_of(ExecutionResult) if not each.stored]


def buy(**changes: object) -> SendOrder:
    base = SendOrder(ref="hand", symbol="EURUSD.m", side=Side.BUY, lot=D("0.10"))
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


class Chart:
    """A terminal told line by line, for what a rig does not reach."""

    def __init__(
        self, stable: Stable, role: Role, terminal: str, data: bytes | None = None
    ) -> None:
        self.mt5 = terminal == MT5
        name = f"Echo{role.value.capitalize()}.mq{5 if self.mt5 else 4}"
        files = stable.folder()
        self.file = files / "Echo" / f"{role.value}-{ACCOUNT}-{TAIL}.jsonl"
        if data is not None:
            self.file.parent.mkdir()
            self.file.write_bytes(data)
        self.program = Program(stable.terminal(name, files))
        self.said: list[list[str]] = []
        self.tell(line("K", WALL_MS * 1_000, 5_000_000))
        self.tell(line("A", "login", ACCOUNT, "server", SERVER, "mode", "hedging"))
        self.tell(line("C", 1, 1, 1, WALL_MS, 0))
        self.tell(line("S", "X", 5, "0.00001", "0.00001", 1, 1, "0.01", 1, "0.01", 0, 4))
        self.event("init")

    def tell(self, lines: str) -> None:
        self.program.send(lines)

    def event(self, name: str) -> list[list[str]]:
        self.tell(line("E", name))
        said = list(self.program.until_idle())
        self.said += said
        return said

    def at(self, mono_ms: int) -> None:
        self.tell(line("K", (WALL_MS + mono_ms) * 1_000, mono_ms * 1_000))

    @property
    def alarms(self) -> list[str]:
        rows = [json.loads(fields[2]) for fields in self.said if fields[0] == "l"]
        return [row["event"] for row in rows if row["level"] == "error"]

    @property
    def records(self) -> list[str]:
        return [each.t for each in read_records(self.file.read_bytes()).records]


TAIL = sha256(SERVER.encode()).hexdigest()[:8]


@pytest.fixture
def chart(stable: Stable, terminal: str) -> Iterator[Callable[..., Chart]]:
    """Make terminals with an expert on the chart."""
    charts: list[Chart] = []

    def make(role: Role, data: bytes | None = None) -> Chart:
        charts.append(Chart(stable, role, terminal, data))
        return charts[-1]

    yield make
    for each in charts:
        each.program.close()


def header(role: Role, **changes: object) -> bytes:
    base = Header(v=1, kind="k", account=ACCOUNT, server=SERVER, role=role.value, file_id="f")
    return encode_header(msgspec.structs.replace(base, **changes))


def test_trade_ids_are_those_of_the_golden_file(stable: Stable, terminal: str) -> None:
    rows = [json.loads(row) for row in GOLDEN.read_text().splitlines()]
    for row in [row for row in rows if "text" in row]:
        server, account, ticket, opened_ms = row["text"].split("|")
        if terminal == MT4 and (int(opened_ms) % 1_000 or int(ticket) >= 2**31):
            continue  # its times are whole seconds, its tickets have 32 bits
        expert = "EchoMaster.mq5" if terminal == MT5 else "EchoMaster.mq4"
        program = Program(stable.terminal(expert, stable.folder()))
        program.send(line("A", "login", account, "server", server) + line("C", 1, 1, 1, 0, 0))
        program.send(line("O", ticket, ticket, "X", 0, 1, 1, 0, 0, 0, 7, "", opened_ms))
        program.send(line("S", "X", 5, "0.00001", "0.00001", 1, 1, "0.01", 1, "0.01", 0, 4))
        program.send(line("E", "init"))
        texts = [fields[1] for fields in program.until_idle() if fields[0] == "a"]
        program.close()

        assert any(row["trade_id"] in text for text in texts)


def test_a_file_that_is_torn_at_its_end_loses_only_that(chart: Callable[..., Chart]) -> None:
    warm = encode_record({"t": "W", "n": 1, "at": 1, "warm": True})
    for tail in (b"0", warm[:-1], b"00000000 {}\n", b"\n"):
        made = chart(Role.SLAVE, header(Role.SLAVE) + warm + tail)

        assert made.records == ["W"]
        assert made.alarms == []


@pytest.mark.parametrize(
    "data",
    [
        b"rubbish\n",
        header(Role.SLAVE, account="1"),
        header(Role.SLAVE, server="Other"),
        header(Role.MASTER),
        header(Role.SLAVE, v=2),
        header(Role.SLAVE) + b"00000000 {}\n" + encode_record({"t": "W", "n": 1}),
        header(Role.SLAVE) + encode_record({"t": "W", "n": 2}) * 2 + b"x\n",
    ],
)
def test_a_file_that_is_not_to_be_trusted_is_set_aside(
    chart: Callable[..., Chart], data: bytes
) -> None:
    made = chart(Role.SLAVE, data)

    assert made.alarms == ["LEDGER_COLD"]
    assert made.file.with_name(made.file.name + ".bad").read_bytes() == data
    assert made.records == []


@pytest.mark.parametrize("role", [Role.MASTER, Role.SLAVE])
def test_a_long_file_is_made_smaller_after_an_hour(chart: Callable[..., Chart], role: Role) -> None:
    old_ms = WALL_MS - 8 * 86_400_000
    trade = "0145d921-2800-718b-ba1b-d7d44d061972"
    command = "0145d921-2800-7c4b-9013-e216d51fbce6"
    if role is Role.SLAVE:
        result = {"command_id": command, "trade_id": trade, "command_kind": "execute"}
        rows: list[dict[str, object]] = [
            {"t": "W", "warm": True},
            {"t": "X", "exec": {"command": command, "trade": trade, "kind": "execute"}},
            {"t": "D", "result": {**result, "success": False}, "seq": 0},
            {"t": "A", "command": command},
            {"t": "T", "trade": trade},
        ]
    else:
        action = {"trade_id": trade, "seq": 0, "ticket": 1, "symbol": "X"}
        close_it = {**action, "seq": 2_147_483_647}
        rows = [
            {"t": "I", "kind": "open", "action": action},
            {"t": "A", "trade": trade, "seq": 0},
            {"t": "I", "kind": "close", "action": close_it},
            {"t": "A", "trade": trade, "seq": 2_147_483_647},
        ]
    numbered = [{**rows[n % len(rows)], "n": n + 1, "at": old_ms} for n in range(2_100)]
    made = chart(role, header(role) + b"".join(map(encode_record, numbered)))
    made.at(3_606_000)
    made.event("timer")

    after = read_records(made.file.read_bytes())
    assert len(after.records) < 1_000
    assert after.highest_n >= 2_100
    assert after.header is not None
    assert (after.header.file_id, after.header.compacted_n >= 2_100) == ("f", True)


def test_a_slaves_comment_is_the_tag_of_the_golden_file(new_rig: NewRig) -> None:
    for row in [json.loads(each) for each in GOLDEN.read_text().splitlines()]:
        trade_id = row.get("trade_id") or row.get("legacy_trade_id")
        if trade_id is None:
            continue
        rig = new_rig().start()
        rig.by_hand(buy(magic_number=1, comment=row["tag"]))

        rig.hear(execute(trade_id=TradeId(trade_id), comment=row["tag"]))

        assert [each.late for each in results(rig)] == [True]


def test_it_does_not_start_where_dlls_are_forbidden(stable: Stable, terminal: str) -> None:
    expert = "EchoSlave.mq5" if terminal == MT5 else "EchoSlave.mq4"
    for forbidding, word in (
        ("ECHO_DLLS_FORBIDDEN", "not allowed"),
        ("ECHO_PIPE_VERSION_TOLD", "needs"),
    ):
        files = stable.folder()
        program = Program(stable.terminal(expert, files, **{forbidding: "1"}))
        program.send(line("E", "init"))
        said = list(program.until_idle())
        program.close()

        assert ["i", "1"] in said
        assert any(fields[0] == "n" and word in fields[1] for fields in said)


def test_it_connects_again_with_growing_pauses(stable: Stable, terminal: str) -> None:
    expert = "EchoMaster.mq5" if terminal == MT5 else "EchoMaster.mq4"
    program = Program(stable.terminal(expert, stable.folder()))
    program.send(line("A", "login", 1, "server", "S") + line("C", 1, 1, 1, 0, 0))
    program.send(line("E", "init"))
    list(program.until_idle())
    tries = []
    shown = ""
    for now_ms in range(0, 20_000, 10):
        program.send(line("K", now_ms * 1_000, now_ms * 1_000) + line("E", "timer"))
        list(program.until_idle())
    program.send(line("U", 1))
    for now_ms in range(20_000, 26_000, 10):
        program.send(line("K", now_ms * 1_000, now_ms * 1_000) + line("E", "timer"))
        said = [fields for fields in program.until_idle() if fields[0] == "w"]
        if said:
            tries.append(now_ms)
            shown = said[0][1]
            break
    program.send(line("E", "chart"))
    list(program.until_idle())
    program.send(line("E", "deinit"))
    program.close()

    assert tries
    assert json.loads(shown)["type"] == "handshake"


def test_an_agent_that_turns_it_away_is_asked_less_and_less_often(
    stable: Stable, terminal: str
) -> None:
    expert = "EchoMaster.mq5" if terminal == MT5 else "EchoMaster.mq4"
    program = Program(stable.terminal(expert, stable.folder()))
    program.send(line("A", "login", 1, "server", "S") + line("C", 1, 1, 1, 0, 0))
    program.send(line("E", "init"))
    list(program.until_idle())
    asked_ms = []
    for now_ms in range(0, 40_000, 20):
        program.send(line("U", 1))
        program.send(line("K", now_ms * 1_000, now_ms * 1_000) + line("E", "timer"))
        if any("handshake" in fields[1] for fields in program.until_idle() if fields[0] == "w"):
            asked_ms.append(now_ms)
            program.send(line("D", '{"type":"trade_intent_ack"}\n') + line("E", "wake"))
            list(program.until_idle())
            program.send(line("U", 0) + line("E", "wake"))
            list(program.until_idle())
    program.close()

    pauses_ms = [later - sooner for sooner, later in itertools.pairwise(asked_ms)]
    assert pauses_ms[0] <= 400
    assert all(pause_ms >= 5_000 for pause_ms in pauses_ms[7:])
    assert len(asked_ms) > 8


def test_no_line_can_hurt_it(new_rig: NewRig) -> None:
    rig = new_rig().start()
    program = brain(rig)._program
    assert program is not None
    deep = "[" * 500
    for text in (
        "not json\n",
        "\n\r\n",
        '{"type":"execute_order"}\n',
        '{"type":"execute_order","payload":{}}\n',
        '{"type":"execute_order","payload":{"command_id":"c","trade_id":"t"}}\n',
        '{"type":"flatten","payload":{"command_id":"c"}}\n',
        '{"type":"reduce_order","payload":{"command_id":"c","trade_id":'
        f'"{execute().trade_id}"}}}}\n',
        f'{{"a":{deep}}}\n',
        '{"a":"\\q"}\n',
        '{"a":"\\u12g4"}\n',
        '{"a":tru}\n{"a":nul}\n{"a":1.}\n{"a":1e}\n{"a"}\n{"a":1 "b":2}\n{1:2}\n',
        '{"a":"\\u00e9\\b\\f\\/\\n\\r\\t\\\\\\"","type":"tomorrow","payload":{"x":[1,-2.5e+3,null]}}\n',
        '{"type":"pong","id":"somebody else\'s"}\n',
        "x" * 60_000 + "\n",
    ):
        program.send(line("D", text) + line("E", "wake"))
        list(program.until_idle())
    rig.hear(execute())

    assert results(rig)[-1].success


def test_it_ignores_what_is_not_for_it(new_rig: NewRig) -> None:
    rig = new_rig().start()

    rig.hear(execute(account_id="70002"))
    rig.hear(execute(session_epoch=1))

    assert rig.opens == []
    assert results(rig) == []


def test_after_connecting_anew_the_terminal_is_given_time(new_rig: NewRig) -> None:
    rig = new_rig().start()
    rig.hear(execute())
    rig.broker.door.connected = False
    rig.look()
    rig.pass_ms(3_000)
    rig.broker.door.connected = True
    rig.feed(Seen(replace(rig.broker.view(rig.now), positions=())))
    rig.hear(close())
    early = len(results(rig))
    rig.look()
    rig.pass_ms(3_000)

    assert early == 1
    assert results(rig)[-1].error_code is ErrorCode.NO_ERROR
    assert not rig.broker.positions


def test_another_login_stops_orders_and_reports(new_rig: NewRig) -> None:
    rig = new_rig().start()
    rig.feed(Seen(replace(rig.broker.view(rig.now), server="Other-Srv")))

    rig.hear(execute())

    assert rig.opens == []
    assert results(rig)[-1].error_code is ErrorCode.SESSION_CLOSED


def test_a_broker_that_times_out_leaves_it_in_doubt_until_the_position_shows(
    new_rig: NewRig,
) -> None:
    rig = new_rig(fates=ScriptedFates([Fate(execute_after_ms=20_000, reply=Reply.TIMEOUT)])).start()
    rig.hear(execute(ttl_ms=5_000))
    rig.pass_ms(15_000)
    before = results(rig)
    rig.pass_ms(10_000)

    assert before == []
    assert [(each.success, each.late) for each in results(rig)] == [(True, True)]
    assert len(rig.opens) == 1


def test_two_that_could_not_be_told_apart_go_one_after_the_other(new_rig: NewRig) -> None:
    rig = new_rig(fates=ScriptedFates([Fate(executes=False, reply=Reply.TIMEOUT)])).start()
    rig.hear(execute(1, magic_number=5))
    rig.pass_ms(1_100)
    rig.hear(execute(2, magic_number=5, sent_mono_ms=rig.now.mono_ms))
    rig.pass_ms(6_000)

    assert results(rig)[-1].error_code is ErrorCode.SINGLE_FLIGHT
    assert execute(1).command_id in results(rig)[-1].error_message
    assert len(rig.opens) == 1


def test_many_symbols_come_in_parts_and_quotes_together(new_rig: NewRig) -> None:
    symbols = tuple(
        replace(EURUSD, name=f"SYM{number:03}.with-a-long-name-{'x' * 40}", market="EURUSD")
        for number in range(300)
    )
    rig = new_rig(replace(rigs.slave_settings(), symbols=()), symbols=symbols).start()
    rig.pass_ms(600)

    [handshake] = rig.heard_of(Handshake)
    assert handshake.symbols is not None
    assert len(handshake.symbols) == 300
    assert len({each.broker_symbol for each in rig.heard_of(Quote)}) == 300


def test_the_screen_says_what_is_blocked_and_why(new_rig: NewRig) -> None:
    rig = new_rig()
    rig.attach()
    rig.pass_ms(200)
    down = brain(rig).panel
    rig.connect()
    rig.hear(verdict(RegistrationStatus.REJECTED))
    rig.pass_ms(100)
    judged = brain(rig).panel
    rig.hear(execute())
    rig.broker.door.connected = False
    rig.look()
    rig.pass_ms(100)

    assert "not connected" in down
    assert "verdict: REJECTED" in judged
    assert results(rig)[-1].error_code is ErrorCode.HANDSHAKE_NOT_READY
    assert "the terminal is not connected" in brain(rig).panel
    assert "refused execute HANDSHAKE_NOT_READY" in brain(rig).panel


def test_any_name_of_a_broker_is_told_as_it_is(new_rig: NewRig) -> None:
    name = 'N\u00f6rd "Markets" \\ \u20ac \U0001d11e & Co\t\n\r'
    rig = new_rig(broker=name + "\x01").start()

    assert rig.heard_of(Handshake)[0].metadata.broker == name + " "


def test_a_hundred_trades_are_known_again_one_by_one(new_rig: NewRig) -> None:
    rig = new_rig().start()
    for number in range(1, 101):
        rig.hear(execute(number, sent_mono_ms=rig.now.mono_ms))
    before = len(rig.opens)
    for number in range(1, 101):
        rig.hear(execute(number, sent_mono_ms=rig.now.mono_ms))

    stored = [each for each in rig.heard_of(ExecutionResult) if each.stored]
    assert before == len(rig.opens) == 100
    assert {each.command_id for each in stored} == {execute(n).command_id for n in range(1, 101)}


def test_what_is_left_of_a_position_is_known_by_its_shape_without_its_comment(
    stable: Stable,
) -> None:
    """MetaTrader 4 gives it a new ticket, and some servers no comment that says whose it was."""
    chart = Chart(stable, Role.MASTER, MT4)
    chart.tell(line("U", 1))
    chart.tell(line("O", 11, 11, "X", 0, "0.2", "1.5", 0, 0, 0, 7, "", WALL_MS))
    chart.event("timer")
    chart.at(6_000)
    chart.tell(line("O") + line("O", 12, 12, "X", 0, "0.1", "1.5", 0, 0, 0, 7, "", WALL_MS))
    chart.tell(line("O", 13, 13, "X", 1, "0.1", "1.5", 0, 0, 0, 7, "", WALL_MS))
    closed = ("1.6", WALL_MS + 1_000, 0, 0, "")
    chart.tell(line("H", 11, 11, "X", 0, "0.1", "1.5", 0, 0, 0, 7, "", WALL_MS, *closed))
    chart.event("timer")
    chart.program.close()

    noted = [json.loads(each.json) for each in read_records(chart.file.read_bytes()).records]
    [rest] = [each["action"] for each in noted if each["kind"] == "reduce"]
    opened = {each["action"]["ticket"] for each in noted if each["kind"] == "open"}
    assert (rest["ticket"], rest["new_ticket"], rest["seq"]) == (11, 12, 1)
    assert (rest["lot_size"], rest["volume_remaining"]) == (0.1, 0.1)
    assert opened == {11, 13}


@pytest.mark.parametrize("role", [Role.MASTER, Role.SLAVE])
def test_taken_off_its_chart_it_leaves_pipe_and_screen(
    chart: Callable[..., Chart], role: Role
) -> None:
    made = chart(role)
    made.tell(line("U", 1))
    made.event("timer")
    made.tell(line("E", "deinit"))
    said = list(made.program.until_idle())

    assert ["c"] in said
    assert ["p", ""] in said
