"""Safeguards of the slave's EA: an order is sent once, in time, and known afterwards."""

from typing import Any

from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.quantities import ClockProbe
from echo.services.terminal.ea_file import EaFile
from echo.sim import terminal_node
from echo.sim.faults import MishapKind
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.terminal.answers import Answers
from echo.terminal.closing import Closings
from echo.terminal.desk import result_of
from echo.terminal.effects import Append
from echo.terminal.entries import EntryChecks
from echo.terminal.fates import Fate, Reply
from echo.terminal.openings import Openings
from echo.terminal.orders import Filled
from echo.terminal.slave import SlaveEa
from echo.terminal.workplace import Workplace
from echo.wire import records
from echo.wire.records import RecordKind
from tests.ablations.master_side import nothing_written
from tests.ablations.moments import (
    SOON,
    after,
    answers,
    at,
    is_an_open,
    once,
    played,
    site,
    staged,
    strike,
    terminal,
    trusts_its_file,
    unheard,
    weather,
)
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, by, gives, nothing
from tests.sim.stories import (
    MASTER,
    OPENED_MS,
    OTHER_MASTER,
    SECOND,
    SLAVE,
    closes,
    mishap,
    opens,
)

HOP = "slave EA"
NAME = f"slave-{SLAVE}"
NAMELESS = Fate(execute_after_ms=100, reply_after_ms=100, comment_chars=0)

# ------------------------------------------------------------------------ stories


def dies_with_an_order_out(*, fate: Fate = NAMELESS, kind: MishapKind = MishapKind.CRASH) -> World:
    """The EA, whose file is trusted, dies between its order and the broker's answer."""
    world = staged(opens(), max_delay_ms=15_000)
    trusts_its_file(world)
    answers(world, opens=[fate])
    after(site(world), "request", once(lambda *_: strike(world, kind, NAME, 1_000), is_an_open))
    return played(world)


def loses_its_file_with_a_named_order_out() -> World:
    return dies_with_an_order_out(fate=SOON, kind=MishapKind.AMNESIA)


def loses_its_file_with_an_order_out() -> World:
    return dies_with_an_order_out(kind=MishapKind.AMNESIA)


def finds_another_accounts_file() -> World:
    """While an order is out somebody puts the file of another account in its EA's place."""
    world = staged(opens(), max_delay_ms=15_000)
    answers(world, opens=[NAMELESS])

    def exchange(*_: object) -> None:
        strike(world, MishapKind.CRASH, NAME, 1_000)
        at(world, world.now_ms + 500, lambda: trusts_its_file(world, of=SECOND))

    after(site(world), "request", once(exchange, is_an_open))
    return played(world)


def line_comes_again() -> World:
    """The line with the command comes once more, when its order is long filled."""
    world = staged(opens())
    node = terminal(world)

    def again(link: Any, said: object) -> None:
        at(world, world.now_ms + 2_000, lambda: node.link_said(link, said))

    after(node, "link_said", once(again, lambda _, said: isinstance(said, ExecuteOrder)))
    return played(world)


def pipe_stands_still() -> World:
    """The command is in the pipe, and the pipe stands still for longer than it may live."""
    world = staged(opens(), max_delay_ms=2_000)
    after(
        world.agents[1],
        "_core_said",
        once(
            lambda *_: world.ways[NAME].block(4_500),
            lambda _, said: isinstance(said, ExecuteOrder),
        ),
    )
    return played(world)


def twins_at_once() -> World:
    """Two masters do the same in the same moment."""
    return played(
        staged(
            masters=(Seat(account_id=MASTER, agent=0), Seat(account_id=OTHER_MASTER, agent=0)),
            hands=((opens("one"),), (opens("other"),)),
        )
    )


def result_lost() -> World:
    world = staged(opens())
    unheard(world, terminal(world), "answers", lambda said: isinstance(said, Filled))
    return played(world)


def old_commands() -> World:
    world = staged(opens(), closes(20_000))
    weather(world, 0, 40_000, ghost=1.0)
    return played(world)


def another_account_at_the_open() -> World:
    """Somebody logs the terminal in to another account, and back again."""
    elsewhere = mishap(MishapKind.OTHER_ACCOUNT, OPENED_MS - 500, NAME, 5_000)
    return played(staged(opens(), mishaps=(elsewhere,)))


def nothing_shown_at_the_close() -> World:
    blind = mishap(MishapKind.UNSYNCED, 13_000, NAME, 5_000)
    return played(staged(opens(), closes(15_000), mishaps=(blind,)))


def disk_full_at_the_open() -> World:
    full = mishap(MishapKind.FILE_FULL, OPENED_MS - 100, NAME, 3_000)
    return played(staged(opens(), mishaps=(full,)))


def market_shut_at_the_close() -> World:
    shut = mishap(MishapKind.MARKET_CLOSED, 19_000, NAME, 10_000)
    return played(staged(opens(), closes(20_000), mishaps=(shut,)))


def bit_flipped() -> World:
    """One bit of what the EA noted about an order changes on disk, while the order is out."""
    lost = Fate(execute_after_ms=100, reply=Reply.SILENCE, comment_chars=0)
    world = staged(
        opens("a"), opens("b", at_ms=OPENED_MS + 1_000, symbol="XAUUSD"), max_delay_ms=15_000
    )
    trusts_its_file(world)
    answers(world, opens=[lost])
    node = terminal(world)

    def flip() -> None:
        node.crash("a bit flips", 500)
        where = node.file.data.index(b'"command":"') + len(b'"command":"')
        flipped = bytes([node.file.data[where] ^ 1])
        node.file.data = node.file.data[:where] + flipped + node.file.data[where + 1 :]

    at(world, OPENED_MS + 3_000, flip)
    return played(world)


# ------------------------------------------------------------------------ switches


def takes_for_its_own(see: Any) -> object:
    def seen(place: Workplace, view: Any) -> None:
        see(place, view)
        place.at_home = True

    return seen


def no_check(_: Any) -> object:
    return lambda line: line[9:]


def gives_up(_: Any) -> object:
    def refused(closings: Closings, job: Any, event: Any) -> None:
        job.ref = ""
        no = result_of(job.command, success=False, code=ErrorCode.MARKET_CLOSED)
        closings._settle(job, no)

    return refused


SAFEGUARDS = (
    Safeguard(
        name="note before the order",
        hop=HOP,
        promise="an order of a former life is looked for, not sent again",
        off="orders are not noted",
        switches=(Switch(EaFile, "append", nothing_written(RecordKind.EXEC)),),
        story=Story(
            name="dies with an order out, whose comment is lost", tell=dies_with_an_order_out
        ),
        notices=2,
    ),
    Safeguard(
        name="repeat of the stored result",
        hop=HOP,
        promise="a command that comes again is answered, not done again",
        off="results are forgotten",
        switches=(Switch(Answers, "knows", gives(False)),),
        story=Story(name="a line comes again", tell=line_comes_again),
        notices=2,
    ),
    Safeguard(
        name="cold guard",
        hop=HOP,
        promise="without its file an EA sends nothing that a former life may have sent",
        off="every command counts as younger than the EA",
        switches=(Switch(EntryChecks, "may_be_a_former_lifes", gives(False)),),
        story=Story(
            name="loses its file with an order out, whose comment is lost",
            tell=loses_its_file_with_an_order_out,
        ),
        notices=2,
    ),
    Safeguard(
        name="name of the account in the file",
        hop=HOP,
        promise="another's memory is not taken for one's own",
        off="any file is its own",
        switches=(Switch(EaFile, "_is_ours", gives(True)),),
        story=Story(
            name="finds another account's file, with an order out",
            tell=finds_another_accounts_file,
        ),
        notices=2,
        behind=("file of the EA before",),
    ),
    Safeguard(
        name="look before the order",
        hop=HOP,
        promise="what is at the broker already is adopted",
        off="nobody looks",
        switches=(Switch(Openings, "_already_there", gives(False)),),
        story=Story(
            name="loses its file with an order out",
            tell=loses_its_file_with_a_named_order_out,
        ),
        notices=2,
    ),
    Safeguard(
        name="time to live in the EA",
        hop=HOP,
        promise="no order leaves after its time",
        off="a command always has a second left",
        switches=(Switch(EntryChecks, "ttl_left_ms", gives(1_000)),),
        story=Story(name="the pipe stands still", tell=pipe_stands_still),
        notices=5,
    ),
    Safeguard(
        name="clock probe, an upper bound",
        hop=HOP,
        promise="the time under way is never taken for shorter than it was",
        off="the way takes no time",
        switches=(Switch(ClockProbe, "elapsed_ms_max", gives(0)),),
        story=Story(name="the pipe stands still", tell=pipe_stands_still),
        notices=5,
    ),
    Safeguard(
        name="single flight",
        hop=HOP,
        promise="orders that look the same are never under way together",
        off="nobody waits",
        switches=(Switch(Openings, "_rival", nothing),),
        story=Story(name="two masters do the same at once", tell=twins_at_once),
        notices=2,
    ),
    Safeguard(
        name="number of the session",
        hop=HOP,
        promise="a command of an old session moves nobody",
        off="commands of any session are taken",
        switches=(Switch(SlaveEa, "_other_session", gives(False)),),
        story=Story(name="old commands come again", tell=old_commands),
        notices=14,
    ),
    Safeguard(
        name="repeat of the result",
        hop=HOP,
        promise="every result reaches the journal",
        off="a result is said once",
        switches=(Switch(Answers, "due", nothing),),
        story=Story(name="a result is lost on the pipe", tell=result_lost),
        notices=18,
    ),
    Safeguard(
        name="account read again",
        hop=HOP,
        promise="an EA trades on its own account only",
        off="the terminal always counts as logged in to its account",
        switches=(Switch(Workplace, "see", takes_for_its_own),),
        story=Story(name="another account at the open", tell=another_account_at_the_open),
        notices=16,
    ),
    Safeguard(
        name="completeness of what is shown",
        hop=HOP,
        promise="what a terminal does not show yet is not missing",
        off="a view always counts as complete",
        switches=(Switch(Workplace, "conclusive", by(property(lambda _: True))),),
        story=Story(name="nothing is shown at the close", tell=nothing_shown_at_the_close),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="no note, no order",
        hop=HOP,
        promise="an EA that cannot write does not trade",
        off="what follows a record that was not written leaves all the same",
        switches=(
            Switch(terminal_node, "_harmless", by(lambda effect: not isinstance(effect, Append))),
        ),
        story=Story(name="the disk is full at the open", tell=disk_full_at_the_open),
        notices=1,
    ),
    Safeguard(
        name="closes without limit",
        hop=HOP,
        promise="a close is tried until it is done",
        off="the first no is the last",
        switches=(Switch(Closings, "_refused", gives_up),),
        story=Story(name="the market is shut at the close", tell=market_shut_at_the_close),
        notices=18,
    ),
    Safeguard(
        name="check sum of a record",
        hop=HOP,
        promise="a file that has changed on disk is not believed",
        off="check sums are not compared",
        switches=(Switch(records, "_checked", no_check),),
        story=Story(name="a bit flips while an order is out", tell=bit_flipped),
        notices=1,
    ),
)
