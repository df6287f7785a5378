"""Which lines of the experts were run, after their tests: ``python -m tests.mql.coverage``.

A table: source, who compiles it, where it runs, which tests run it, how much of it they ran.  With
``--missed`` also which lines they did not.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from tests.mql.build import CHECKED, EXPERTS, folder_of
from tests.mql.tokens import ROOT

LEAST_SHARE: Final = 0.90

PLATFORMS: Final = {"4": ("mt4", "x86"), "5": ("mt5", "x64")}

Hits = dict[str, dict[int, int]]
"""By source file and line: how often it was run, in all experts together."""


def measured() -> Hits:
    """Read what the checked programs have counted so far."""
    folder = folder_of(CHECKED)
    hits: Hits = defaultdict(lambda: defaultdict(int))
    for expert in EXPERTS:
        stem = expert.replace(".", "-")
        if (folder / f"{stem}.gcda").exists():
            for found in _gcov(folder, stem):
                _add(found, hits)
    return hits


def _gcov(folder: Path, stem: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(
            ["gcov", "--json-format", str(folder / f"{stem}.o")],
            cwd=place,
            check=True,
            capture_output=True,
        )
        return [
            json.loads(gzip.decompress(path.read_bytes()))
            for path in Path(place).glob("*.gcov.json.gz")
        ]


def _add(found: dict[str, Any], hits: Hits) -> None:
    for file in found["files"]:
        path = Path(file["file"])
        if not path.suffix.startswith(".mq") or not path.is_relative_to(ROOT):
            continue
        name = path.relative_to(ROOT / "mql").as_posix()
        for row in file["lines"]:
            hits[name][row["line_number"]] += row["count"]


def tests_of_platforms() -> dict[str, int]:
    """Count the tests that run an expert of each platform."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/mql", "--collect-only", "-q", "-n", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name: len(re.findall(rf"\[.*{name}.*\]", listed)) for name, _ in PLATFORMS.values()}


def platforms_of(name: str) -> list[tuple[str, str]]:
    """Return the platforms, each with its width, for which a source is compiled."""
    of_one = re.search(r"\.mq([45])$|Mt([45])/", name)
    return [PLATFORMS[of_one[1] or of_one[2]]] if of_one else list(PLATFORMS.values())


def main(arguments: list[str]) -> int:
    """Print the table; 1 if all files together are below the least share."""
    hits, tests = measured(), tests_of_platforms()
    ran = total = 0
    print(f"{'source':30} {'compiled by':22} {'run under':34} {'tests':>5} {'lines':>5}  run")
    for name, lines in sorted(hits.items()):
        missed = sorted(number for number, count in lines.items() if not count)
        ran += len(lines) - len(missed)
        total += len(lines)
        share = 1 - len(missed) / len(lines)
        platforms = platforms_of(name)
        compilers = "g++, mingw " + " ".join(width for _, width in platforms)
        places = f"runtime {' '.join(each for each, _ in platforms)}, sanitized; Wine"
        count = sum(tests[each] for each, _ in platforms)
        where = " ".join(map(str, missed)) if "--missed" in arguments else ""
        row = f"{name:30} {compilers:22} {places:34} {count:5} {len(lines):5} {share:6.1%} {where}"
        print(row.rstrip())
    share = ran / total if total else 0.0
    print(f"{'all':30} {'':22} {'':34} {sum(tests.values()):5} {total:5} {share:6.1%}")
    return 0 if share >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
