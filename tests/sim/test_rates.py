from echo.domain.answers import MessageAck, ResultAck
from echo.domain.ids import CommandId, MessageId
from echo.sim.connection import Side
from echo.sim.network import Way
from echo.sim.rates import ASKING, AT_ONCE_MAX, EVERY_MS, Rates, name_of
from tests.sim.stage import SLAVE, Peer, closed, ended, opened, scene
from tests.terminal.rig import close, execute


def test_patience_is_no_noise() -> None:
    rates = Rates()
    said = [rates.too_often(0, "x", number * EVERY_MS) for number in range(200)]
    assert set(said) == {""}


def test_what_is_said_again_and_again_is_told() -> None:
    rates = Rates()
    said = [rates.too_often(0, "x", number) for number in range(AT_ONCE_MAX + 1)]
    assert set(said[:-1]) == {""}
    assert said[-1] == f"x was said {AT_ONCE_MAX + 1} times within {AT_ONCE_MAX} ms"


def test_ends_and_items_are_counted_by_themselves() -> None:
    rates = Rates()
    for number in range(AT_ONCE_MAX):
        for side in Side:
            assert rates.too_often(side, "x", number) == ""
            assert rates.too_often(side, "y", number) == ""


def test_a_repeat_has_the_name_of_what_it_repeats() -> None:
    again = execute(1, sent_mono_ms=7, age_ms=900)
    assert name_of(execute(1)) == name_of(again) == name_of((None, again))
    assert len({name_of(each) for each in (execute(1), execute(2), close(1))}) == 3


def test_what_has_a_number_in_a_ledger_is_named_by_it() -> None:
    first, second = MessageId("l:1"), MessageId("l:2")
    assert name_of((first, execute(1))) == name_of((first, execute(1, age_ms=900)))
    assert name_of((first, execute(1))) != name_of((second, execute(1)))


def test_acknowledgements_only_answer() -> None:
    assert not {MessageAck, ResultAck} & ASKING


def test_a_connection_tells_the_watch() -> None:
    stage = scene()
    client, server = Peer(stage, "ea"), Peer(stage, "agent")
    way = Way(stage, "ea", client, server, (1, 1))
    server.start()
    client.start()
    stage.schedule.run(1)
    assert way.current is not None
    for _ in range(AT_ONCE_MAX):
        way.current.send(Side.SERVER, execute(1))
        way.current.send(Side.SERVER, ResultAck(command_id=CommandId("c"), account_id=SLAVE))
    assert stage.watch.violations == []
    way.current.send(Side.SERVER, execute(1))
    assert [each.invariant for each in stage.watch.violations] == [13]
    assert stage.watch.violations[0].sentence.startswith("ea: ExecuteOrder ")


def test_a_quiet_day_is_quiet() -> None:
    told = ended(opened(), closed())
    assert told.watch.violations == []
