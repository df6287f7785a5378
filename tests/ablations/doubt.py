"""Safeguards of what nobody can know: time to show itself, names, and no guess."""

from decimal import Decimal
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import TAG_DIGITS, tag_prefix
from echo.domain.quantities import Side
from echo.sim.faults import MishapKind
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.terminal import broker, openings, sightings
from echo.terminal.closing import Closings
from echo.terminal.doubts import Doubts
from echo.terminal.fates import Fate, Reply
from echo.terminal.ledger import Ledger
from echo.terminal.opening import Opening
from echo.terminal.orders import CloseLot, SendOrder
from echo.terminal.slave import SlaveEa
from echo.terminal.view import MT5
from tests.ablations.moments import (
    after,
    answers,
    at,
    by_hand,
    is_an_open,
    once,
    played,
    site,
    staged,
    strike,
    terminal,
    trusts_its_file,
)
from tests.ablations.safeguard import OF_THE_STORY, Safeguard, Story
from tests.ablations.slave_side import (
    HOP,
    NAME,
    NAMELESS,
    dies_with_an_order_out,
    loses_its_file_with_a_named_order_out,
)
from tests.ablations.switches import Switch, by, gives, nothing
from tests.sim.stories import OPENED_MS, SLAVE, modifies, opens, reduces

MT5_SLAVE = (Seat(account_id=SLAVE, agent=1, terminal=MT5),)
UNANSWERED = Fate(execute_after_ms=100, reply=Reply.TIMEOUT)
LOST = Fate(executes=False, reply=Reply.TIMEOUT)
TWIN = SendOrder(ref="by hand", symbol="EURUSD", side=Side.BUY, lot=Decimal("0.10"), magic_number=7)

# ------------------------------------------------------------------------ stories


def timed_out(fate: Fate = UNANSWERED) -> World:
    world = staged(opens(), max_delay_ms=15_000)
    answers(world, opens=[fate])
    return played(world)


def filled_late() -> World:
    return timed_out(Fate(execute_after_ms=20_000, reply=Reply.TIMEOUT))


def loses_its_file_and_the_comment_is_cut() -> World:
    cut = Fate(execute_after_ms=100, reply_after_ms=100, comment_chars=16)
    return dies_with_an_order_out(fate=cut, kind=MishapKind.AMNESIA)


def twin_before_a_lost_order() -> World:
    """Somebody opens the same by hand, a moment before an order that gets lost."""
    world = staged(opens(), max_delay_ms=15_000)
    # The hand's order is the first that this broker is asked for.
    answers(world, opens=[NAMELESS, LOST])
    by_hand(world, OPENED_MS - 700, TWIN)
    return played(world)


def twin_of_a_late_fill() -> World:
    """Two positions could be the late fill of one open; then an order like it gets lost."""
    late = Fate(execute_after_ms=60_000, reply=Reply.TIMEOUT, comment_chars=0)
    world = staged(opens("a"), opens("b", at_ms=70_500), max_delay_ms=15_000, active_ms=100_000)
    # The hand's order is the second.
    answers(world, opens=[late, NAMELESS, LOST])
    by_hand(world, 69_900, TWIN)
    return played(world)


def twin_of_a_forgotten_copy() -> World:
    """The file is lost; then the next open of the same shape comes."""
    world = staged(opens("a"), opens("b", at_ms=OPENED_MS + 1_200), max_delay_ms=15_000)
    answers(world, opens=[NAMELESS, NAMELESS])
    at(world, OPENED_MS + 800, lambda: strike(world, MishapKind.AMNESIA, NAME, 1_000))
    return played(world)


def old_copy_with_an_order_out() -> World:
    """The EA dies with an order out, and somebody puts back its file of before."""
    world = staged(opens("a"), opens("b", at_ms=10_000), max_delay_ms=15_000)
    trusts_its_file(world)
    answers(world, opens=[NAMELESS, NAMELESS])
    node = terminal(world)
    at(world, 5_000, lambda: setattr(node.file, "copy", node.file.data))
    later = once(
        lambda *_: strike(world, MishapKind.OLD_COPY, NAME, 1_000),
        lambda request, _: is_an_open(request) and world.now_ms > 9_000,
    )
    after(site(world), "request", later)
    return played(world)


def old_copy_of_the_levels() -> World:
    world = staged(opens(), modifies(8_000, sl_share="0.02"), modifies(11_000, sl_share="0.03"))
    trusts_its_file(world)
    node = terminal(world)
    at(world, 9_500, lambda: setattr(node.file, "copy", node.file.data))
    at(world, 13_000, lambda: strike(world, MishapKind.OLD_COPY, NAME, 1_000))
    return played(world)


def reduction_timed_out() -> World:
    world = staged(opens(), reduces(10_000, "0.40"), slaves=MT5_SLAVE)
    answers(world, closes=[Fate(execute_after_ms=5_000, reply=Reply.TIMEOUT)])
    return played(world)


def dies_with_a_reduction_out() -> World:
    world = staged(opens(), reduces(10_000, "0.40"), slaves=MT5_SLAVE)
    answers(world, closes=[Fate(execute_after_ms=5_000, reply_after_ms=100)])
    dies = once(
        lambda *_: strike(world, MishapKind.CRASH, NAME, 1_000),
        lambda request, _: isinstance(request, CloseLot),
    )
    after(site(world), "request", dies)
    return played(world)


def needs_a_person(world: World) -> list[str]:
    """What a name can decide is nobody's business."""
    rows = world.journal.decisions.values()
    return [f"{row.sentence}" for row in rows if row.outcome is Outcome.IN_DOUBT]


# ------------------------------------------------------------------------ switches


def silence_is_a_no(_: Any) -> object:
    def enter(doubts: Doubts, opening: Opening) -> None:
        account_id = doubts._desk.settings.account_id
        no = opening.result(
            account_id, success=False, code=ErrorCode.NOT_EXECUTED, sentence="nobody answered"
        )
        doubts._settle(opening, no)

    return enter


def looks_at_once(enter: Any) -> object:
    def entered(doubts: Doubts, opening: Opening) -> None:
        enter(doubts, opening)
        opening.doubt_until_mono_ms = doubts._desk.now.mono_ms
        doubts._arm(opening, 0)

    return entered


def whole_tag(comment: str) -> str:
    prefix = tag_prefix(comment)
    return prefix if len(prefix) == TAG_DIGITS else ""


def forgets_candidates(settle: Any) -> object:
    def settled(ledger: Ledger, *what: Any) -> None:
        settle(ledger, *what)
        ledger.excluded.clear()

    return settled


def no_tickets(intention_of: Any) -> object:
    def intention(*arguments: Any, **named: Any) -> Any:
        made = intention_of(*arguments, **named)
        return type(made)(
            **{
                name: () if name == "open_tickets" else getattr(made, name)
                for name in made.__dataclass_fields__
            }
        )

    return intention


def without_waiting(_: Any) -> object:
    def take_up(ea: SlaveEa) -> None:
        if ea._levels_wait and ea._desk.view.conclusive:
            ea._levels_wait = False
            ea._levels.restored()

    return take_up


def does_not_doubt(_: Any) -> object:
    def doubt(_closings: Closings, job: Any) -> None:
        job.ref = ""

    return doubt


SAFEGUARDS = (
    Safeguard(
        name="doubt after a time-out",
        hop=HOP,
        promise="silence is no answer",
        off="silence is taken for a no",
        switches=(Switch(Doubts, "enter", silence_is_a_no),),
        story=Story(name="the broker times out, and has executed", tell=timed_out),
        notices=1,
    ),
    Safeguard(
        name="65 s in doubt",
        hop=HOP,
        promise="a fill has time to show itself",
        off="the EA looks at once, and decides",
        switches=(Switch(Doubts, "enter", looks_at_once),),
        story=Story(name="the fill comes 20 s late", tell=filled_late),
        notices=1,
    ),
    Safeguard(
        name="tag in the comment",
        hop=HOP,
        promise="what carries the trade's name is the trade's, whatever was lost",
        off="the broker keeps no comment",
        switches=(Switch(broker, "comment_of", gives("")),),
        story=Story(
            name="loses its file with an order out",
            tell=loses_its_file_with_a_named_order_out,
            wrong=needs_a_person,
        ),
        notices=OF_THE_STORY,
    ),
    Safeguard(
        name="beginning of a tag",
        hop=HOP,
        promise="what a broker has left of a name is enough",
        off="only whole tags count",
        switches=(Switch(sightings, "tag_prefix", by(whole_tag)),),
        story=Story(
            name="loses its file, and the comment is cut",
            tell=loses_its_file_and_the_comment_is_cut,
            wrong=needs_a_person,
        ),
        notices=OF_THE_STORY,
    ),
    Safeguard(
        name="tickets open before the order",
        hop=HOP,
        promise="what was there before an order is not its fill",
        off="nobody notes what was there",
        switches=(Switch(openings, "intention_of", no_tickets),),
        story=Story(name="a twin, and an order that gets lost", tell=twin_before_a_lost_order),
        notices=1,
    ),
    Safeguard(
        name="candidates excluded",
        hop=HOP,
        promise="what a person has to decide about is nobody's fill",
        off="candidates are forgotten",
        switches=(Switch(Ledger, "_settle", forgets_candidates),),
        story=Story(name="a twin of a late fill", tell=twin_of_a_late_fill),
        notices=1,
        behind=("tickets open before the order",),
    ),
    Safeguard(
        name="a shape is no proof without a file",
        hop=HOP,
        promise="another's position is nobody's fill, however alike it looks",
        off="what looks like the fill is the fill",
        switches=(Switch(Doubts, "_unproved", gives(False)),),
        story=Story(name="a twin of a forgotten copy", tell=twin_of_a_forgotten_copy),
        notices=7,
    ),
    Safeguard(
        name="announced number of the file",
        hop=HOP,
        promise="an old copy of a file is not believed",
        off="the EA does not compare where its file ends",
        switches=(Switch(SlaveEa, "_compare_ledger", nothing),),
        story=Story(name="an old copy, with an order out", tell=old_copy_with_an_order_out),
        notices=2,
    ),
    Safeguard(
        name="levels wait for the verdict",
        hop=HOP,
        promise="levels out of an old copy are not set",
        off="they are set at once",
        switches=(Switch(SlaveEa, "_take_up_levels", without_waiting),),
        story=Story(name="an old copy of the levels", tell=old_copy_of_the_levels),
        notices=11,
        behind=("old stops are set right", "levels are told again"),
    ),
    Safeguard(
        name="doubt about a reduction",
        hop=HOP,
        promise="a part is closed once",
        off="a reduction without an answer is asked for again",
        switches=(Switch(Closings, "_doubt", does_not_doubt),),
        story=Story(name="a reduction times out, and is executed later", tell=reduction_timed_out),
        notices=11,
    ),
    Safeguard(
        name="note before a reduction",
        hop=HOP,
        promise="a reduction of a former life is waited for",
        off="reductions are not noted",
        switches=(Switch(Closings, "_intend", nothing),),
        story=Story(name="dies with a reduction out", tell=dies_with_a_reduction_out),
        notices=11,
        behind=("what another life may have read",),
    ),
)
