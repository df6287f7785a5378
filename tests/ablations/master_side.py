"""Safeguards of the master's EA: what it saw is on disk, and said until somebody has it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec

from echo.domain.ids import TradeId
from echo.domain.intents import TradeIntent
from echo.services.terminal import ea_file
from echo.services.terminal.ea_file import EaFile
from echo.sim.faults import MishapKind
from echo.sim.world import World
from echo.terminal import master
from echo.terminal.dispatch import Dispatch
from echo.terminal.master import MasterEa
from echo.terminal.outbox import Outbox
from echo.terminal.replay_script import Action
from echo.terminal.workplace import Workplace
from echo.wire.records import RecordKind
from tests.ablations.moments import at, played, staged, terminal
from tests.ablations.safeguard import OF_THE_STORY, Safeguard, Story
from tests.ablations.switches import Switch, by, nothing, without
from tests.sim.stories import MASTER, OPENED_MS, closes, mishap, modifies, opens, positions

HOP = "master EA"
NAME = f"master-{MASTER}"

# ------------------------------------------------------------------------ stories


def closed_while_away() -> World:
    away = mishap(MishapKind.CRASH, 10_000, NAME, 6_000)
    return played(staged(opens(), closes(12_000), mishaps=(away,)))


def agent_away() -> World:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "agent-1", 8_000)
    return played(staged(opens(), mishaps=(away,)))


def outbox_lost() -> World:
    lost = mishap(MishapKind.AMNESIA, OPENED_MS + 4_000, NAME, 500)
    return played(staged(opens(), mishaps=(lost,)))


def account_not_shown() -> World:
    blind = mishap(MishapKind.UNSYNCED, 12_000, NAME, 5_000)
    return played(staged(opens(), mishaps=(blind,)))


def torn_then_closed_while_away() -> World:
    """Dies while it writes, goes on, dies again; meanwhile its position is closed."""
    world = staged(opens(), modifies(11_000), closes(17_000))
    node = terminal(world, NAME)

    def die_writing() -> None:
        node.crash("while it writes", 1_000)
        node.file.data += b'01234567 {"t":"A","n":3,'

    at(world, 9_000, die_writing)
    at(world, 15_000, lambda: node.crash("again", 5_000))
    return played(world)


def compacted_then_closed_while_away(*, disk_full: bool = False) -> World:
    """Much is settled, one position is open; the file shrinks, the EA dies, the position closes."""
    settled: list[Action] = [
        opens("t0"),
        *(modifies(7_000 + 200 * n, "t0", f"0.0{n}") for n in range(2, 9)),
    ]
    world = staged(*settled, closes(10_000, "t0"), opens("t1", at_ms=11_000), closes(17_000, "t1"))
    node = terminal(world, NAME)
    node.settings = replace(node.settings, compact_records_min=1, keep_settled_ms=-3_600_000)

    def compact() -> None:
        node.file.full = disk_full
        node.ring(("compact",))
        node.file.full = False

    at(world, 14_500, compact)
    at(world, 14_501, lambda: node.crash("later", 6_000))
    return played(world)


def disk_full_while_compacting() -> World:
    return compacted_then_closed_while_away(disk_full=True)


def disk_full_at_the_open() -> World:
    """The open does not reach the disk, the close would; then the EA dies."""
    full = mishap(MishapKind.FILE_FULL, OPENED_MS - 100, NAME, 1_500)
    world = staged(opens(), closes(OPENED_MS + 1_500), mishaps=(full,))
    at(world, OPENED_MS + 1_800, lambda: terminal(world, NAME).crash("then", 1_000))
    return played(world)


def not_as_it_was(world: World) -> list[str]:
    """The master has not closed: its slave must not have, either."""
    return [] if positions(world) else ["a position was closed which its master still holds"]


# ------------------------------------------------------------------------ switches


def nothing_written(kind: RecordKind) -> Callable[[Any], object]:
    """Records of this kind do not reach the file."""

    def made(append: Any) -> object:
        def append_others(file: EaFile, record: Any) -> None:
            if record["t"] != kind:
                append(file, record)

        return append_others

    return made


def random_id(_: Any) -> object:
    numbers = count(1)
    return lambda **_: TradeId(f"01975000-0000-7000-8000-{next(numbers):012x}")


def does_not_look_back(attached: Any) -> object:
    """What went away before this life is not missed."""

    def begun(ea: MasterEa, event: Any) -> None:
        with without(Switch(MasterEa, "_look", nothing)):
            attached(ea, event)
        present = {each.ticket for each in event.view.positions}
        outbox = ea._dispatch.outbox
        for ticket, trade in outbox.tracked.items():
            if ticket not in present:
                del outbox.trades[trade.trade_id]

    return begun


def without_its_order(_: Any) -> object:
    """An action is written and said while the one before it waits for the disk."""

    def hold(dispatch: Dispatch, record: Any) -> None:
        dispatch._place.append(record)
        dispatch._say((record["action"]["trade_id"], record["action"]["seq"]))

    return hold


def leaves_the_tail(read: Any) -> object:
    return lambda data: msgspec.structs.replace(read(data), torn_tail=False)


def says_it_is_new(say: Any) -> object:
    def young(place: Workplace, message: Any) -> None:
        if isinstance(message, TradeIntent):
            message = replace(message, age_ms=0)
        say(place, message)

    return young


def in_place(_: Any) -> object:
    """The file is emptied, then filled."""

    def rewrite(file: EaFile, records: Any, highest_n: int) -> None:
        header = file._header
        file._file.set_aside()
        file._begin(header.file_id if header else "new")
        for record in records:
            file.append(record)

    return rewrite


def keeps_only_what_waits(_: Any) -> object:
    def compacted(outbox: Outbox, *, settled_before_ms: int) -> Outbox:
        waiting = {trade_id for trade_id, _ in outbox.waiting}
        stays = [
            record
            for record in outbox.records
            if record["t"] == RecordKind.INTENT and record["action"]["trade_id"] in waiting
        ]
        return Outbox.read(stays, highest_n=outbox.n)

    return compacted


SAFEGUARDS = (
    Safeguard(
        name="outbox",
        hop=HOP,
        promise="what an EA has seen it still knows after a restart",
        off="actions are not written to the outbox",
        switches=(Switch(EaFile, "append", nothing_written(RecordKind.INTENT)),),
        story=Story(name="closed while the EA is away", tell=closed_while_away),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="repeat until acknowledged",
        hop=HOP,
        promise="every action of a master reaches the journal",
        off="an action is said once",
        switches=(Switch(Dispatch, "due", nothing),),
        story=Story(name="the Agent is away at the open", tell=agent_away),
        notices=1,
    ),
    Safeguard(
        name="comparison at the start",
        hop=HOP,
        promise="what happens while an EA is away is reported when it is back",
        off="a new life takes what it finds for known",
        switches=(Switch(MasterEa, "_attached", does_not_look_back),),
        story=Story(name="closed while the EA is away", tell=closed_while_away),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="order of the outbox",
        hop=HOP,
        promise="no action is known whose predecessor is not",
        off="an action does not wait for one that the disk has refused",
        switches=(Switch(Dispatch, "_hold", without_its_order),),
        story=Story(name="the disk is full at the open", tell=disk_full_at_the_open),
        notices=18,
        behind=("the open is said again",),
    ),
    Safeguard(
        name="the open is said again",
        hop=HOP,
        promise="an action of a trade that the Core does not know is not repeated in vain",
        off="the action alone is repeated",
        switches=(Switch(Dispatch, "_unknown", nothing),),
        story=Story(name="the disk is full at the open", tell=disk_full_at_the_open),
        notices=18,
        behind=("order of the outbox",),
    ),
    Safeguard(
        name="cut of a torn tail",
        hop=HOP,
        promise="one torn record costs no other",
        off="a torn record stays, and the next one is written behind it",
        switches=(Switch(ea_file, "read_records", leaves_the_tail),),
        story=Story(
            name="torn, then closed while the EA is away", tell=torn_then_closed_while_away
        ),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="derived trade id",
        hop=HOP,
        promise="a position seen again is the same trade",
        off="a trade gets a new id whenever its position is new to its EA",
        switches=(Switch(master, "derive_trade_id", random_id),),
        story=Story(name="the outbox is lost", tell=outbox_lost),
        notices=1,
    ),
    Safeguard(
        name="nothing is concluded from half a view",
        hop=HOP,
        promise="a terminal that shows an empty account closes nothing",
        off="a view always counts as complete",
        switches=(Switch(Workplace, "conclusive", by(property(lambda _: True))),),
        story=Story(
            name="the account is not shown for a while", tell=account_not_shown, wrong=not_as_it_was
        ),
        notices=OF_THE_STORY,
    ),
    Safeguard(
        name="compaction: new file, flush, replace",
        hop=HOP,
        promise="a file that cannot be rewritten stays what it was",
        off="the file is emptied and filled again",
        switches=(Switch(EaFile, "rewrite", in_place),),
        story=Story(name="the disk is full while compacting", tell=disk_full_while_compacting),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="compaction keeps what is open",
        hop=HOP,
        promise="what is not over is not forgotten",
        off="only what waits for an acknowledgement is kept",
        switches=(Switch(Outbox, "compacted", keeps_only_what_waits),),
        story=Story(
            name="compacted, then closed while the EA is away",
            tell=compacted_then_closed_while_away,
        ),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="age of an open",
        hop=HOP,
        promise="an open is as old as its position when it is said",
        off="every open is said to be new",
        switches=(Switch(Workplace, "say", says_it_is_new),),
        story=Story(name="the Agent is away at the open", tell=agent_away),
        notices=5,
    ),
)
