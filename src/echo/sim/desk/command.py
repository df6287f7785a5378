"""``python -m echo.sim desk``: let the real services work through many days, and judge them."""

import argparse
from collections.abc import Sequence

from echo.sim.desk.report import DeskReport, run


def main(arguments: Sequence[str]) -> int:
    """Run; return 1 when an invariant did not hold.

    Args:
        arguments: What follows the word ``desk``.
    """
    parser = argparse.ArgumentParser(prog="python -m echo.sim desk", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(100), help="A:B, B not included")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--trace", type=int, metavar="SEED", help="tell everything about one seed")
    chosen = parser.parse_args(arguments)
    report = DeskReport()
    if chosen.trace is not None:
        report.days.append(run(chosen.trace, tell=print))
    else:
        report.days += map(run, chosen.seeds)
    print(report.as_json() if chosen.json else "\n".join(report.lines()))
    return 1 if report.violations else 0


def _seeds(text: str) -> range:
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last)) if last else range(int(first), int(first) + 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B") from error
