"""``echoctl windows``: what is asked is asked whole, in somebody's name; mistakes are told."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from echo.domain.desk import AddWindows, ListRules, RemoveWindow, RulesChanged, RulesInForce
from echo.domain.operations import NotDone, OperationCode
from echo.domain.windows import Window, WindowSource
from tests.apps.cli.running_core import echoctl, running
from tests.links.admin_desk import Behind

CALENDAR = Path(__file__).parents[2] / "data" / "calendar" / "week.json"
CPI_MS = 1_930_998_600_000
FAR = Window(
    window_id="fomc",
    symbol="USD",
    starts_at_ms=CPI_MS,
    ends_at_ms=CPI_MS + 600_000,
    pre_buffer_s=60,
    notes="FOMC [minutes]",
)
DONE = RulesChanged(changed=1, sentence="1 windows added")


def asked(folder: Path, behind: Behind, *arguments: str) -> tuple[int, str, str]:
    with running(folder, behind) as settings:
        return echoctl("windows", *arguments, "--config", str(settings))


def test_windows_are_listed_with_their_times_in_utc(tmp_path: Path) -> None:
    behind = Behind(RulesInForce(windows=(FAR,), switches=(), policies=()))
    code, said, _ = asked(tmp_path, behind, "list")

    assert code == 0
    assert behind.asked[0][1] == ListRules()
    for text in ("fomc", "Tue 2031-03-11 12:29:00", "Tue 2031-03-11 12:40:00", "FOMC [minutes]"):
        assert text in said


def test_a_desk_without_windows_says_so(tmp_path: Path) -> None:
    behind = Behind(RulesInForce(windows=(), switches=(), policies=()))

    assert asked(tmp_path, behind, "list") == (0, "no window holds or is to come\n", "")


def test_programs_get_the_windows_as_they_are(tmp_path: Path) -> None:
    behind = Behind(RulesInForce(windows=(FAR,), switches=(), policies=()))
    _, said, _ = asked(tmp_path, behind, "list", "--json")

    assert json.loads(said)["windows"][0]["starts_at_ms"] == CPI_MS


def test_a_window_is_added_in_somebodys_name(tmp_path: Path) -> None:
    behind = Behind(DONE)
    words = (
        *("add", "--start", "2031-03-11T08:30:00-04:00", "--end", "2031-03-11T12:40:00Z"),
        *("--symbol", "usd", "--pre-sec", "60", "--name", "fomc", "--notes", "FOMC [minutes]"),
        *("--by", "ana"),
    )
    code, said, _ = asked(tmp_path, behind, *words)

    assert (code, said.splitlines()[0]) == (0, "1 windows added")
    assert behind.asked == [("ana", AddWindows(windows=(FAR,)))]


def test_a_window_without_an_end_is_as_long_as_its_buffers(tmp_path: Path) -> None:
    behind = Behind(DONE)
    asked(tmp_path, behind, "add", "--start", "2031-03-11T12:30:00Z", "--post-sec", "90")
    request = behind.asked[0][1]

    assert isinstance(request, AddWindows)
    assert request.windows[0].until_ms - request.windows[0].from_ms == 90_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--start", "tomorrow"), "--start 'tomorrow' is no moment"),
        (("--start", "2031-03-11T12:30:00"), "has no offset"),
        (("--start", "2031-03-11T12:30:00Z"), "has no length and no buffers"),
        (
            ("--start", "2031-03-11T12:30:00Z", "--end", "2031-03-11T12:00:00Z"),
            "ends before it starts",
        ),
    ],
)
def test_a_window_without_sense_is_not_even_asked_for(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    behind = Behind(DONE)
    code, _, said = asked(tmp_path, behind, "add", *words)

    assert (code, behind.asked) == (2, [])
    assert told in said


def test_a_window_is_removed_by_its_name(tmp_path: Path) -> None:
    behind = Behind(RulesChanged(changed=1, sentence="removed: USD"))

    assert asked(tmp_path, behind, "remove", "fomc", "--by", "ana") == (0, "removed: USD\n", "")
    assert behind.asked == [("ana", RemoveWindow(window_id="fomc"))]


def test_a_refusal_says_what_to_do_next(tmp_path: Path) -> None:
    behind = Behind(NotDone(code=OperationCode.READ_ONLY, sentence="it is one of the settings"))
    code, _, said = asked(tmp_path, behind, "remove", "settings.any.USD")

    assert code == 1
    assert "change it where the settings are" in said
    assert asked(tmp_path, behind, "remove", "a b")[0] == 2


def test_a_calendars_events_of_high_impact_become_windows_in_one_request(tmp_path: Path) -> None:
    behind = Behind(DONE)
    code, _, _ = asked(tmp_path, behind, "import-calendar", str(CALENDAR), "--pre-sec", "300")
    [(_, request)] = behind.asked

    assert code == 0
    assert isinstance(request, AddWindows)
    assert sorted((each.symbol, each.notes) for each in request.windows) == [
        ("*", "ALL G20 Meetings"),
        ("EUR", "EUR Main Refinancing Rate"),
        ("USD", "USD CPI m/m"),
        ("USD", "USD Core CPI m/m"),
    ]
    assert {each.source for each in request.windows} == {WindowSource.CALENDAR}
    assert request.windows[0].from_ms == CPI_MS - 300_000


def test_a_calendar_may_replace_what_an_earlier_one_had_in_its_days(tmp_path: Path) -> None:
    behind = Behind(DONE)
    asked(tmp_path, behind, "import-calendar", str(CALENDAR), "--replace")
    [(_, request)] = behind.asked

    assert isinstance(request, AddWindows)
    assert request.replaces is not None
    first, last = (datetime.fromtimestamp(each / 1_000, UTC) for each in request.replaces)
    assert (first.isoformat(), last.date().isoformat()) == (
        "2031-03-10T04:00:00+00:00",
        "2031-03-13",
    )


def test_other_impacts_are_named(tmp_path: Path) -> None:
    words = ("import-calendar", str(CALENDAR), "--impact", "Medium", "--impact", "Low")
    code, said, _ = asked(tmp_path, Behind(DONE), *words, "--dry-run")

    assert code == 0
    assert "USD Unemployment Claims" in said
    assert "CNH on every account" in said
    assert "2 windows to come, 0 events are over" in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "not an array of events"),
        ("[", "not JSON"),
        ('[{"title":"CPI","country":"USD","date":"2031-03-11","impact":"High"}]', "no offset"),
        ('[{"title":"CPI","country":"USD","impact":"High"}]', "not ISO 8601"),
        ('[{"title":"CPI","date":"2031-03-11T08:30:00Z","impact":"High"}]', "is no currency"),
    ],
)
def test_a_calendar_that_cannot_be_read_imports_nothing(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "week.json"
    file.write_text(text)
    behind = Behind(DONE)
    code, _, said = asked(tmp_path, behind, "import-calendar", str(file))

    assert (code, behind.asked) == (2, [])
    assert told in said


def test_a_calendar_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, _, said = asked(tmp_path, Behind(DONE), "import-calendar", str(tmp_path / "none.json"))

    assert code == 2
    assert "No such file" in said
