"""``python -m tests.stores.matrix``: every promise of a store, and which of them keeps it.

Runs the contract suites, each promise once per store, and prints a table of each.  Exit code 1 if
a promise is broken, or if there are none.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from rich.table import Table

from echo.apps.cli.asking import plain_console

SUITES: Final = {
    "JournalContract": "The journal",
    "LedgerContract": "The Agent's ledger",
    "OverviewContract": "Overviews of the journal",
    "CacheContract": "Caches before overviews",
}
KINDS: Final = frozenset({"Journal", "Ledger", "Overviews", "Cache", "Contract"})
"""What a store is, as opposed to which."""
MARKS: Final = {"passed": "yes", "failed": "NO", "skipped": "not run"}

Matrix = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Suite -> promise -> store -> outcome."""


class Watcher:
    """Notes what became of each promise; a promise with several examples is as its worst one."""

    def __init__(self) -> None:
        self.matrix: dict[str, dict[str, dict[str, str]]] = {}
        self._promises: dict[str, tuple[str, str, str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that a suite made, and no others."""
        kept = []
        for item in items:
            if not isinstance(item, pytest.Function) or item.cls is None:
                continue
            suite, _, name = item.function.__qualname__.rpartition(".")
            if suite in SUITES:
                store = store_of(item.cls.__name__, item.path)
                self._promises[item.nodeid] = (suite, _words(name), store)
                kept.append(item)
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one outcome; what fails before or after its test fails, too."""
        if report.when != "call" and report.passed:
            return
        suite, promise, store = self._promises[report.nodeid]
        row = self.matrix.setdefault(suite, {}).setdefault(promise, {})
        if row.get(store) != "failed":
            row[store] = report.outcome


def tables(matrix: Matrix) -> list[Table]:
    """Return a table for each suite."""
    found = []
    for suite, title in SUITES.items():
        rows = matrix.get(suite, {})
        stores = sorted({store for row in rows.values() for store in row})
        table = Table("promise", *stores, title=title, title_justify="left")
        for promise, row in rows.items():
            table.add_row(promise, *(MARKS.get(row.get(store, ""), "—") for store in stores))
        if rows:
            found.append(table)
    return found


def main(arguments: Sequence[str] = ()) -> int:
    """Run the suites, print the tables; return 0 if every promise was kept."""
    watcher = Watcher()
    folder = str(Path(__file__).parent)
    options = ("-q", "-q", "--no-header", "-n", "0", "-p", "no:cacheprovider", *arguments)
    pytest.main([folder, *options], plugins=[watcher])
    console = plain_console()
    for table in tables(watcher.matrix):
        console.print(table)
    outcomes = [
        outcome
        for suite in watcher.matrix.values()
        for row in suite.values()
        for outcome in row.values()
    ]
    told = ", ".join(f"{outcomes.count(name)} {name}" for name in MARKS)
    console.print(f"{told}, in {len(watcher.matrix)} suites", highlight=False)
    return 0 if outcomes and "failed" not in outcomes else 1


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def store_of(name: str, module: Path) -> str:
    """Return in words what a class of tests is about: its name, else its module's."""
    words = re.findall("[A-Z][a-z]*", name.removeprefix("Test"))
    told = " ".join(word.lower() for word in words if word not in KINDS)
    return told or module.stem.removeprefix("test_")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
