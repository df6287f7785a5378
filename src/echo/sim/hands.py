"""What people at terminals do: positions that they open, change, and close again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Final

from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce

WARM_UP_MS: Final = 4_000
"""Before the first trade everybody has been introduced."""
STRANGE_LOTS: Final = Decimal("0.07")
"""What nobody copies: a position of the very size of a copy could be taken for one."""


def draw_hands(
    chance: Random, masters: int, active_ms: int, *, trades_max: int = 12
) -> tuple[tuple[Action, ...], ...]:
    """Draw what the person at each of so many masters does."""
    hands: list[list[Action]] = [[] for _ in range(masters)]
    number = 0
    for _ in range(chance.randint(trades_max // 2, trades_max)):
        at_ms = chance.randint(WARM_UP_MS, active_ms - 8_000)
        # Now and then two masters do the same at once: their copies look alike at a broker.
        crowd = 2 if masters > 1 and chance.random() < 0.25 else 1
        shape = draw_shape(chance)
        for master in chance.sample(range(masters), crowd):
            number += 1
            hands[master] += draw_trade(chance, f"t{number}", at_ms, active_ms, shape)
    return tuple(tuple(sorted(hand, key=lambda each: each.at_ms)) for hand in hands)


def draw_shape(chance: Random) -> Open:
    """Draw a position, without a name and a time."""
    tight = chance.random() < 0.15
    near, far = ("0.0004", "0.0008") if tight else ("0.01", "0.03")
    return Open(
        key="",
        at_ms=0,
        symbol=chance.choice(("EURUSD", "XAUUSD")),
        side=chance.choice(tuple(Side)),
        lots=Decimal(chance.choice(("0.03", "0.10", "0.50", "1.00"))),
        magic=chance.choice((0, 7, 77)),
        sl_share=Decimal(near) if chance.random() < 0.8 else None,
        tp_share=Decimal(far) if chance.random() < 0.6 else None,
    )


def draw_trade(chance: Random, key: str, at_ms: int, end_ms: int, shape: Open) -> Iterable[Action]:
    """Draw the life of a position that is opened at *at_ms*, until *end_ms* at most."""
    yield replace(shape, key=key, at_ms=at_ms)
    held_ms = min(chance.choice((50, 800, 4_000, 15_000, 40_000)), end_ms - at_ms - 100)
    left = shape.lots
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        step_ms = at_ms + chance.randint(0, held_ms)
        if chance.random() < 0.6:
            yield Modify(
                key=key,
                at_ms=step_ms,
                sl_share=_share(chance, shape.sl_share),
                tp_share=_share(chance, shape.tp_share),
            )
        elif left > Decimal("0.02"):
            part = (left * chance.choice((3, 5, 7)) / 10).quantize(Decimal("0.01"))
            left -= part
            yield Reduce(key=key, at_ms=step_ms, lots=part)
    if chance.random() < 0.85:
        yield Close(key=key, at_ms=at_ms + held_ms)


def _share(chance: Random, before: Decimal | None) -> Decimal | None:
    if chance.random() < 0.15:
        return None
    return (before or Decimal("0.02")) + Decimal(chance.randint(1, 30)) / 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """What somebody does by hand on an account on which Echo trades too."""

    account_id: AccountId
    actions: tuple[Action, ...]


def draw_stranger(chance: Random, account_id: AccountId, active_ms: int) -> Stranger:
    """Draw what somebody does by hand on an account on which Echo trades too."""
    actions: list[Action] = []
    for number in range(chance.randint(1, 3)):
        at_ms = chance.randint(WARM_UP_MS, active_ms - 8_000)
        shape = replace(draw_shape(chance), lots=STRANGE_LOTS, sl_share=None, tp_share=None)
        actions.append(replace(shape, key=f"s{number}", at_ms=at_ms))
        if chance.random() < 0.5:
            actions.append(Close(key=f"s{number}", at_ms=chance.randint(at_ms, active_ms)))
    by_time = tuple(sorted(actions, key=lambda each: each.at_ms))
    return Stranger(account_id=account_id, actions=by_time)
