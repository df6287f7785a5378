"""How rows travel to the server: which column each cell is for, and which cells make a key.

The rows are those of the embedded store; a test compares both stores' columns.
"""

from typing import Final


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


COLUMNS: Final = {
    "put_trade": _columns(
        "trade_id master_account_id master_client_id master_ticket strategy_id magic_number "
        "symbol side lot_size price stop_loss take_profit comment status volume_initial "
        "volume_remaining timeframe atr attempt opened_at_ms updated_at_ms followers settled"
    ),
    "put_action": _columns("trade_id seq kind content payload received_at_ms"),
    "put_decision": _columns(
        "trade_id seq account_id kind outcome code sentence inputs command_id decided_at_ms "
        "settled_at_ms"
    ),
    "put_command": _columns(
        "command_id trade_id target_account_id agent_id command_type payload created_at_ms"
    ),
    "put_retry": _columns("command_id created_at_ms stage attempt error duration_ms"),
    "put_execution": _columns(
        "execution_id command_id trade_id kind slave_account_id agent_id slave_ticket "
        "executed_price executed_lot spread_points slippage_points new_ticket success error_code "
        "error_message doubt stored late candidates ledger_n execution_time_ms timestamps_ms "
        "received_at_ms"
    ),
    "put_close": _columns(
        "close_id command_id trade_id kind slave_account_id agent_id slave_ticket close_price "
        "closed_lot spread_points slippage_points new_ticket success error_code error_message "
        "doubt stored late candidates ledger_n execution_time_ms timestamps_ms closed_at_ms"
    ),
    "put_copy": _columns(
        "trade_id account_id ticket symbol open_price lot_initial lot_remaining updated_at_ms"
    ),
    "put_account": _columns("account_id agent_id role metadata last_connected_at_ms"),
    "put_symbol_report": _columns("account_id reported_at_ms"),
    "put_symbol": _columns(
        "account_id canonical_symbol broker_symbol digits point tick_size min_lot max_lot "
        "lot_step stop_level contract_size tick_value trade_permission place reported_at_ms"
    ),
    "put_spec": _columns("account_id canonical_symbol broker_symbol payload reported_at_ms"),
    "put_quote": _columns(
        "account_id canonical_symbol broker_symbol bid ask spread_points timestamp_ms"
    ),
    "put_account_state": _columns(
        "account_id balance equity margin margin_free margin_level currency timestamp_ms "
        "updated_at_ms"
    ),
    "put_evaluation": _columns(
        "evaluation_id account_id pipe_role status protocol_version client_semver agent_id "
        "core_version global_errors global_warnings required_features optional_features "
        "capabilities evaluated_at_ms"
    ),
    "put_registration": _columns(
        "evaluation_id canonical_symbol broker_symbol status warnings errors spec_age_ms "
        "evaluated_at_ms"
    ),
    "put_ledger_mark": _columns("account_id ledger_n"),
    "put_agent_session": _columns("agent_id epoch"),
    "put_operation": _columns("asked_at_ms action command_id asked_by outcome ticket sentence"),
    "put_progress": _columns("stage status attempt last_error updated_at_ms command_id"),
    "drop_symbols": _columns("account_id"),
    "put_limits": _columns("account_id pack stage updated_at_ms state"),
    "put_policy_version": _columns(
        "account_id strategy_id version origin policy policy_before changed_at_ms changed_by"
    ),
    "put_window": _columns(
        "window_id account_id symbol starts_at_ms ends_at_ms pre_buffer_sec post_buffer_sec "
        "notes source removed changed_at_ms changed_by"
    ),
    "put_switch": _columns("scope target mode set_by since_ms changed_at_ms changed_by"),
    "put_config_change": _columns(
        "changed_at_ms key value_before value_after changed_by acceptance reason"
    ),
    "put_setting": _columns("key value"),
}
"""Statement -> its columns, in the order in which the row functions give the cells."""

KEYS: Final = {
    "put_trade": 1,
    "put_action": 2,
    "put_decision": 3,
    "put_command": 1,
    "put_retry": 4,
    "put_copy": 2,
    "put_account": 1,
    "drop_symbols": 1,
    "put_symbol": 2,
    "put_symbol_report": 1,
    "put_spec": 2,
    "put_quote": 2,
    "put_account_state": 1,
    "put_evaluation": 1,
    "put_registration": 3,
    "put_ledger_mark": 1,
    "put_agent_session": 1,
    "put_limits": 1,
    "put_window": 1,
    "put_switch": 2,
    "put_setting": 1,
}
"""Statement -> how many of its first columns are the key: of equal ones only the last counts."""

LAST_IS_KEY: Final = frozenset({"put_progress"})
"""Statements whose key is their last column."""

WRITTEN_ONCE: Final = {"put_action": "content", "put_command": "payload"}
"""Statement -> the column that may not differ between two rows of one key."""

JSON: Final = frozenset(
    _columns(
        "followers inputs metadata candidates timestamps_ms global_errors global_warnings "
        "required_features optional_features capabilities warnings errors policy policy_before "
        "state"
    )
)
"""Columns whose cells are JSON already."""

JSON_OF: Final = {"put_spec": frozenset({"payload"})}
"""The same, where other tables mean something else by the name."""
