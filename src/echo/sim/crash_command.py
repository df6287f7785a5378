"""``python -m echo.sim crash``: a crash before every effect of small worlds, or every pair."""

import argparse
import sys
from collections.abc import Sequence

from echo.sim.crash_search import Leaves, as_json, crashing, lived, search, table
from echo.sim.small_worlds import SMALL_WORLDS
from echo.sim.story import story


def main(arguments: Sequence[str]) -> int:
    """Search; return 1 when an invariant did not hold."""
    chosen = _parser().parse_args(arguments)
    names = chosen.scenario or list(SMALL_WORLDS)
    leaves = [chosen.leaves] if chosen.leaves else list(Leaves)
    if chosen.at:
        return _told(names[0], chosen.at, leaves[0], trace=chosen.trace)
    rows = search(names, pairs=chosen.pairs, leaves=leaves, jobs=chosen.jobs)
    _say(as_json(rows) if chosen.json else "\n".join(table(rows)))
    return 1 if any(row.broken for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m echo.sim crash", description=__doc__)
    parser.add_argument(
        "--scenario",
        action="append",
        choices=list(SMALL_WORLDS),
        help="a small world, again for more; all of them if none is named",
    )
    parser.add_argument("--pairs", action="store_true", help="two crashes, wherever they fall")
    parser.add_argument(
        "--leaves",
        type=Leaves,
        choices=list(Leaves),
        help="what a crash leaves of what was under way; both if not given",
    )
    parser.add_argument("--jobs", type=jobs, default=1, help="how many processes share the work")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument(
        "--at", type=_points, metavar="N[,N]", help="tell what crashes before these effects do"
    )
    parser.add_argument("--trace", action="store_true", help="with --at: tell everything")
    return parser


def _told(name: str, points: tuple[int, ...], leaves: Leaves, *, trace: bool) -> int:
    scenario = crashing(SMALL_WORLDS[name].scenario, points, leaves)
    outcome, _ = lived(scenario, _say if trace else None)
    _say(SMALL_WORLDS[name].about)
    for line in story(scenario):
        _say(line)
    return 1 if outcome.violations else 0


def jobs(text: str) -> int:
    """Read a number of processes."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)


def _points(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not N or N,N") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
