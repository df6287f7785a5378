"""A peer's clock is compared by probes: never wronger than half a round trip."""

from math import floor

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.clocks import DRIFT_MS_EVERY, ROUNDING_MS, PeerClock, correction_ms
from echo.domain.quantities import Instant

EPOCH_MS = 1_700_000_000_000
DELAYS_MS = st.floats(0, 5_000)
OFFSETS_MS = st.floats(-86_400_000, 86_400_000)


class Wire:
    """A link whose ways take as long as they are told, and hosts whose clocks are known."""

    def __init__(self, offset_ms: float) -> None:
        self.offset_ms = offset_ms
        self.at_ms = 1_000.0
        self.clock = PeerClock()

    def probe(self, there_ms: float, held_ms: float, back_ms: float) -> bool:
        asked_ms = self.at_ms
        heard_ms = asked_ms + there_ms
        read_ms = heard_ms + held_ms
        self.at_ms = read_ms + back_ms
        return self.clock.answered(
            asked_mono_ms=floor(asked_ms),
            held_ms=floor(read_ms) - floor(heard_ms),
            peer_wall_ms=floor(EPOCH_MS + read_ms + self.offset_ms),
            now=Instant(floor(EPOCH_MS + self.at_ms), floor(self.at_ms)),
        )

    @property
    def error_ms(self) -> float:
        assert self.clock.ahead_ms is not None
        return abs(self.clock.ahead_ms - self.offset_ms)


@given(OFFSETS_MS, DELAYS_MS, DELAYS_MS, DELAYS_MS)
def test_the_error_is_at_most_half_the_round_trip(
    offset_ms: float, there_ms: float, held_ms: float, back_ms: float
) -> None:
    wire = Wire(offset_ms)
    assert wire.probe(there_ms, held_ms, back_ms)

    assert wire.error_ms <= (there_ms + back_ms) / 2 + ROUNDING_MS
    assert wire.error_ms <= wire.clock.error_ms <= (there_ms + back_ms) / 2 + 2 + ROUNDING_MS


@given(OFFSETS_MS, st.lists(st.tuples(DELAYS_MS, DELAYS_MS, DELAYS_MS), min_size=1, max_size=8))
def test_the_error_stays_within_what_is_said_of_it(
    offset_ms: float, probes: list[tuple[float, float, float]]
) -> None:
    wire = Wire(offset_ms)
    for probe in probes:
        wire.probe(*probe)
        assert wire.error_ms <= wire.clock.error_ms


def test_a_slow_answer_does_not_replace_a_fast_one() -> None:
    wire = Wire(40.0)
    wire.probe(1, 0, 1)

    assert not wire.probe(5, 0, 900)
    assert wire.clock.ahead_ms == 40


def test_a_fast_answer_grows_old() -> None:
    wire = Wire(40.0)
    wire.probe(1, 0, 1)
    wire.at_ms += 10 * DRIFT_MS_EVERY

    assert wire.probe(8, 0, 8)


def test_a_clock_that_is_set_is_believed_at_once() -> None:
    wire = Wire(40.0)
    wire.probe(1, 0, 1)
    wire.offset_ms = 3_600_040.0

    assert wire.probe(50, 0, 50)
    assert wire.clock.ahead_ms == 3_600_040


def test_what_has_not_changed_is_not_news() -> None:
    wire = Wire(40.0)

    assert wire.probe(1, 0, 1)
    assert not wire.probe(1, 0, 1)


def test_clocks_as_close_as_their_rounding_count_as_one() -> None:
    assert [correction_ms(ahead) for ahead in (0, ROUNDING_MS, -ROUNDING_MS)] == [0, 0, 0]
    assert correction_ms(ROUNDING_MS + 1) == ROUNDING_MS + 1
