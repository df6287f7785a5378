"""The experts' own code, live, between the real Core and Agent, over unix sockets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from echo.apps.demo.takings import read_book
from echo.terminal.book import BookKind
from tests.mql.tokens import ROOT

SECONDS = 6


@pytest.mark.no_cover
@pytest.mark.usefixtures("has_compiler")
def test_the_books_agree_with_experts_on_the_charts(tmp_path: Path) -> None:
    """MetaTrader 4 and 5, masters and slaves, checked for wrong memory and undefined behaviour."""
    state = tmp_path / "state"
    command = ["demo", "--terminals", "ea", "--seconds", str(SECONDS), "--masters", "2"]
    command += ["--slaves", "3", "--broker-delay", "0", "--state", str(state), "--json"]
    ran = subprocess.run(
        [sys.executable, "-m", "echo.apps.cli.main", *command],
        cwd=ROOT,
        env={
            **os.environ,
            "ECHO_EXPERTS": "checked",
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONPATH": str(ROOT / "src"),
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    logs = "".join(path.read_text() for path in (state / "logs").glob("terminal*"))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert told["outcomes"]["filled"] > 0
    assert told["outcomes"]["closed"] > 0
    assert "EXPERT_FAILED" not in logs
    for role in ("master", "slave"):
        assert list((state / "terminals").glob(f"expert-{role}-*/Echo/*.jsonl"))
    books = [read_book(path) for path in (state / "terminals").glob("book-slave-*")]
    assert all(any(entry.kind is BookKind.OPENED for entry in book) for book in books)
