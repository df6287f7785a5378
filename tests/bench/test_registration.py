"""What the measurement of registration measures."""

from bench.registration import figures, judging_ms, strangers, waits_ms, watch


def test_a_market_watch_is_as_recorded_and_strangers_are_nobodys_names() -> None:
    names = [each.broker_symbol for each in watch()]

    assert len(names) == len(set(names)) > 150
    assert "EURUSD" in names
    assert len({each.broker_symbol for each in strangers(500)}) == 500


def test_judging_is_measured_for_each_account() -> None:
    found = judging_ms(strangers(5), cold=True)

    assert len(found) == 40
    assert all(each > 0 for each in found)
    assert figures([1.0, 2.0, 3.0]) == {"samples": 3, "p50_ms": 2.0, "p95_ms": 3.0, "max_ms": 3.0}


async def test_every_account_gets_its_verdict() -> None:
    found = await waits_ms(3, watch()[:4])

    assert len(found) == 3
    assert all(0 < each < 60_000 for each in found)
