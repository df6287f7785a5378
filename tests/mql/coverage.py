"""Which lines of the experts were run, after their tests: ``python -m tests.mql.coverage``."""

import gzip
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from tests.mql.build import CHECKED, EXPERTS, folder_of
from tests.mql.tokens import ROOT

LEAST_SHARE: Final = 0.90

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


def main(arguments: list[str]) -> int:
    """Print the share of each file; 1 if all together are below the least share."""
    hits = measured()
    ran = total = 0
    for name, lines in sorted(hits.items()):
        missed = sorted(number for number, count in lines.items() if not count)
        ran += len(lines) - len(missed)
        total += len(lines)
        share = 1 - len(missed) / len(lines)
        where = " ".join(map(str, missed)) if "--missed" in arguments else ""
        print(f"{name:38} {len(lines):5} lines {share:7.1%} {where}")
    share = ran / total if total else 0.0
    print(f"{'all':38} {total:5} lines {share:7.1%}")
    return 0 if share >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
