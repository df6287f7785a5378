"""Events are taken without waiting, written in order, and shed only with a word about it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from time import monotonic, sleep

import pytest

from echo.domain.quantities import Instant
from echo.domain.raw_events import ChainCheck, Direction
from echo.ports.errors import StoreLocked
from echo.stores.events import spool as spools
from echo.stores.events.months import month_paths, read_events
from echo.stores.events.spool import SHED, Bounds, EventSpool
from tests.fakes import WITHIN_S
from tests.stopwatch import Stopwatch
from tests.stores.events.chains import DAY_MS, NOON_MS

NOON = Instant(NOON_MS, 1)


@dataclass(frozen=True)
class Note:
    payload: bytes
    kind: str = "Quote"
    direction: Direction = Direction.IN
    answer: bytes = b""
    now: Instant = NOON


def encode(number: int) -> Iterator[Note]:
    if number < 0:
        raise TypeError("no value")
    yield Note(b"%d" % number)


def kinds_and_payloads(folder: Path) -> list[tuple[str, bytes]]:
    return [(each.event.kind, each.event.payload) for each in read_events(folder)]


def until(condition: object) -> None:
    assert callable(condition)
    deadline_s = monotonic() + WITHIN_S
    while not condition():
        assert monotonic() < deadline_s, "still not"
        sleep(0.005)


def test_what_is_put_is_written_in_order_and_the_chain_holds(tmp_path: Path) -> None:
    spool = EventSpool(tmp_path, encode, Bounds())
    for number in range(1_200):
        spool.put(number)
    spool.close()

    assert kinds_and_payloads(tmp_path) == [("Quote", b"%d" % n) for n in range(1_200)]
    check = ChainCheck()
    check.follow(read_events(tmp_path))
    assert check.breaks == []
    counters = spool.counters
    assert (counters.taken, counters.written, counters.shed) == (1_200, 1_200, 0)


def test_what_is_put_is_on_disk_soon_without_a_close(tmp_path: Path) -> None:
    spool = EventSpool(tmp_path, encode, Bounds())
    spool.put(1)

    until(lambda: spool.counters.written == 1)

    assert kinds_and_payloads(tmp_path) == [("Quote", b"1")]
    spool.close()


def test_a_restart_goes_on_with_the_chain(tmp_path: Path) -> None:
    ids = set()
    for number in range(3):
        spool = EventSpool(tmp_path, encode, Bounds())
        ids.add(spool.chain_id)
        spool.put(number)
        spool.close()
    check = ChainCheck()
    check.follow(read_events(tmp_path))

    assert (check.events, check.breaks, len(ids)) == (3, [], 1)


def test_a_disk_that_hangs_holds_up_nobody_and_the_gap_is_counted(tmp_path: Path) -> None:
    """The thread hangs in the middle of its work; whoever puts goes on as ever."""
    hang, reached = Signal(), Signal()

    def stuck(number: int) -> Iterator[Note]:
        if number == 0:
            reached.set()
            assert hang.wait(WITHIN_S)
        return encode(number)

    spool = EventSpool(tmp_path, stuck, Bounds(waiting_max=100))
    spool.put(0)
    assert reached.wait(WITHIN_S)
    with Stopwatch() as watch:
        for number in range(1, 501):
            spool.put(number)
    assert spool.counters.shed == 400
    hang.set()
    spool.close()

    written = kinds_and_payloads(tmp_path)
    shed = [json.loads(payload) for kind, payload in written if kind == SHED]
    assert watch.took_s < 1.0
    assert [each["events"] for each in shed] == [400]
    assert "more than 100 waited" in shed[0]["why"]
    assert [payload for kind, payload in written if kind == "Quote"] == [
        b"%d" % n for n in range(101)
    ]


def test_a_full_spool_sheds_says_why_and_takes_up_again(tmp_path: Path) -> None:
    first = EventSpool(tmp_path, encode, Bounds())
    first.put(1)
    first.close()

    full = EventSpool(tmp_path, encode, Bounds(bytes_max=1, waiting_max=2))
    for number in range(5):
        full.put(number)
    until(lambda: full.counters.trouble)
    assert "make room or allow more" in full.counters.trouble
    full.close()
    again = EventSpool(tmp_path, encode, Bounds())
    again.put(9)
    again.close()

    assert full.counters.shed == 5
    assert kinds_and_payloads(tmp_path) == [("Quote", b"1"), ("Quote", b"9")]


def test_what_cannot_be_encoded_is_counted_and_holds_up_nothing(tmp_path: Path) -> None:
    spool = EventSpool(tmp_path, encode, Bounds())
    spool.put(-1)
    spool.put(2)
    spool.close()

    assert spool.counters.shed == 1
    assert [kind for kind, _ in kinds_and_payloads(tmp_path)] == ["Quote", SHED]


def test_two_cores_do_not_write_one_folder(tmp_path: Path) -> None:
    spool = EventSpool(tmp_path, encode, Bounds())
    spool.put(1)
    until(lambda: spool.counters.written)

    with pytest.raises(StoreLocked):
        EventSpool(tmp_path, encode, Bounds())
    spool.close()


def test_months_that_are_too_old_are_deleted(tmp_path: Path) -> None:
    def long_ago(number: int) -> list[Note]:
        return [Note(b"1", now=Instant(1_000_000_000_000, number))]

    old = EventSpool(tmp_path, long_ago, Bounds())
    old.put(1)
    old.close()
    assert len(month_paths(tmp_path)) == 1

    spool = EventSpool(tmp_path, encode, Bounds(keep_days=30))
    spool.put(1)
    spool.close()

    check = ChainCheck(seq_before=None)
    assert [path.name for path in month_paths(tmp_path)] == ["events-2026-11.sqlite"]
    check.follow(read_events(tmp_path))
    assert check.events == 1


def test_what_can_be_spared_goes_before_the_rest(tmp_path: Path) -> None:
    """Nearly full: even numbers are market data."""
    first = EventSpool(tmp_path, encode, Bounds())
    for number in range(2_000):
        first.put(number)
    first.close()
    size = sum(path.stat().st_size for path in month_paths(tmp_path))
    spool = EventSpool(
        tmp_path, encode, Bounds(bytes_max=int(size * 1.2)), spare=lambda number: number % 2 == 0
    )
    until(lambda: spool._tight)
    for number in range(2_000, 2_010):
        spool.put(number)
    spool.close()

    late = [each.event for each in read_events(tmp_path, after=2_000)]
    assert spool.counters.shed == 5
    assert [each.payload for each in late if each.kind == "Quote"] == [
        b"%d" % number for number in range(2_001, 2_010, 2)
    ]
    [gap] = [json.loads(each.payload) for each in late if each.kind == SHED]
    assert gap["events"] == 5
    assert "market data" in gap["why"]


def test_the_oldest_months_make_room(tmp_path: Path) -> None:
    def then(number: int) -> list[Note]:
        return [Note(b"1" * 1_000, now=Instant(NOON_MS - number * 40 * DAY_MS, 1))]

    for age in (2, 1, 0):
        old = EventSpool(tmp_path, then, Bounds(keep_days=0))
        for _ in range(300):
            old.put(age)
        old.close()
    assert len(month_paths(tmp_path)) == 3
    size = sum(path.stat().st_size for path in month_paths(tmp_path))

    spool = EventSpool(tmp_path, encode, Bounds(bytes_max=int(size * 0.8), keep_days=0))
    spool.put(1)
    spool.close()

    assert len(month_paths(tmp_path)) == 2
    assert spool.counters.written == 1


def test_a_folder_in_disorder_is_told_and_put_right_without_a_restart(tmp_path: Path) -> None:
    first = EventSpool(tmp_path, encode, Bounds())
    first.put(1)
    first.close()
    in_the_way = tmp_path / "events-2001-01.sqlite"
    in_the_way.mkdir()

    spool = EventSpool(tmp_path, encode, Bounds())
    spool.put(2)
    until(lambda: spool.counters.trouble)
    in_the_way.rmdir()
    until(lambda: spool.counters.written == 1)
    spool.close()

    assert kinds_and_payloads(tmp_path) == [("Quote", b"1"), ("Quote", b"2")]
    assert (spool.counters.shed, spool.counters.trouble) == (0, "")


def test_while_somebody_trades_the_disk_waits_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "HOT_S", 600.0)
    monkeypatch.setattr(spools, "WRITE_WITHIN_S", 0.3)
    spool = EventSpool(tmp_path, encode, Bounds(), spare=lambda number: number == 0)
    spool.put(0)
    until(lambda: spool.counters.written == 1)
    assert not spool._is_hot(), "market data is no trade"

    begun_s = monotonic()
    spool.put(1)
    assert spool._is_hot()
    until(lambda: spool.counters.written == 2)
    assert monotonic() - begun_s > 0.3
    spool.close()

    assert spool.counters.written == spool.counters.taken
    assert spool.counters.shed == 0


def test_what_is_many_events_is_written_side_by_side_and_whole_or_not_at_all(
    tmp_path: Path,
) -> None:
    def parts(number: int) -> Iterator[Note]:
        for part in range(4):
            if part == 3 and number == 2:
                raise TypeError("no value")
            yield Note(b"%d" % number * spools.LARGE_BYTES, kind=f"{number}.{part}")

    spool = EventSpool(tmp_path, parts, Bounds())
    for number in range(4):
        spool.put(number)
    spool.close()

    kinds = [each.event.kind for each in read_events(tmp_path) if each.event.kind != SHED]
    assert kinds == [f"{number}.{part}" for number in (0, 1, 3) for part in range(4)]
    assert spool.counters.shed == 1
