"""``python -m echo.sim``: run seeds through the world, and say what was broken.

``python -m echo.sim crash`` strikes small worlds at every single effect; see its ``--help``.
``python -m echo.sim desk`` lets the real services work on a virtual clock; see its ``--help``.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

from echo.ports.errors import StoreLocked
from echo.sim import crash_command
from echo.sim.campaign import campaign
from echo.sim.corpus import WHERE, CorpusBroken, Entry, keep, load
from echo.sim.crew import collect_seldom
from echo.sim.desk import command as desk_command
from echo.sim.notation import written
from echo.sim.profiles import Profile
from echo.sim.progress import ProgressRefused
from echo.sim.report import Report, play, run
from echo.sim.revision import revision
from echo.sim.scenario import Scenario, draw
from echo.sim.shrink import PATIENCE_S, Shrunk, shrink
from echo.sim.story import story

SHRUNK_MOST: Final = 3
"""So many failing seeds of a run are shrunk; the others are named."""
FAILED: Final = 1
REFUSED: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; return 1 when an invariant did not hold, 2 when it could not run."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["crash"]:
        return crash_command.main(words[1:])
    if words[:1] == ["desk"]:
        return desk_command.main(words[1:])
    chosen = _parser().parse_args(words)
    try:
        if chosen.trace is not None:
            return _traced(chosen)
        if chosen.shrink is not None:
            return _told(chosen, _drawn(chosen.shrink, chosen.profile), chosen.shrink)
        if chosen.replay is not None:
            return _replayed(chosen)
        if chosen.keep is not None:
            return _kept(chosen)
        return _ran(chosen)
    except (ProgressRefused, StoreLocked, CorpusBroken, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m echo.sim", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(100), help="A:B, B not included")
    parser.add_argument("--profile", type=Profile, choices=list(Profile), default=Profile.GENTLE)
    parser.add_argument(
        "--jobs", type=crash_command.jobs, default=1, help="how many processes share the work"
    )
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep the progress, and go on")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--shrink-seconds",
        type=float,
        default=PATIENCE_S,
        metavar="S",
        help="CPU time spent on making one failing seed smaller; 0 = none",
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--trace", type=int, metavar="SEED", help="tell everything about one seed")
    one.add_argument("--shrink", type=int, metavar="SEED", help="make a failing seed small")
    one.add_argument("--keep", type=int, metavar="SEED", help="add a seed to the corpus, shrunk")
    one.add_argument("--replay", type=Path, metavar="FILE", help="tell a history of the corpus")
    parser.add_argument("--about", default="", help="what the seed that is kept is about")
    parser.add_argument("--corpus", type=Path, default=WHERE, metavar="FOLDER")
    return parser


def _drawn(seed: int, profile: Profile) -> Scenario:
    return draw(seed, profile, Random(seed))


def _ran(chosen: argparse.Namespace) -> int:
    report = campaign(chosen.seeds, chosen.profile, jobs=chosen.jobs, resume=chosen.resume)
    worst = report.failing[:SHRUNK_MOST] if chosen.shrink_seconds > 0 else []
    found = [
        (seed, shrink(_drawn(seed, chosen.profile), seconds=chosen.shrink_seconds))
        for seed in worst
    ]
    if chosen.json:
        plain = report.plain() | {"shrunk": [_plain(seed, each) for seed, each in found if each]}
        _say(json.dumps(plain, indent=2))
    else:
        _say(*report.lines())
        for seed, each in found:
            _say("", *_spelled(seed, chosen.profile, each))
    return FAILED if report.violations else 0


def _traced(chosen: argparse.Namespace) -> int:
    report = Report(profile=chosen.profile)
    report.add(run(chosen.trace, chosen.profile, tell=_say))
    _say(report.as_json() if chosen.json else "\n".join(report.lines()))
    return FAILED if report.violations else 0


def _told(chosen: argparse.Namespace, scenario: Scenario, seed: int) -> int:
    found = shrink(scenario, seconds=chosen.shrink_seconds)
    if chosen.json:
        _say(json.dumps(_plain(seed, found) if found else None, indent=2))
    else:
        _say(*_spelled(seed, chosen.profile, found))
    return FAILED if found else 0


def _replayed(chosen: argparse.Namespace) -> int:
    entry = load(chosen.replay)
    outcome = play(entry.scenario)
    _say(entry.about, *story(entry.scenario))
    return FAILED if outcome.violations else 0


def _kept(chosen: argparse.Namespace) -> int:
    """Keep the smallest scenario that fails as the seed does; or the seed's own, if it is clean."""
    seed, profile = chosen.keep, chosen.profile
    scenario = _drawn(seed, profile)
    found = shrink(scenario, seconds=chosen.shrink_seconds)
    entry = Entry(
        about=chosen.about or (found.violation.sentence if found else f"seed {seed}"),
        scenario=found.scenario if found else scenario,
        invariant=found.violation.invariant if found else None,
        origin=f"--profile {profile.value}, seed {seed}, revision {revision()}",
    )
    _say(f"kept as {keep(entry, f'{profile.value}_{seed}', chosen.corpus)}")
    return 0


def _spelled(seed: int, profile: Profile, found: Shrunk | None) -> Iterator[str]:
    if found is None:
        yield f"seed {seed} ({profile.value}) breaks no promise in revision {revision()}"
        return
    until = "until nothing more could go" if found.ended else "until time ran out"
    yield (
        f"seed {seed} ({profile.value}, revision {revision()}), shrunk in {found.runs} runs and"
        f" {found.cpu_s:.0f} CPU seconds, {until};"
        f" keep it: python -m echo.sim --keep {seed} --profile {profile.value}"
    )
    yield from story(found.scenario)


def _plain(seed: int, found: Shrunk) -> dict[str, object]:
    return {
        "seed": seed,
        "invariant": found.violation.invariant,
        "sentence": found.violation.sentence,
        "scenario": written(found.scenario),
        "story": story(found.scenario),
    }


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _seeds(text: str) -> range:
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last)) if last else range(int(first), int(first) + 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B") from error


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
