"""Changed settings come into force piece by piece; what cannot be used takes nothing away."""

import pytest

from echo.config.live import PIECES_TRIED_MAX, Change, SettingsInForce

ROW = {"risk/200/*/risk_type": "FIXED_LOT", "risk/200/*/lot_size": "0.1"}
START = {"core/slave_accounts": "200", "core/delivery/max_retries": "5", **ROW}


@pytest.fixture
def in_force() -> SettingsInForce:
    return SettingsInForce(START)


def value(change: Change, key: str) -> object:
    assert change.reading is not None
    return change.reading.values[key]


def test_a_right_change_counts(in_force: SettingsInForce) -> None:
    change = in_force.change({**START, "core/delivery/max_retries": "7"})

    assert value(change, "core/delivery/max_retries") == 7
    assert change.complaints == ()
    assert in_force.raw["core/delivery/max_retries"] == "7"


def test_what_is_taken_away_falls_back_to_its_default(in_force: SettingsInForce) -> None:
    without = {key: raw for key, raw in START.items() if key != "core/delivery/max_retries"}

    assert value(in_force.change(without), "core/delivery/max_retries") == 100


def test_the_same_in_other_words_is_no_change(in_force: SettingsInForce) -> None:
    change = in_force.change({**START, "core/delivery/max_retries": " 5"})

    assert change == Change(reading=None, complaints=(), restart=())


def test_a_wrong_value_keeps_the_last_good_one_and_holds_up_nothing_else(
    in_force: SettingsInForce,
) -> None:
    change = in_force.change(
        {**START, "core/delivery/max_retries": "0", "core/delivery/ack_timeout_ms": "300"}
    )

    assert value(change, "core/delivery/ack_timeout_ms") == 300
    assert value(change, "core/delivery/max_retries") == 5
    assert change.complaints == (
        "core/delivery/max_retries = 0 is below 1; core/delivery/max_retries = 5 stays in force",
    )


def test_a_wrong_value_of_a_new_key_is_left_out(in_force: SettingsInForce) -> None:
    change = in_force.change({**START, "core/risk/quote_max_age_ms": "soon"})

    assert change.reading is None
    [complaint] = change.complaints
    assert complaint.startswith("core/risk/quote_max_age_ms = 'soon'")
    assert complaint.endswith("; it is left out")


def test_an_unknown_key_is_named_and_holds_up_nothing(in_force: SettingsInForce) -> None:
    change = in_force.change({**START, "core/delivery/max_retry": "1", "core/log_level": "DEBUG"})

    assert value(change, "core/log_level") == "DEBUG"
    assert change.complaints == (
        "core/delivery/max_retry is not a setting; did you mean core/delivery/max_retries?;"
        " it is left out",
    )


def test_in_a_shared_place_an_unknown_key_is_only_warned_about() -> None:
    change = SettingsInForce(START, strangers=True).change({**START, "core/leader": "a"})

    assert change.complaints == ()
    assert change.reading is not None
    assert any("core/leader is not a setting" in each for each in change.reading.warnings)


def test_values_that_only_fit_together_are_taken_together() -> None:
    start = {"core/protocol/min_version": "1", "core/protocol/max_version": "1"}
    in_force = SettingsInForce(start)

    change = in_force.change(
        {
            "core/protocol/min_version": "3",
            "core/protocol/max_version": "3",
            "core/protocol/allow_legacy": "perhaps",
        }
    )

    assert value(change, "core/protocol/min_version") == 3
    assert value(change, "core/protocol/max_version") == 3
    assert len(change.complaints) == 1


def test_values_that_contradict_each_other_stay_as_they_were() -> None:
    in_force = SettingsInForce({"core/protocol/max_version": "2"})

    change = in_force.change({"core/protocol/max_version": "2", "core/protocol/min_version": "3"})

    assert change.reading is None
    assert "is above core/protocol/max_version" in change.complaints[0]


def test_a_row_of_the_risk_table_changes_as_a_whole_or_not_at_all(
    in_force: SettingsInForce,
) -> None:
    change = in_force.change(
        {**START, "risk/200/*/lot_size": "5", "risk/200/*/max_lot_override": "many"}
    )

    assert change.reading is None
    assert in_force.raw["risk/200/*/lot_size"] == "0.1"
    assert "risk/200/*/lot_size = 0.1" in change.complaints[0]


def test_what_counts_after_a_restart_is_named(in_force: SettingsInForce) -> None:
    change = in_force.change({**START, "core/bind": "127.0.0.2", "core/grpc_port": "1"})

    assert change.restart == ("core/bind", "core/grpc_port")


def test_a_bad_value_that_lies_on_is_corrected_later(in_force: SettingsInForce) -> None:
    in_force.change({**START, "core/delivery/max_retries": "0"})

    change = in_force.change({**START, "core/delivery/max_retries": "9"})

    assert value(change, "core/delivery/max_retries") == 9


def test_a_flood_of_bad_values_ends(in_force: SettingsInForce) -> None:
    flood = {f"policy/{n}/max_spread": "wide" for n in range(3 * PIECES_TRIED_MAX)}

    change = in_force.change({**START, **flood})

    assert change.reading is None
    assert len(change.complaints) == PIECES_TRIED_MAX


def test_what_was_not_taken_over_is_told_key_by_key(in_force: SettingsInForce) -> None:
    change = in_force.change(
        {
            **START,
            "core/delivery/max_retries": "0",
            "risk/200/*/risk_type": "FIXED_RISK",
            "risk/200/*/lot_size": "a lot",
            "core/specs/max_age_ms": "20000",
        }
    )

    assert {each.key: each.raw for each in change.refused} == {
        "core/delivery/max_retries": "0",
        "risk/200/*/risk_type": "FIXED_RISK",
        "risk/200/*/lot_size": "a lot",
    }
    assert "is below 1" in change.refused[0].reason
    assert in_force.change(START).refused == ()
