"""Safeguards that stand behind others: alone, nobody notices that they are gone."""

from itertools import count
from typing import Any

from echo.domain.commands import ExecuteOrder
from echo.domain.ids import CommandId
from echo.domain.intents import TradeModify
from echo.engine import copying, intake, lanes
from echo.engine.settled import SettledTrades
from echo.sim.faults import MishapKind
from echo.sim.world import World
from echo.stores.memory import MemoryJournal
from echo.terminal.levels import LevelKeeper
from echo.terminal.slave import SlaveEa
from tests.ablations.core_side import brings_an_open, everything_is_new, frame_comes_again
from tests.ablations.moments import after, at, once, played, staged, terminal, trusts_its_file
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, gives, nothing
from tests.sim.stories import OPENED_MS, closes, mishap, modifies, opens

# ------------------------------------------------------------------------ stories


def line_comes_again_after_the_close() -> World:
    """The line with the open comes once more, when its copy is closed."""
    world = staged(opens(), closes(OPENED_MS + 1_000), max_delay_ms=15_000)
    trusts_its_file(world)
    node = terminal(world)

    def again(link: Any, said: object) -> None:
        at(world, world.now_ms + 3_000, lambda: node.link_said(link, said))

    after(node, "link_said", once(again, lambda _, said: isinstance(said, ExecuteOrder)))
    return played(world)


def frame_comes_again_after_the_close() -> World:
    """The frame with the open comes once more, when the trade is over."""
    world = staged(opens(), closes(OPENED_MS + 1_000), max_delay_ms=15_000)

    def again(link: Any, frame: object) -> None:
        at(world, world.now_ms + 3_000, lambda: world.core.link_said(link, frame))

    after(world.core, "link_said", once(again, lambda _, frame: brings_an_open(frame)))
    return played(world)


def core_dies_before_its_commit() -> World:
    """The store is down when the Core decides, and the Core dies before it is up."""
    down = mishap(MishapKind.STORE_DOWN, OPENED_MS - 100, "core", 700)
    crash = mishap(MishapKind.CRASH, OPENED_MS + 400, "core", 200)
    # Meanwhile the slave is introduced again; only then the open comes once more.
    quiet = mishap(MishapKind.BLOCK, OPENED_MS + 350, "agent-1", 3_000)
    return played(staged(opens(), mishaps=(down, quiet, crash), max_delay_ms=15_000))


def older_modification_comes_later() -> World:
    """The first of two modifications is overtaken by the second."""
    world = staged(opens(), modifies(10_000, sl_share="0.02"), modifies(11_000, sl_share="0.03"))
    held_back(world, lambda said: isinstance(said, TradeModify) and said.seq == 1, 13_000)
    return played(world)


def held_back(world: World, which: Any, until_ms: int) -> None:
    """Let nothing of that kind reach the Core before *until_ms*."""
    heard = world.core.link_said

    def perhaps(link: Any, frame: Any) -> None:
        if not (isinstance(frame, tuple) and which(frame[1]) and world.now_ms < until_ms):
            heard(link, frame)

    setattr(world.core, "link_said", perhaps)  # noqa: B010 -- a method of one object only


# ------------------------------------------------------------------------ switches


def random_id(_: Any) -> object:
    numbers = count(1)
    return lambda *_, **__: CommandId(f"01975000-0000-7000-9000-{next(numbers):012x}")


def any_number(heard: Any) -> object:
    def taken(keeper: LevelKeeper, command: Any) -> None:
        keeper._desk.ledger.modified_seq[command.trade_id] = -1
        if under_way := keeper._goals.get(command.trade_id):
            under_way.seq = -1
        heard(keeper, command)

    return taken


SAFEGUARDS = (
    Safeguard(
        name="an action is taken once",
        hop="Core",
        promise="a frame that comes twice changes nothing",
        off="every frame is new",
        switches=(Switch(intake, "take", everything_is_new),),
        story=Story(name="a frame comes again", tell=frame_comes_again),
        notices=9,
        behind=("unique keys",),
        remark="the journal refuses what contradicts it, and the Core reads it again",
    ),
    Safeguard(
        name="memory of trades that are over",
        hop="Core",
        promise="what is over does not begin again",
        off="trades that are over are forgotten",
        switches=(Switch(SettledTrades, "__contains__", gives(False)),),
        story=Story(
            name="a frame comes again after the close", tell=frame_comes_again_after_the_close
        ),
        notices=9,
        behind=("unique keys",),
    ),
    Safeguard(
        name="unique keys",
        hop="Core",
        promise="nothing in the journal is overwritten by something else",
        off="whatever is committed is stored",
        switches=(Switch(MemoryJournal, "_refuse_contradictions", nothing),),
        story=Story(name="a frame comes again", tell=frame_comes_again),
        notices=9,
        behind=("an action is taken once",),
    ),
    Safeguard(
        name="derived command id",
        hop="Core",
        promise="a command that is decided again is the same command",
        off="a command gets a new id whenever it is decided",
        switches=(Switch(copying, "derive_command_id", random_id),),
        story=Story(name="the Core dies before its commit", tell=core_dies_before_its_commit),
        notices=2,
        behind=("commit before the command",),
        remark="with several Cores it would stand alone",
    ),
    Safeguard(
        name="tombstone",
        hop="slave EA",
        promise="what is closed is not opened any more",
        off="closed trades are not remembered",
        switches=(Switch(SlaveEa, "_bury", nothing),),
        story=Story(
            name="a line comes again after the close", tell=line_comes_again_after_the_close
        ),
        notices=2,
        behind=("repeat of the stored result",),
    ),
    Safeguard(
        name="newest modification in the Core",
        hop="Core",
        promise="an older modification never follows a newer one",
        off="modifications go out as they come in",
        switches=(Switch(lanes, "_coalesce", nothing),),
        story=Story(
            name="the older of two modifications comes later", tell=older_modification_comes_later
        ),
        notices=10,
    ),
    Safeguard(
        name="newest modification in the EA",
        hop="slave EA",
        promise="an older modification never follows a newer one",
        off="the EA takes any number",
        switches=(Switch(LevelKeeper, "heard", any_number),),
        story=Story(
            name="the older of two modifications comes later", tell=older_modification_comes_later
        ),
        notices=11,
        behind=(
            "newest modification in the Core",
            "old stops are set right",
            "levels are told again",
        ),
    ),
)
