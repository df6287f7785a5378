"""``python -m bench.journals``: a journal's commit, beside the raw commit of as many rows.

For each store the same fan-outs: one trade, its action, and for each follower a decision and a
command, which is what is on disk before the first command leaves.  The floor is the store's own
driver, bare: one statement that inserts as many rows of 400 bytes, synced.  Both are measured in
turns, and paced: a store that is driven without a pause shows a third of what a desk would see.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import apsw
import uvloop

from bench.floor import LINE, PAUSE_S
from bench.stores import STORES, places
from echo.apps.journals import Place, open_journal
from echo.domain.ids import AccountId
from echo.domain.journal import Record
from echo.stores.postgres.connection import connect
from tests.stores import examples as ex

FAN_OUTS = (1, 15, 100, 500)
ROUNDS = 40

Commit = Callable[[int], Awaitable[None]]
"""Commits the rows of round *n*."""


def fan_out(number: int, followers: int) -> list[Record]:
    """Return what the Core journals for one open, before its commands leave."""
    accounts = [AccountId(str(70_000 + each)) for each in range(followers)]
    return [
        ex.trade(number),
        ex.opened(number),
        *(ex.decision(number, account_id=each) for each in accounts),
        *(ex.command(ex.execute(number, each)) for each in accounts),
    ]


async def timed(commits: Sequence[Commit], rounds: int) -> list[float]:
    """Run each of *commits* in turns; return the median of each, in ms."""
    times: list[list[float]] = [[] for _ in commits]
    for number in range(rounds):
        for commit, taken in zip(commits, times, strict=True):
            await asyncio.sleep(PAUSE_S)
            started = time.perf_counter()
            await commit(number)
            taken.append(time.perf_counter() - started)
    return [statistics.median(each) * 1_000 for each in times]


async def bare(place: Place, rows: int) -> tuple[Commit, Callable[[], Awaitable[None]]]:
    """Return what inserts *rows* rows with nothing but the driver, and what ends it."""
    if isinstance(place, Path):
        path = place.with_name(f"bare-{rows}.sqlite")
        path.parent.mkdir(parents=True, exist_ok=True)
        database = apsw.Connection(str(path))
        database.execute("pragma journal_mode=wal; pragma synchronous=full")
        database.execute("create table bare (id text primary key, payload blob)")

        async def insert(number: int) -> None:
            with database:
                database.executemany("insert into bare values (?, ?)", ids(number))

        async def end() -> None:
            database.close()

    else:
        session: Any = await connect(place, "bare")
        await session.execute(f"create table bare_{rows} (id text primary key, payload bytea)")
        statement = f"insert into bare_{rows} select * from unnest($1::text[], $2::bytea[])"  # noqa: S608 -- a number

        async def insert(number: int) -> None:
            keys, payloads = zip(*ids(number), strict=True)
            await session.execute(statement, keys, payloads)

        async def end() -> None:
            await session.close()

    def ids(number: int) -> list[tuple[str, bytes]]:
        return [(f"{number}-{each}", LINE) for each in range(rows)]

    return insert, end


async def measured(place: Place, followers: int, rounds: int, first: int) -> dict[str, float]:
    """Return the medians for one store and one fan-out, in ms."""
    batches = [fan_out(first + number, followers) for number in range(rounds)]
    rows = len(batches[0])
    journal = await open_journal(place)
    insert, end = await bare(place, rows)
    try:
        floor, echo = await timed((insert, lambda number: journal.commit(batches[number])), rounds)
    finally:
        await journal.close()
        await end()
    return {"rows": rows, "floor_ms": floor, "echo_ms": echo, "ratio": echo / floor}


async def compared(
    stores: tuple[str, ...], fan_outs: Sequence[int], rounds: int
) -> dict[str, dict[int, dict[str, float]]]:
    """Measure every store and fan-out; store -> fan-out -> figures."""
    results: dict[str, dict[int, dict[str, float]]] = {each: {} for each in stores}
    with (
        tempfile.TemporaryDirectory(prefix="echo-bench-") as name,
        places(Path(name), stores) as at,
    ):
        for followers in fan_outs:
            for store, place in at.items():
                first = followers * 1_000
                results[store][followers] = await measured(place, followers, rounds, first)
    return results


def side_by_side(results: dict[str, dict[int, dict[str, float]]]) -> list[str]:
    """Return the lines of a table: a fan-out each, its stores beside each other."""
    heads = "".join(f" | {f'{store}: floor, echo ms, ratio':>34}" for store in results)
    lines = [f"{'fan-out':>8} {'rows':>6}{heads}"]
    for followers, first in next(iter(results.values())).items():
        figures = [found[followers] for found in results.values()]
        cells = "".join(
            f" | {each['floor_ms']:>16.2f} {each['echo_ms']:>9.2f} {each['ratio']:>7.2f}"
            for each in figures
        )
        lines.append(f"{followers:>8} {first['rows']:>6.0f}{cells}")
    return lines


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.journals", description=__doc__)
    parser.add_argument("--store", nargs="+", default=list(STORES), choices=STORES)
    parser.add_argument("--fan-out", type=int, nargs="+", default=list(FAN_OUTS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    results = uvloop.run(compared(tuple(options.store), options.fan_out, options.rounds))
    if options.json:
        print(json.dumps(results))
        return
    print("a commit of one fan-out, synced; floor: the bare driver with as many rows, same run")
    print("\n".join(side_by_side(results)))


if __name__ == "__main__":
    main()
