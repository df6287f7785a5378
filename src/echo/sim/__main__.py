"""``python -m echo.sim``: run seeds through the world, and say what was broken."""

import argparse
import sys
from collections.abc import Sequence

from echo.sim.profiles import Profile
from echo.sim.report import Report, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 when an invariant did not hold."""
    parser = argparse.ArgumentParser(prog="python -m echo.sim", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(100), help="A:B, B not included")
    parser.add_argument("--profile", type=Profile, choices=list(Profile), default=Profile.GENTLE)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--trace", type=int, metavar="SEED", help="tell everything about one seed")
    chosen = parser.parse_args(arguments)
    report = Report(profile=chosen.profile)
    if chosen.trace is not None:
        report.add(run(chosen.trace, chosen.profile, tell=print))
    else:
        for seed in chosen.seeds:
            report.add(run(seed, chosen.profile))
    print(report.as_json() if chosen.json else "\n".join(report.lines()))
    return 1 if report.violations else 0


def _seeds(text: str) -> range:
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last)) if last else range(int(first), int(first) + 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B") from error


if __name__ == "__main__":
    sys.exit(main())
