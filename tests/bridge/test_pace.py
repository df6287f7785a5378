import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.bridge.pace import BACKOFF_MS_MAX, Pace, pace_of, starting_pace
from echo.bridge.settings import BridgeSettings
from echo.domain.sessions import DeliveryHeartbeat


def beat(**changes: object) -> DeliveryHeartbeat:
    values: dict[str, object] = {
        "heartbeat_interval_ms": 1_000,
        "retry_backoff_ms": (50, 400),
        "max_retries": 100,
        "ack_timeout_ms": 150,
        "mono_ms": 1,
        **changes,
    }
    return DeliveryHeartbeat(**values)  # type: ignore[arg-type]  # each test changes one by name


def test_waits_follow_the_list_and_its_last_repeats() -> None:
    pace = Pace(
        ack_timeout_ms=60, retry_backoff_ms=(50, 100, 700), max_retries=9, heartbeat_interval_ms=1
    )

    assert [pace.wait_ms(sends) for sends in (1, 2, 3, 4, 50)] == [60, 100, 700, 700, 700]


@given(
    ack_timeout_ms=st.integers(1, 5_000),
    waits=st.lists(st.integers(1, 10**6), min_size=1),
    sends=st.integers(1, 10**6),
)
def test_no_wait_is_shorter_than_an_answer_takes_or_longer_than_the_cap(
    ack_timeout_ms: int, waits: list[int], sends: int
) -> None:
    pace = Pace(
        ack_timeout_ms=ack_timeout_ms,
        retry_backoff_ms=tuple(sorted(waits)),
        max_retries=1,
        heartbeat_interval_ms=1_000,
    )

    assert ack_timeout_ms <= pace.wait_ms(sends) <= BACKOFF_MS_MAX
    assert pace.wait_ms(sends) <= pace.wait_ms(sends + 1)


def test_the_core_sets_the_pace() -> None:
    assert pace_of(beat()) == Pace(
        ack_timeout_ms=150, retry_backoff_ms=(50, 400), max_retries=100, heartbeat_interval_ms=1_000
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"retry_backoff_ms": ()}, id="no wait at all"),
        pytest.param({"retry_backoff_ms": (0, 100)}, id="always"),
        pytest.param({"ack_timeout_ms": 0}, id="no time to answer"),
        pytest.param({"heartbeat_interval_ms": 0}, id="beats without end"),
    ],
)
def test_a_pace_that_would_mean_never_or_always_is_none(changes: dict[str, object]) -> None:
    assert pace_of(beat(**changes)) is None


def test_until_then_the_settings_do() -> None:
    settings = BridgeSettings(ack_timeout_ms=7, retry_backoff_ms=(8,), max_retries=9)

    pace = starting_pace(settings)

    assert (pace.ack_timeout_ms, pace.retry_backoff_ms, pace.max_retries) == (7, (8,), 9)
    assert pace.heartbeat_interval_ms == settings.heartbeat_interval_ms
