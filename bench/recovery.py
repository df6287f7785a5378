"""``python -m bench.recovery``: from the start of a Core to serving, with a long past behind it.

The past: 100,000 settled trades with all their rows, 1,000 open ones, and 10,000 commands whose
outcome is not known.  Measured is the real program: from its start to the line that says it serves,
beside the same with an empty store, and the part of it that reading the journal takes.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import apsw
import uvloop

from bench.stores import STORES, places
from echo.apps.journals import Place, open_journal
from echo.apps.lent_schema import settings_lines
from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus, Record, TradeStatus
from echo.stores.postgres.connection import connect
from tests.stores import examples as ex

SETTLED, OPEN, FOLLOWERS = 100_000, 1_000, 10
READY_WITHIN_S = 60.0
TRADES_PER_COMMIT = 50

TABLES = {
    "trades": ("trade_id",),
    "trade_actions": ("trade_id",),
    "copy_decisions": ("trade_id", "command_id"),
    "delivery_journal": ("trade_id", "command_id"),
    "executions": ("trade_id", "command_id", "execution_id"),
    "closes": ("trade_id", "command_id", "close_id"),
    "copies": ("trade_id",),
}
"""What a settled trade leaves behind, and which columns tell one from the next."""


def settled_trade() -> list[Record]:
    """Return everything that one closed trade of one follower leaves behind."""
    order = ex.execute(1)
    closing = next(each for each in ex.other_commands() if isinstance(each, CloseOrder))
    return [
        ex.trade(1, settled=True, status=TradeStatus.CLOSED, followers=(ex.SLAVE,)),
        ex.opened(1),
        ex.action(ex.close(1), ActionKind.CLOSE),
        ex.decision(1, outcome=Outcome.FILLED),
        ex.decision(1, seq=closing.seq, outcome=Outcome.CLOSED),
        *(ex.command(each) for each in (order, closing)),
        *(ex.progress(each, CommandStatus.ACKED) for each in (order, closing)),
        *(ex.execution(ex.result(each)) for each in (order, closing)),
        ex.copy(1, remaining="0"),
    ]


def open_trade(number: int, followers: int) -> list[Record]:
    """Return an open trade whose copies are all under way."""
    accounts = tuple(AccountId(str(70_000 + each)) for each in range(followers))
    orders = [ex.execute(number, each) for each in accounts]
    return [
        ex.trade(number, followers=accounts),
        ex.opened(number),
        *(ex.decision(number, account_id=each) for each in accounts),
        *map(ex.command, orders),
        *map(ex.progress, orders),
    ]


async def fill(place: Place, settled: int, unsettled: int, followers: int) -> None:
    """Give the store its past; one settled trade is written, and multiplied where it lies."""
    journal = await open_journal(place)
    await journal.commit(settled_trade())
    for first in range(2, unsettled + 2, TRADES_PER_COMMIT):
        numbers = range(first, min(first + TRADES_PER_COMMIT, unsettled + 2))
        await journal.commit([row for each in numbers for row in open_trade(each, followers)])
    await journal.close()
    if isinstance(place, Path):
        _multiply_rows(place, settled)
    else:
        session: Any = await connect(place, "bench")
        for table, ids in TABLES.items():
            columns = await session.fetch(
                "select column_name from information_schema.columns where table_schema = $1"
                " and table_name = $2 order by ordinal_position",
                place.schema,
                table,
            )
            cells = [_moved(row[0], ids, "lpad(to_hex(n), 12, '0')") for row in columns]
            await session.execute(
                f"insert into {table} select {', '.join(cells)} from {table},"  # noqa: S608 -- own names
                f" generate_series(1, {settled - 1}) n where trade_id = '{ex.trade_id(1)}'",
                timeout=None,
            )
        await session.execute("analyze")
        await session.close()


def _multiply_rows(place: Path, settled: int) -> None:
    database = apsw.Connection(str(place))
    with database:
        for table, ids in TABLES.items():
            columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
            cells = [_moved(name, ids, "printf('%012x', n)") for name in columns]
            database.execute(
                f"with recursive series(n) as (select 1 union all select n + 1 from series"  # noqa: S608 -- as above
                f" where n < {settled - 1}) insert into {table} select {', '.join(cells)}"
                f" from {table}, series where trade_id = '{ex.trade_id(1)}'"
            )
    database.close()


def _moved(column: str, ids: tuple[str, ...], number: str) -> str:
    """Return what a column is in the copy of a row; an id keeps all but its last group."""
    if column not in ids:
        return column
    return f"substr({column}, 1, 24) || {number} || substr({column}, 37)"


async def loaded_ms(place: Place) -> float:
    """Return how long reading the journal takes, in ms."""
    journal = await open_journal(place)
    started = time.perf_counter()
    await journal.load()
    taken = time.perf_counter() - started
    await journal.close()
    return taken * 1_000


def serving_ms(place: Place, folder: Path) -> tuple[float, float]:
    """Start a Core on *place*; return how long it takes until it serves, and its processor time.

    Both in ms; the second tells what the first would be on a machine with nothing else to do.
    """
    config = folder / "echo.toml"
    state = place.parent if isinstance(place, Path) else folder / "state"
    lines = ["[core]", "grpc_port = 0", "admin.port = 0", f'state_dir = "{state}"']
    if not isinstance(place, Path):
        lines += ['store.kind = "postgres"', *settings_lines(place)]
    config.write_text("\n".join(lines) + "\n")
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "echo.apps.core", "--config", str(config), "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as core:
        assert core.stdout is not None
        line = core.stdout.readline()
        taken = time.perf_counter() - started
        used_ms = _processor_ms(core.pid)
        core.terminate()
        core.wait(READY_WITHIN_S)
    if b"ready" not in line:
        raise RuntimeError(f"the Core did not come up: {line!r}")
    return taken * 1_000, used_ms


def _processor_ms(pid: int) -> float:
    """Return the processor time that a program has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000 / os.sysconf("SC_CLK_TCK")


def recovery(place: Place, folder: Path, settled: int, unsettled: int, runs: int) -> dict[str, Any]:
    """Measure one store: empty, then with its past; best of *runs*."""
    asyncio.run(loaded_ms(place))  # its schema is made before anything is measured
    empty = [serving_ms(place, folder) for _ in range(runs)]
    uvloop.run(fill(place, settled, unsettled, FOLLOWERS))
    full = [serving_ms(place, folder) for _ in range(runs)]
    return {
        "settled": settled,
        "open": unsettled,
        "in_flight": unsettled * FOLLOWERS,
        "empty_ms": [round(each) for each, _ in empty],
        "empty_cpu_ms": round(min(each for _, each in empty)),
        "serving_ms": [round(each) for each, _ in full],
        "serving_cpu_ms": round(min(each for _, each in full)),
        "load_ms": round(min(asyncio.run(loaded_ms(place)) for _ in range(runs))),
    }


def told(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the lines of a table: a store each."""
    lines = [
        f"{'store':>9} {'settled':>8} {'open':>6} {'in flight':>9}"
        f" {'serving, ms':>26} {'its processor ms':>16} {'empty, ms':>26}"
    ]
    for store, each in figures.items():
        full, empty = (", ".join(map(str, each[name])) for name in ("serving_ms", "empty_ms"))
        lines.append(
            f"{store:>9} {each['settled']:>8} {each['open']:>6} {each['in_flight']:>9}"
            f" {full:>26} {each['serving_cpu_ms']:>16} {empty:>26}"
        )
    return lines


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.recovery", description=__doc__)
    parser.add_argument("--store", nargs="+", default=list(STORES), choices=STORES)
    parser.add_argument("--settled", type=int, default=SETTLED)
    parser.add_argument("--open", type=int, default=OPEN)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    stores = tuple(options.store)
    with (
        tempfile.TemporaryDirectory(prefix="echo-bench-") as name,
        places(Path(name), stores) as at,
    ):
        figures = {
            store: recovery(place, Path(name), options.settled, options.open, options.runs)
            for store, place in at.items()
        }
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print("from the start of a Core until it serves, each start by itself")
    print("\n".join(told(figures)))


if __name__ == "__main__":
    main()
