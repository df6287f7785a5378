from dataclasses import replace

import pytest

from echo.bridge.ea import Ea
from echo.bridge.errands import ERRANDS_MAX, Errand, Errands, noted_form, stamped, unsupported
from echo.bridge.opens import OpenClock
from echo.domain.commands import CloseOrder, Command, ExecuteOrder
from echo.domain.handshake import Role
from echo.domain.ids import Ticket
from tests.bridge.stage import (
    FEATURES,
    OTHER_SLAVE,
    SLAVE,
    cancel_pendings,
    close_order,
    flatten,
    modify_order,
    order,
    ready,
    reduce_order,
)

NOW_MS = 9_000


def ea(version: int = 3, offered: tuple[str, ...] = FEATURES) -> Ea:
    return Ea(
        4,
        Role.SLAVE,
        SLAVE,
        opened_at_ms=1,
        heard_mono_ms=1,
        protocol_version=version,
        offered=frozenset(offered),
        epoch=77,
    )


LEGACY = ea(2, ())
WITH_ACKS = ea(3, ("modify/v1", "partial_close/v1"))


def errand(command: Command, clock: OpenClock | None = None) -> Errand:
    return Errand(command, command.account_id, 1, received_at_ms=55, stream=1, clock=clock)


def an_open() -> ExecuteOrder:
    return order(ready())


def test_errands_are_kept_by_account_in_the_order_of_arrival() -> None:
    errands = Errands()
    first, second = errand(close_order(2)), errand(close_order(1))
    other = errand(close_order(3, OTHER_SLAVE))
    for each in (first, second, other):
        errands.add(each)

    assert list(errands.of(SLAVE)) == [first, second]
    assert errands.get(other.command_id) is other
    errands.remove(first)
    errands.remove(first)
    assert list(errands.of(SLAVE)) == [second]
    assert errands.get(first.command_id) is None


def test_one_account_cannot_fill_the_room_of_another() -> None:
    errands = Errands()
    for ticket in range(ERRANDS_MAX):
        errands.add(errand(close_order(ticket)))

    assert errands.full(SLAVE)
    assert not errands.full(OTHER_SLAVE)


@pytest.mark.parametrize(
    ("command", "peer", "word"),
    [
        pytest.param(modify_order(), ea(), "", id="modify, ours"),
        pytest.param(modify_order(), LEGACY, "cannot modify", id="modify, legacy"),
        pytest.param(reduce_order(), ea(), "", id="reduce, ours"),
        pytest.param(reduce_order(), ea(3, ("lossless/v1",)), "cannot close a part", id="reduce"),
        pytest.param(flatten(), ea(), "", id="flatten, ours"),
        pytest.param(flatten(), LEGACY, "does not know flatten", id="flatten, legacy"),
        pytest.param(cancel_pendings(), WITH_ACKS, "does not know cancel", id="cancel, legacy"),
        pytest.param(close_order(), LEGACY, "", id="close, legacy"),
        pytest.param(replace(close_order(), ticket=Ticket(0)), LEGACY, "ticket 0", id="close 0"),
        pytest.param(replace(close_order(), ticket=Ticket(0)), ea(), "", id="close 0, ours"),
        pytest.param(replace(modify_order(), ticket=Ticket(0)), WITH_ACKS, "ticket 0", id="mod 0"),
    ],
)
def test_an_ea_gets_only_what_it_can_do(command: Command, peer: Ea, word: str) -> None:
    why = unsupported(command, peer)

    assert word in why
    assert bool(word) is bool(why)


def test_opens_can_be_done_by_everyone() -> None:
    assert unsupported(an_open(), LEGACY) == ""


def test_a_frame_carries_epoch_arrival_and_an_opens_time_as_it_is_now() -> None:
    clock = OpenClock(NOW_MS + 300, NOW_MS - 20)

    frame = stamped(errand(an_open(), clock), ea(), NOW_MS)

    assert isinstance(frame, ExecuteOrder)
    assert (frame.ttl_ms, frame.age_ms, frame.sent_mono_ms) == (300, 20, NOW_MS)
    assert (frame.session_epoch, frame.timestamps.t4_agent_recv_ms) == (77, 55)


def test_other_frames_carry_epoch_and_arrival() -> None:
    frame = stamped(errand(close_order()), ea(), NOW_MS)

    assert isinstance(frame, CloseOrder)
    assert (frame.session_epoch, frame.timestamps.t4_agent_recv_ms) == (77, 55)
    assert stamped(errand(flatten()), ea(), NOW_MS) == flatten()
    assert stamped(errand(cancel_pendings()), ea(), NOW_MS) == cancel_pendings()


@pytest.mark.parametrize(
    ("clock", "ttl_ms", "expected"),
    [
        pytest.param(OpenClock(NOW_MS + 300, NOW_MS - 20), 5_000, (300, 20), id="known"),
        pytest.param(None, 5_000, (0, None), id="never probed"),
        pytest.param(None, None, (None, None), id="never probed, no limit"),
    ],
)
def test_the_ledger_keeps_an_opens_time_as_it_is_now(
    clock: OpenClock | None, ttl_ms: int | None, expected: tuple[int | None, int | None]
) -> None:
    noted = noted_form(errand(replace(an_open(), ttl_ms=ttl_ms), clock), NOW_MS)

    assert isinstance(noted, ExecuteOrder)
    assert (noted.ttl_ms, noted.age_ms, noted.sent_mono_ms) == (*expected, None)


def test_the_ledger_keeps_other_commands_as_they_are() -> None:
    assert noted_form(errand(close_order()), NOW_MS) == close_order()
