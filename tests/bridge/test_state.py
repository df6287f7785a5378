import pytest

from echo.bridge.effects import Observe, SendCore, SendEa
from echo.bridge.settings import BridgeSettings
from echo.bridge.state import State
from echo.domain.facts import InputRefused
from echo.domain.ids import MessageId
from echo.domain.ledger import LedgerContents, LedgerEntry, LedgerKind
from echo.domain.quantities import Instant
from echo.domain.sessions import ClockEcho, Pong
from tests.bridge.stage import MASTER, intent

EMPTY = LedgerContents(ledger_id="led:ger", n=0, entries=())
PONG = Pong(ping_id="p", timestamp_ms=1, echo_ms=2, mono_ms=3)


def restored(
    *, wall_ms: int = 0, contents: LedgerContents = EMPTY, boot_id: str = "b", boot_ms: int = 0
) -> State:
    state = State(BridgeSettings())
    state.begin(Instant(wall_ms, 1_000))
    state.restore(contents, boot_id, boot_ms)
    return state


def entry(n: int, boot_id: str = "b", boot_ms: int = 0) -> LedgerEntry:
    return LedgerEntry(
        key="uplink:a",
        n=n,
        kind=LedgerKind.UPLINK,
        account_id=MASTER,
        message=intent(),
        boot_id=boot_id,
        boot_ms=boot_ms,
    )


@pytest.mark.parametrize(
    ("wall_ms", "highest", "noted", "expected"),
    [
        pytest.param(0, 7, 0, 8, id="after the ledger's"),
        pytest.param(2, 7, 0, 2001, id="after the clock's"),
        pytest.param(0, 7, 12, 13, id="after the entries'"),
    ],
)
def test_numbers_go_on_after_everything_that_was_ever_given_out(
    wall_ms: int, highest: int, noted: int, expected: int
) -> None:
    entries = (entry(noted),) if noted else ()
    contents = LedgerContents(ledger_id="x", n=highest, entries=entries)

    state = restored(wall_ms=wall_ms, contents=contents)

    assert [state.next_n(), state.next_n()] == [expected, expected + 1]


def test_a_frame_is_found_again_by_its_name() -> None:
    state = restored()

    assert state.message_id(5) == "led:ger:5"
    assert state.n_of(state.message_id(5)) == 5


@pytest.mark.parametrize("name", ["other:5", "led:ger:", "led:ger:x", "led:ger:-1", "", "5"])
def test_strange_names_are_nobody(name: str) -> None:
    assert restored().n_of(MessageId(name)) is None


def test_the_boot_clock_goes_on_with_the_monotonic_one() -> None:
    state = restored(boot_ms=500)
    state.begin(Instant(0, 1_250))

    assert state.boot_ms == 750


def test_time_since_an_entry_is_known_within_one_boot_only() -> None:
    state = restored(boot_ms=500)

    assert state.ms_since(entry(1, boot_ms=120)) == 380
    assert state.ms_since(entry(1, boot_ms=900)) == 0
    assert state.ms_since(entry(1, boot_id="other", boot_ms=120)) is None
    assert restored(boot_id="").ms_since(entry(1, boot_id="")) is None


def test_what_has_no_stream_is_dropped() -> None:
    state = restored()
    state.to_core(ClockEcho(mono_ms=1))
    assert state.effects == []

    state.stream = 4
    state.to_core(ClockEcho(mono_ms=1))
    assert state.effects == [SendCore(4, None, ClockEcho(mono_ms=1))]


def test_each_handling_has_its_own_effects() -> None:
    state = restored()
    state.to_ea(1, 3, PONG)
    before = state.effects
    state.begin(Instant(0, 2_000))
    state.refuse("peer", "reason", "sentence")

    assert before == [SendEa(1, 3, PONG)]
    refused = InputRefused(peer="peer", reason="reason", sentence="sentence")
    assert state.effects == [Observe(refused)]
