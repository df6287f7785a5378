"""With a collector that is not there, real programs copy as ever; when it comes it is told all that
was counted.
"""

import json
from pathlib import Path

from bench.__main__ import last_slave_ms
from bench.desk import desk
from echo.links.telemetry.otlp import SPANS_UNHEARD
from echo.stores.sqlite.reading import read_view
from tests.acceptance.plays import short_folder
from tests.fakes import until_real
from tests.links.telemetry.collector import Collector, collecting
from tests.servers.ports import free_port

WITHIN_S = 45.0
SLAVES, TRADES, TRADES_PER_S = 3, 120, 60.0
PROGRAMS = ("core", "agent")
FAN_OUT_MAX = 300
"""More spans than one fact may make, or one message of an Agent may hold."""

TOLD_TO = """
[endpoints.otel]
otlp_endpoint = "127.0.0.1:{port}"
[telemetry]
export_every_s = 1
"""


async def test_nothing_is_lost_but_telemetry_and_that_is_counted() -> None:
    port = free_port()
    more = TOLD_TO.format(port=port)
    with short_folder() as folder:
        async with desk(folder, masters=1, slaves=SLAVES, more=more) as busy:
            trips = await busy.run(rate_per_s=TRADES_PER_S, trades=TRADES, warm_up=0)
            assert [ups(folder, program) for program in PROGRAMS] == [[False], [False]]
            with collecting(port=port) as collector:
                await until_real(
                    lambda: total(collector, "echo.order.created") == copies(folder),
                    within_s=WITHIN_S,
                )
                await until_real(
                    lambda: {"echo-core", "echo-agent"} == set(collector.exports),
                    within_s=WITHIN_S,
                )
                for program in PROGRAMS:
                    await until_real(
                        lambda name=program: ups(folder, name)[:2] == [False, True],  # type: ignore[misc]  # of a default
                        within_s=WITHIN_S,
                    )
                kept = len(collector.spans)

    assert len(last_slave_ms(trips, SLAVES)) == TRADES
    assert total(collector, "echo.telemetry.shed") > 0
    assert SPANS_UNHEARD <= kept <= len(PROGRAMS) * (SPANS_UNHEARD + FAN_OUT_MAX)


def ups(folder: Path, program: str) -> list[bool]:
    """Return whether the collector was there, each time that a program noticed a change."""
    *whole, _ = (folder / f"{program}.log").read_text().split("\n")
    lines = [json.loads(line) for line in whole if line.startswith("{")]
    return [line["up"] for line in lines if line["fact"] == "CollectorChanged"]


def copies(folder: Path) -> int:
    """Return how many entries the journal says were to be copied."""
    rows = read_view(folder / "core" / "journal.sqlite", "v_decisions", where={"kind": "open"})
    return sum(row["command_status"] is not None for row in rows)


def total(collector: Collector, name: str) -> float:
    """Return the sum over all series of a counter, as it was told last."""
    if name not in collector.metrics:
        return 0.0
    return sum(point.as_double for point in collector.metrics[name].sum.data_points)
