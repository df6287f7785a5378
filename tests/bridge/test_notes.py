from echo.bridge.effects import Note, SendEa
from echo.bridge.events import Noted
from echo.domain.answers import AckStage, CommandAck, Receipt, TradeIntentAck
from echo.domain.facts import Alarm
from tests.bridge.stage import Stage, close, intent, modify, order, ready, receipt, result, trade_id

LATER_MS = 40


def test_work_that_is_settled_at_once_is_never_noted() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    stage.pass_ms(LATER_MS - 1)
    stage.ack(sent)

    assert stage.pass_ms(5_000).of(Note) == []


def test_work_that_takes_longer_is_noted_and_dropped_when_it_is_settled() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    [note] = stage.pass_ms(LATER_MS).of(Note)
    assert [entry.message.trade_id for entry in note.puts] == [trade_id()]  # type: ignore[union-attr]  # an intent was put

    stage.write()
    stage.ack(sent)
    [dropped] = stage.pass_ms(LATER_MS).of(Note)

    assert (dropped.puts, dropped.drops) == ((), tuple(entry.key for entry in note.puts))
    assert dropped.note == note.note + 1


def test_work_settled_while_it_is_being_written_is_dropped_after_it() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    stage.pass_ms(LATER_MS)
    stage.ack(sent)
    assert stage.pass_ms(1_000).of(Note) == []
    done = stage.write()

    assert [note.drops != () for note in done.of(Note)] == [True]
    assert stage.disk == {}


def test_one_write_is_under_way_at_a_time() -> None:
    stage = Stage()
    master = stage.master()
    assert len(stage.say(master, intent(1)).of(Note)) == 1
    assert stage.say(master, intent(2)).of(Note) == []
    assert stage.say(master, intent(3)).of(Note) == []

    written = stage.write()

    assert [len(note.puts) for note in written.of(Note)] == [2]
    assert len(stage.disk) == 3


def test_while_the_core_is_away_the_ledger_hurries() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent())

    assert len(stage.core_down().of(Note)) == 1


def test_a_full_disk_raises_an_alarm_and_nothing_is_promised() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())

    failed = stage.fail_to_write()

    [alarm] = failed.facts(Alarm)
    assert alarm.code == "LEDGER_UNWRITABLE"
    assert "disk full" in alarm.sentence
    assert failed.down(TradeIntentAck) == []


def test_a_refused_write_is_repeated_after_a_while_with_all_that_came_since() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent(1))
    stage.fail_to_write()
    assert stage.say(master, intent(2)).of(Note) == []

    [again] = stage.pass_ms(150).of(Note)

    assert [entry.message.ticket for entry in again.puts] == [1, 2]  # type: ignore[union-attr]  # intents were put
    assert len(stage.write().down(TradeIntentAck)) == 2


def test_refused_writes_are_repeated_ever_less_often() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    tries = 0
    for _ in range(5):
        stage.fail_to_write()
        tries += len(stage.pass_ms(600).of(Note))

    assert tries == 4


def test_what_was_settled_before_the_refused_write_is_not_written_again() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    stage.pass_ms(LATER_MS)
    stage.ack(sent)
    stage.fail_to_write()

    assert stage.pass_ms(60_000).of(Note) == []


def test_a_refused_drop_is_repeated() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    stage.settle_down()
    stage.ack(sent)
    stage.pass_ms(LATER_MS)
    stage.fail_to_write()
    [again] = stage.pass_ms(1_000).of(Note)

    assert len(again.drops) == 1


def test_what_comes_again_while_its_note_is_dropped_is_noted_again() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, intent())
    stage.settle_down()
    stage.ack(sent)
    stage.pass_ms(LATER_MS)
    stage.core_down()
    stage.say(master, intent())

    assert len(stage.write().down(TradeIntentAck)) == 1
    assert len(stage.disk) == 1


def test_answers_about_other_writes_change_nothing() -> None:
    stage = Stage()
    master = stage.master()
    stage.say(master, intent())
    note = stage.unwritten[0]
    stage.unwritten = [Note(note.note - 1, (), ()), note]

    assert stage.fail_to_write() == []
    stage.unwritten.insert(0, Note(note.note - 1, (), ()))
    written = stage.write()
    assert len(written.down(TradeIntentAck)) == 1


def test_a_result_is_noted_before_what_it_settles_is_dropped() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)
    stage.core(command)
    stage.settle_down()
    stage.say(slave, receipt(command))
    stage.say(slave, result(command))
    [note] = stage.pass_ms(LATER_MS).of(Note)

    assert [entry.key.split(":")[0] for entry in note.puts] == ["uplink"]
    assert [key.split(":")[0] for key in note.drops] == ["command"]


def test_a_failing_ledger_does_not_stop_an_ea_that_has_its_own() -> None:
    stage = ready()
    slave = stage.slave()
    command = order(stage)
    done = stage.core(command)
    stage.pass_ms(LATER_MS)
    failed = stage.fail_to_write()

    assert done.of(SendEa) != []
    assert failed.up(CommandAck) == []
    [ack] = stage.say(slave, receipt(command, Receipt.OK)).up(CommandAck)
    assert ack.stage is AckStage.PIPE_DELIVERED


def test_many_notes_are_written_in_portions() -> None:
    stage = Stage()
    master = stage.master()
    for ticket in range(1, 1_203):
        stage.say(master, close(ticket))

    assert [len(note.puts) for note in stage.write().of(Note)] == [1_000, 201]


def test_a_newer_action_under_an_old_name_is_not_promised_on_the_strength_of_the_old_note() -> None:
    stage = ready()
    master = stage.master()
    sent = stage.say(master, modify(seq=1))
    stage.pass_ms(LATER_MS)
    stage.ack(sent)
    stage.core_down()
    stage.say(master, modify(seq=1, stop_loss=None))
    [first] = stage.unwritten

    assert stage.do(Noted(first.note)).down(TradeIntentAck) == []
    stage.unwritten.remove(first)
    assert len(stage.write().down(TradeIntentAck)) == 1
