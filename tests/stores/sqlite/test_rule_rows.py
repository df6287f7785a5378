"""Rules as rows: what is written is what is read."""

from echo.stores.sqlite import rule_rows
from tests.stores import examples as ex


def test_a_policy_comes_back_with_what_it_replaced() -> None:
    row = list(rule_rows.policy_row(ex.WITHDRAWN))
    assert row[4] is None
    assert rule_rows.read_policy_record(row) == ex.WITHDRAWN


def test_money_in_a_policy_is_text_and_no_float_rounds_it() -> None:
    assert '"risk_pct":"0.5"' in str(rule_rows.policy_row(ex.PUT)[4])


def test_a_window_and_a_switch_come_back() -> None:
    assert rule_rows.read_window(rule_rows.window_row(ex.WINDOW)) == ex.WINDOW
    assert rule_rows.read_switch(rule_rows.switch_row(ex.SWITCH)) == ex.SWITCH


def test_a_change_and_what_was_seen_come_back() -> None:
    assert rule_rows.read_change(rule_rows.change_row(ex.CHANGE)) == ex.CHANGE
    assert rule_rows.read_setting(rule_rows.setting_row(ex.SEEN)) == ex.SEEN
