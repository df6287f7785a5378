"""Whether a collector is there, and what nobody was told, are figures themselves."""

from echo.domain.link_facts import CollectorChanged, FactsShed
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.telling_figures import telling_feeds
from echo.links.telemetry.telling_table import SHED, TELLING


def test_what_may_be_missing_is_counted_from_zero() -> None:
    meters = Meters(TELLING)
    feeds = telling_feeds(meters)
    assert [shed(meters, what) for what in SHED] == [0.0, 0.0, 0.0]

    for facts in (2, 3):
        feeds[FactsShed](FactsShed(what="spans", facts=facts))

    assert [shed(meters, what) for what in SHED] == [0.0, 5.0, 0.0]


def test_each_collector_is_there_or_is_not() -> None:
    meters = Meters(TELLING)
    feeds = telling_feeds(meters)

    for address, up in (("a:1", True), ("b:2", True), ("a:1", False)):
        feeds[CollectorChanged](CollectorChanged(address=address, up=up, sentence="s"))

    values = [
        meters.registry.get_sample_value("echo_collector_up", {"address": address})
        for address in ("a:1", "b:2")
    ]
    assert values == [0.0, 1.0]


def shed(meters: Meters, what: str) -> float | None:
    return meters.registry.get_sample_value("echo_telemetry_shed_total", {"what": what})
