"""A collector that is dead costs nothing and loses nothing but telemetry, in bounded memory."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import count
from typing import cast

import pytest

from echo.domain.copy_facts import ResultTaken
from echo.domain.facts import Fact
from echo.domain.ids import TradeId
from echo.domain.link_facts import CollectorChanged
from echo.links.telemetry import otlp
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.core_spans import CoreTrace
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.otlp import SPANS_UNHEARD, Collector, OtlpExporter
from echo.links.telemetry.otlp_door import PATIENCE_S
from echo.links.telemetry.otlp_records import LogSender
from echo.links.telemetry.otlp_spans import SpanSender
from echo.links.telemetry.table import CORE_METRICS
from echo.links.telemetry.telemetry import RECORDS_MAX, WAITING_MAX, Telemetry
from tests.fakes import until_real
from tests.links.telemetry.collector import collecting
from tests.links.telemetry.facts import FILLED, RECEIVED
from tests.servers.ports import free_port
from tests.stopwatch import Stopwatch

WITHIN_S = 60.0
EVERY_S = 0.05


class Program:
    """What a program has of telemetry, and what it was told of its collector."""

    def __init__(self, address: str, metrics: str = "") -> None:
        meters = Meters(CORE_METRICS)
        self.telemetry = Telemetry(
            meters, (CoreFigures(meters).take,), CoreTrace(), recorded=(ResultTaken,)
        )
        self.told: list[CollectorChanged] = []
        self.exporter = OtlpExporter(
            self.telemetry,
            Collector(traces=address, metrics=metrics or address),
            {"service.name": "echo-core"},
            every_s=EVERY_S,
            tell=self._tell,
        )

    def _tell(self, fact: Fact) -> None:
        self.told.append(cast(CollectorChanged, fact))
        self.telemetry.observe(fact)

    @property
    def ups(self) -> list[bool]:
        """Whether the collector was there, each time that this changed."""
        return [each.up for each in self.told]

    def shed(self, what: str) -> float:
        """Return how many facts were not told."""
        self.telemetry.drain()
        found = self.telemetry.meters.registry.get_sample_value(
            "echo_telemetry_shed_total", {"what": what}
        )
        return found or 0.0

    def observe(self, fact: Fact, times: int) -> None:
        """Tell *fact* so often, no faster than it is counted."""
        for number in range(times):
            self.telemetry.observe(fact)
            if number % (WAITING_MAX // 2) == 0:
                self.telemetry.drain()
        self.telemetry.drain()

    def close(self) -> None:
        """End it."""
        self.exporter.close()
        self.telemetry.close()


@contextmanager
def running(address: str, metrics: str = "") -> Iterator[Program]:
    program = Program(address, metrics)
    try:
        yield program
    finally:
        program.close()


@contextmanager
def nobody() -> Iterator[str]:
    """Keep an address at which every connection is refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def black_hole() -> Iterator[str]:
    """Keep an address that takes connections and says nothing, ever."""
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen()
        yield f"127.0.0.1:{hole.getsockname()[1]}"


@pytest.mark.parametrize("place", [nobody, black_hole], ids=["refused", "black hole"])
async def test_for_nobody_nothing_is_encoded_and_little_is_kept(
    place: Callable[[], AbstractContextManager[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = count()
    monkeypatch.setattr(otlp, "figures_of", lambda *_: next(encoded))
    for sender in (SpanSender, LogSender):
        monkeypatch.setattr(sender, "send", lambda *_: next(encoded))

    with place() as address, running(address) as program:
        await until_real(lambda: program.told, within_s=WITHIN_S)
        await until_real(lambda: program.telemetry._spans_max == SPANS_UNHEARD, within_s=WITHIN_S)
        program.observe(RECEIVED, 3_000)
        program.observe(FILLED, RECORDS_MAX + 100)
        with Stopwatch() as closing:
            program.exporter.close()

        assert program.ups == [False]
        assert next(encoded) == 0
        kept = program.telemetry.take_spans(100_000)
        assert len(kept) == SPANS_UNHEARD
        assert program.shed("spans") == 3_000 - SPANS_UNHEARD / 2
        assert program.shed("logs") == 100
        assert len(program.telemetry.take_records(100_000)) == RECORDS_MAX
        assert closing.took_s < PATIENCE_S + 1.0


def test_whoever_tells_waits_for_nobody() -> None:
    with black_hole() as address, running(address) as program:
        with Stopwatch() as telling:
            for _ in range(WAITING_MAX):
                program.telemetry.observe(RECEIVED)
        assert telling.took_s < 1.0


async def test_a_collector_that_comes_late_gets_everything_that_was_counted() -> None:
    port = free_port()
    with running(f"127.0.0.1:{port}") as program:
        await until_real(lambda: program.ups == [False], within_s=WITHIN_S)
        program.observe(RECEIVED, 7)
        with collecting(port=port) as collector:
            collector.wait_for("echo.intent.received", spans=14, timeout_s=WITHIN_S)
            await until_real(lambda: program.ups == [False, True], within_s=WITHIN_S)
            [point] = collector.metrics["echo.intent.received"].sum.data_points
            assert point.as_double == 7
            assert program.shed("spans") == 0


async def test_one_that_dies_and_comes_back_misses_nothing_of_the_figures() -> None:
    port = free_port()
    with running(f"127.0.0.1:{port}") as program:
        with collecting(port=port) as before:
            program.observe(RECEIVED, 3)
            before.wait_for("echo.intent.received", spans=6, timeout_s=WITHIN_S)
            await until_real(lambda: program.ups[-1:] == [True], within_s=WITHIN_S)
        await until_real(lambda: program.ups[-1:] == [False], within_s=WITHIN_S)
        await until_real(lambda: program.telemetry._spans_max == SPANS_UNHEARD, within_s=WITHIN_S)
        program.observe(RECEIVED, 2_000)
        with collecting(port=port) as after:
            await until_real(lambda: program.ups[-1], within_s=WITHIN_S)
            last = replace(RECEIVED, trade_id=TradeId("the-last"))
            program.observe(last, 1)
            after.wait_for("echo.intent.received", spans=SPANS_UNHEARD + 2, timeout_s=WITHIN_S)
            await until_real(
                lambda: after.metrics["echo.intent.received"].sum.data_points[0].as_double == 2_004,
                within_s=WITHIN_S,
            )
            [up] = after.metrics["echo.collector.up"].gauge.data_points
            told = after.spans[-1].attributes
        assert up.as_double == 1
        assert "the-last" in {each.value.string_value for each in told}
        assert program.shed("spans") == 2_000 - SPANS_UNHEARD / 2


async def test_one_that_hangs_is_left_alone_until_it_answers() -> None:
    """It dies with its connections open, as a host does that is cut off; another takes over."""
    port = free_port()
    with socket.socket() as hole:
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        hole.bind(("127.0.0.1", port))
        hole.listen()
        with running(f"127.0.0.1:{port}") as program:
            await until_real(lambda: program.ups == [False], within_s=WITHIN_S)
            hole.close()
            program.observe(RECEIVED, 1)
            with collecting(port=port) as collector:
                collector.wait_for("echo.intent.received", spans=2, timeout_s=WITHIN_S)


async def test_what_a_collector_does_not_take_is_counted_and_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SpanSender, "send", lambda _self, _spans: False)
    monkeypatch.setattr(LogSender, "send", lambda _self, _facts: False)
    with collecting() as collector, running(collector.endpoint) as program:
        program.observe(RECEIVED, 3)
        await until_real(lambda: program.shed("spans") == 6, within_s=WITHIN_S)
        program.observe(FILLED, 4)
        await until_real(lambda: program.shed("logs") == 4, within_s=WITHIN_S)

        assert not program.telemetry.take_spans(9)
        assert not program.telemetry.take_records(9)


async def test_each_of_two_collectors_is_judged_for_itself() -> None:
    with nobody() as dead, collecting() as collector, running(collector.endpoint, dead) as program:
        program.observe(RECEIVED, 1)
        await until_real(lambda: len(collector.spans) == 2, within_s=WITHIN_S)
        await until_real(lambda: sorted(program.ups) == [False, True], within_s=WITHIN_S)
        assert not collector.metrics
        [down] = [each for each in program.told if not each.up]
        assert down.address == dead
        assert "UNAVAILABLE" in down.sentence
