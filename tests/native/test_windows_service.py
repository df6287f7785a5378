"""The Agent as a service of Windows, under Wine: installed, used, stopped amid work, removed."""

from pathlib import Path

from tests.native import wine
from tests.native.build import build
from tests.native.test_under_wine import run

HERE = Path(__file__).parent
CHECKS = 20


def test_the_service_serves_and_stops_without_losing_what_it_has_acknowledged(
    prefix: dict[str, str], windows_python: str, tmp_path: Path
) -> None:
    wine.be_patient(prefix)
    program = [str(HERE / "windows_service.py"), str(build("x64", tmp_path))]
    rows = run(wine.LOADERS["x64"], [windows_python, *program, wine.path_of(tmp_path)], prefix)

    assert [row for row in rows if row.startswith("FAIL")] == [], rows
    assert sum(row.startswith("ok") for row in rows) >= CHECKS, rows
    assert rows[-1].startswith("0 failures"), rows
