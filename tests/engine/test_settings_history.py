"""What settings said and say: each change once, also over restarts, with what became of it."""

import pytest

from echo.domain.rulings import Acceptance, ConfigChange, RefusedSetting, SettingSeen
from echo.engine.events import SettingsRead, Started
from echo.engine.settings_history import AT_A_START
from tests.engine.scenes import SLAVE, Desk, desk, records

BASE = {"core/delivery/max_retries": "100", "policy/2001/max_spread": "25"}


@pytest.fixture
def stage() -> Desk:
    return desk(SLAVE)


def said(
    values: dict[str, str], restart: tuple[str, ...] = (), refused: tuple[RefusedSetting, ...] = ()
) -> SettingsRead:
    return SettingsRead(
        place="echo.toml",
        values=tuple(sorted(values.items())),
        whole=True,
        restart=restart,
        refused=refused,
    )


def feed(stage: Desk, event: SettingsRead) -> list[ConfigChange]:
    before = len(stage.heard)
    stage.feed(event)
    return records(stage.heard[before:], ConfigChange)


def lives_again(stage: Desk, values: dict[str, str]) -> list[ConfigChange]:
    """Another Core, which hears of its settings before it has read the journal, as programs do."""
    recovered = stage.archive.read_back()
    stage.start()
    assert feed(stage, said(values)) == []
    stage.feed(Started(recovered))
    return records(stage.heard, ConfigChange)


def test_the_first_core_of_all_writes_down_what_there_is_and_calls_nothing_a_change(
    stage: Desk,
) -> None:
    assert lives_again(stage, BASE) == []
    assert records(stage.heard, SettingSeen) == [
        SettingSeen(key=key, value=value) for key, value in BASE.items()
    ]
    assert lives_again(stage, BASE) == []
    assert records(stage.heard, SettingSeen) == []


def test_a_change_is_written_down_with_key_old_new_moment_and_place(stage: Desk) -> None:
    lives_again(stage, BASE)
    changed = {"core/delivery/max_retries": "7", "core/mode": "paused"}

    found = feed(stage, said(changed))

    assert found == [
        ConfigChange(
            key=key,
            before=before,
            after=after,
            changed_at_ms=stage.now.wall_ms,
            changed_by="echo.toml",
        )
        for key, before, after in (
            ("core/delivery/max_retries", "100", "7"),
            ("core/mode", "", "paused"),
            ("policy/2001/max_spread", "25", ""),
        )
    ]
    assert feed(stage, said(changed)) == []
    assert feed(stage, said(BASE)) != []


def test_what_counts_after_a_restart_is_marked_and_is_no_news_at_the_restart(stage: Desk) -> None:
    lives_again(stage, BASE)
    changed = {**BASE, "core/bind": "localhost"}

    [change] = feed(stage, said(changed, restart=("core/bind",)))

    assert change.acceptance is Acceptance.RESTART
    assert lives_again(stage, changed) == []


def test_what_was_changed_while_no_core_ran_is_found_at_the_next_start(stage: Desk) -> None:
    lives_again(stage, BASE)

    found = lives_again(stage, {**BASE, "core/delivery/max_retries": "7"})

    assert [(each.key, each.before, each.after, each.reason) for each in found] == [
        ("core/delivery/max_retries", "100", "7", AT_A_START)
    ]
    assert lives_again(stage, {**BASE, "core/delivery/max_retries": "7"}) == []


def test_a_key_that_was_taken_out_comes_back_as_new(stage: Desk) -> None:
    lives_again(stage, BASE)
    lives_again(stage, {})

    found = lives_again(stage, BASE)

    assert [(each.key, each.before, each.after) for each in found] == [
        (key, "", value) for key, value in BASE.items()
    ]


def test_what_was_refused_is_written_down_and_is_not_what_they_say(stage: Desk) -> None:
    lives_again(stage, BASE)
    wrong = RefusedSetting(key="core/delivery/max_retries", value="0", reason="is below 1")

    [change] = feed(stage, said(BASE, refused=(wrong,)))

    assert (change.before, change.after) == ("100", "0")
    assert (change.acceptance, change.reason) == (Acceptance.REFUSED, "is below 1")
    assert feed(stage, said(BASE)) == []


def test_after_a_refused_commit_the_journal_is_compared_again(stage: Desk) -> None:
    lives_again(stage, BASE)
    stored = stage.archive.read_back()
    feed(stage, said({**BASE, "core/mode": "paused"}))
    before = len(stage.heard)

    stage.feed(Started(stored))

    [change] = records(stage.heard[before:], ConfigChange)
    assert (change.key, change.after) == ("core/mode", "paused")


def test_of_a_change_only_what_differs_is_told(stage: Desk) -> None:
    lives_again(stage, BASE)
    gone = SettingsRead(place="echo.toml", values=(("policy/2001/max_spread", None),))

    [change] = feed(stage, gone)

    assert (change.key, change.before, change.after) == ("policy/2001/max_spread", "25", "")
    assert feed(stage, gone) == []
    left = {"core/delivery/max_retries": "100"}
    assert lives_again(stage, left) == []


def test_what_changed_before_the_journal_was_read_is_compared_with_the_rest(stage: Desk) -> None:
    lives_again(stage, BASE)
    recovered = stage.archive.read_back()
    stage.start()
    feed(stage, said(BASE))
    feed(stage, SettingsRead(place="echo.toml", values=(("core/mode", "paused"),)))

    stage.feed(Started(recovered))

    [change] = records(stage.heard, ConfigChange)
    assert (change.key, change.after) == ("core/mode", "paused")
