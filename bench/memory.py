"""What the engine's memory comes to after many trades: ``python -m bench.memory [--trades N]``.

Every trade is opened, filled, closed and settled on one follower.  Nothing of it may stay but what
tells a late repeat from news.
"""

import argparse
import gc
import json
from collections.abc import Iterator
from pathlib import Path

from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.ids import Ticket, derive_trade_id
from tests.engine.scenes import (
    MASTER,
    Archive,
    Desk,
    closed,
    desk,
    done,
    filled,
    opened,
    sent,
)

STEPS = 10
TRADE_EVERY_MS = 20_000
"""4,320 a day: a busy house."""
PAGE_BYTES = 4_096


class _Nothing(Archive):
    """A journal that forgets: only the engine's memory is measured."""

    def keep(self, record: object) -> None:
        pass


def play(stage: Desk, number: int) -> None:
    """One trade from its open to its end."""
    trade_id = derive_trade_id(
        server="Demo",
        account_id=MASTER,
        root_ticket=Ticket(number + 1),
        opened_at_ms=stage.now.wall_ms,
    )
    [order] = sent(stage.say(opened(trade_id=trade_id, ticket=Ticket(number + 1))), ExecuteOrder)
    stage.say(filled(order, number + 1))
    [close] = sent(stage.say(closed(trade_id=trade_id, ticket=Ticket(number + 1))), CloseOrder)
    stage.say(done(close))
    stage.heard.clear()
    stage.events.clear()
    stage.timers.clear()


def resident_bytes() -> int:
    """Return how much memory this process holds now; Linux only."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_BYTES


def measure(trades: int) -> Iterator[dict[str, object]]:
    """Play *trades* trades; yield what is held after each tenth."""
    stage = desk(quote_max_age_ms=10**12, spec_max_age_ms=10**12)
    stage.archive = _Nothing()
    play(stage, 0)
    base = resident_bytes()
    for step in range(1, STEPS + 1):
        for number in range((step - 1) * trades // STEPS + 1, step * trades // STEPS + 1):
            stage.later(TRADE_EVERY_MS)
            play(stage, number)
        held = resident_bytes()
        state = stage.engine.state
        yield {
            "trades": step * trades // STEPS,
            "grown_mb": round((held - base) / 1e6, 2),
            "rss_mb": round(held / 1e6, 1),
            "remembered": len(state.settled),
            "live_trades": len(state.trades),
            "live_commands": len(state.commands),
        }


def main() -> None:
    """Print one JSON line per step."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--trades", type=int, default=100_000)
    for row in measure(parser.parse_args().trades):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
