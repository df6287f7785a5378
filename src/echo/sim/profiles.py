"""Profiles: from which weather and which mishaps a seed draws."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from echo.sim.faults import CALM, MishapKind, Weather
from echo.terminal.fates import FateRates

ABSENT: Final = 0.35
"""How likely any one kind of fault does not occur at all: too many at once hide each other."""


class Profile(StrEnum):
    """How rough it gets."""

    GENTLE = "gentle"
    """Most opens are filled."""
    HARSH = "harsh"
    """Harsher than any network or broker."""
    ORDERLY = "orderly"
    """As harsh, but pipes and streams lose nothing except what is under way when they break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rough:
    """What a profile draws from: the worst weather, and how many mishaps of each kind."""

    weather: Weather
    mishaps: tuple[tuple[MishapKind, int, int], ...]
    """Kind, how often at most, and for how many ms at most."""
    later: tuple[tuple[MishapKind, int, int], ...] = ()
    """The same; drawn by itself."""


GENTLE: Final = Rough(
    weather=Weather(
        crash_per_effect=0.000_2,
        torn_append=0.5,
        line_mangled=0.2,
        ghost=0.02,
        slow_commit=0.02,
        slow_commit_ms_max=300,
        commit_unknown=0.01,
        broker=FateRates(
            refusals={138: 0.03, 136: 0.02},
            timeout_executed=0.01,
            timeout_lost=0.01,
            reply_lost=0.01,
            late_ms_max=5_000,
            comment_cut=0.05,
        ),
        drift_ppm_max=2_000,
        wall_offset_ms_max=5_000,
    ),
    mishaps=(
        (MishapKind.CRASH, 2, 3_000),
        (MishapKind.RESET, 3, 0),
        (MishapKind.BLOCK, 2, 1_500),
        (MishapKind.STORE_DOWN, 1, 2_000),
        (MishapKind.CLOCK_JUMP, 1, 60_000),
        (MishapKind.BROKER_AWAY, 1, 2_000),
        (MishapKind.SLEEP, 1, 2_000),
        (MishapKind.STORM, 1, 0),
        (MishapKind.SLOW, 1, 3_000),
        (MishapKind.ONE_WAY, 1, 2_000),
        (MishapKind.POLICY_LOT, 1, 10_000),
    ),
    later=((MishapKind.STOP_LEVELS, 4, 8_000),),
)

HARSH: Final = Rough(
    weather=Weather(
        crash_per_effect=0.02,
        restart_ms=(100, 20_000),
        torn_append=0.5,
        frame_loss=0.3,
        frame_double=0.5,
        frame_late=0.3,
        frame_late_ms_max=10_000,
        line_mangled=0.5,
        line_torn=0.05,
        line_endless=0.000_5,
        ghost=0.05,
        pipe_ms=(0, 200),
        stream_ms=(1, 1_000),
        slow_commit=0.2,
        slow_commit_ms_max=3_000,
        commit_unknown=0.1,
        ledger_ms=(1, 400),
        broker=FateRates(
            refusals={138: 0.1, 136: 0.05, 134: 0.03, 146: 0.05},
            timeout_executed=0.06,
            timeout_lost=0.06,
            reply_lost=0.06,
            late_ms_max=55_000,
            comment_emptied=0.1,
            comment_cut=0.2,
            partial=0.1,
        ),
        comment_replaced=0.1,
        drift_ppm_max=50_000,
        wall_offset_ms_max=86_400_000,
    ),
    mishaps=(
        (MishapKind.CRASH, 6, 30_000),
        (MishapKind.REBOOT, 2, 20_000),
        (MishapKind.AMNESIA, 1, 10_000),
        (MishapKind.OLD_COPY, 1, 10_000),
        (MishapKind.BIT_FLIP, 1, 10_000),
        (MishapKind.COPIED, 1, 5_000),
        (MishapKind.LEDGER_LOST, 1, 10_000),
        (MishapKind.LEDGER_OLD, 1, 10_000),
        (MishapKind.SLEEP, 3, 20_000),
        (MishapKind.TWIN, 1, 20_000),
        (MishapKind.OTHER_ACCOUNT, 1, 10_000),
        (MishapKind.RESET, 8, 0),
        (MishapKind.HALF_OPEN, 4, 20_000),
        (MishapKind.BLOCK, 4, 60_000),
        (MishapKind.ONE_WAY, 3, 60_000),
        (MishapKind.SLOW, 2, 20_000),
        (MishapKind.STORM, 1, 0),
        (MishapKind.STORE_DOWN, 2, 20_000),
        (MishapKind.LEDGER_FULL, 2, 20_000),
        (MishapKind.FILE_FULL, 2, 20_000),
        (MishapKind.FILE_SICK, 1, 10_000),
        (MishapKind.CLOCK_JUMP, 3, 3_600_000),
        (MishapKind.BROKER_AWAY, 2, 20_000),
        (MishapKind.TRADING_OFF, 1, 10_000),
        (MishapKind.MARKET_CLOSED, 1, 10_000),
        (MishapKind.UNSYNCED, 2, 10_000),
        (MishapKind.MARGIN_CALL, 1, 4_000),
        (MishapKind.GAP, 1, 0),
        (MishapKind.POLICY_GONE, 2, 20_000),
        (MishapKind.POLICY_LOT, 2, 20_000),
        # The last, so that worlds of one Core are what they would be without it.
        (MishapKind.PAUSED, 2, 20_000),
    ),
    later=((MishapKind.OUTBOX_LOST, 1, 10_000), (MishapKind.STOP_LEVELS, 4, 20_000)),
)

ORDERLY: Final = replace(
    HARSH,
    weather=replace(HARSH.weather, frame_loss=0.0, frame_double=0.0, frame_late=0.0, line_torn=0.0),
)


def draw_weather(chance: Random, worst: Weather) -> Weather:
    """Draw each rate between nothing and the worst; many are nothing at all."""

    def rate(most: float) -> float:
        return 0.0 if chance.random() < ABSENT else most * chance.random()

    def seldom(most: float) -> float:
        """Draw a rate of what is mostly rare: a few seeds see nothing but that."""
        return rate(most) * chance.random() ** 2

    def span(pair: tuple[int, int], calm: tuple[int, int]) -> tuple[int, int]:
        return calm if chance.random() < ABSENT else (pair[0], chance.randint(*pair))

    broker = worst.broker
    return replace(
        worst,
        crash_per_effect=seldom(worst.crash_per_effect),
        frame_loss=rate(worst.frame_loss),
        frame_double=rate(worst.frame_double),
        frame_late=rate(worst.frame_late),
        line_mangled=rate(worst.line_mangled),
        line_torn=rate(worst.line_torn),
        line_endless=rate(worst.line_endless),
        comment_replaced=rate(worst.comment_replaced),
        slow_commit=rate(worst.slow_commit),
        commit_unknown=rate(worst.commit_unknown),
        pipe_ms=span(worst.pipe_ms, CALM.pipe_ms),
        stream_ms=span(worst.stream_ms, CALM.stream_ms),
        ledger_ms=span(worst.ledger_ms, CALM.ledger_ms),
        drift_ppm_max=int(rate(worst.drift_ppm_max)),
        wall_offset_ms_max=int(rate(worst.wall_offset_ms_max)),
        broker=FateRates(
            refusals={code: rate(share) for code, share in broker.refusals.items()},
            timeout_executed=rate(broker.timeout_executed),
            timeout_lost=rate(broker.timeout_lost),
            reply_lost=rate(broker.reply_lost),
            late_ms_max=broker.late_ms_max,
            comment_emptied=rate(broker.comment_emptied),
            comment_cut=rate(broker.comment_cut),
            partial=rate(broker.partial),
        ),
    )


ROUGHNESS: Final = {
    Profile.GENTLE: GENTLE,
    Profile.HARSH: HARSH,
    Profile.ORDERLY: ORDERLY,
}
