from dataclasses import replace

from echo.domain.answers import Outcome
from echo.domain.intents import ActionKind
from echo.domain.quantities import Instant
from echo.sim.faults import CALM, Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.terminal_node import RETRY_MS, Terminal
from echo.sim.world import World
from echo.terminal.effects import Effect
from echo.terminal.events import Due, Event, Seen
from echo.wire.records import read_records
from tests.sim.stage import closed, ended, fills, held, opened, outcome, world


def slave_of(found: World) -> Terminal:
    node = found.nodes["slave-2001"]
    assert isinstance(node, Terminal)
    return node


def test_an_ea_notes_its_intention_before_its_order_and_the_outcome_before_its_answer() -> None:
    told = ended(opened(), closed())
    found = read_records(slave_of(told).file.data)
    assert found.bad_at is None
    assert [each.t for each in found.records][:2] == ["X", "D"]


def test_a_terminal_that_cannot_begin_its_file_is_started_again() -> None:
    found = world(opened(), closed())
    slave = slave_of(found)
    slave.file.full = True
    slave.start()
    assert not slave.up
    slave.file.full = False
    found.until(RETRY_MS)
    assert slave.up
    assert read_records(slave.file.data).header is not None


def test_an_ea_without_memory_copies_nothing_twice() -> None:
    lost = Mishap(kind=MishapKind.AMNESIA, at_ms=9_000, target="slave-2001", lasts_ms=500)
    told = ended(opened(), closed(), mishaps=(lost,))
    assert told.scene.seen["cold_start"] > 2
    assert (fills(told), held(told)) == (1, [])
    assert outcome(told, ActionKind.CLOSE) is Outcome.CLOSED
    assert check(told) == []


def test_a_disk_that_takes_nothing_opens_nothing() -> None:
    full = Mishap(kind=MishapKind.FILE_FULL, at_ms=5_000, target="slave-2001", lasts_ms=6_000)
    told = ended(opened(), closed(), mishaps=(full,))
    assert outcome(told, ActionKind.OPEN) is not Outcome.FILLED
    assert fills(told) == 0
    assert told.scene.seen["alarm_ledger_unwritable"] > 0
    assert check(told) == []


def test_a_master_whose_disk_takes_nothing_reports_as_soon_as_it_can() -> None:
    full = Mishap(kind=MishapKind.FILE_FULL, at_ms=14_000, target="master-1001", lasts_ms=5_000)
    told = ended(opened(), closed(), mishaps=(full,))
    assert outcome(told, ActionKind.CLOSE) is Outcome.CLOSED
    assert check(told) == []


def test_a_dead_terminal_hears_and_sees_nothing() -> None:
    found = world(opened(), closed())
    slave = slave_of(found)
    before = found.scene.trace.digest
    slave.shows(slave.site.view())
    slave.ticks({})
    assert found.scene.trace.digest == before
    assert not slave.up


class Diary:
    """An EA that only remembers what happened to it."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        self.events.append(event)
        return []


def test_a_terminal_that_goes_on_looks_at_its_account_before_anything_else() -> None:
    found = world(opened(), closed())
    slave, diary = slave_of(found), Diary()
    slave.start()
    found.until(found.now_ms + 500)
    slave._ea = diary
    slave.sleep(1_000)
    slave.arm(("bell",), slave.now().mono_ms + 200)
    slave.log_in(found.elsewhere)
    found.until(found.now_ms + 999)
    asleep = list(diary.events)
    found.until(found.now_ms + 1)

    assert asleep == []
    look, *rest = diary.events
    assert isinstance(look, Seen)
    assert look.view.account_id != slave.settings.account_id
    assert Due(("bell",)) in rest


def test_an_append_may_be_torn_by_a_crash_and_the_next_life_cuts_it_off() -> None:
    torn = 0
    for seed_ms in range(0, 1_000, 100):
        weather = replace(CALM, crash_per_effect=0.03, torn_append=1.0, restart_ms=(50, 300))
        told = ended(opened(at_ms=6_000 + seed_ms), closed(), weather=weather)
        torn += told.scene.faults.struck["torn_append"]
        assert fills(told) <= 1
        assert check(told) == []
    assert torn > 0
