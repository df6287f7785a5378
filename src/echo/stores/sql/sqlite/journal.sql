-- Statements of the journal.  Columns are bound in the order in which they stand here; the row
-- functions in stores/sqlite keep the same order.

-- name: put_trade
INSERT INTO trades (
    trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
    symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
    volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers, settled
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trade_id) DO UPDATE SET
    master_account_id = excluded.master_account_id,
    master_client_id = excluded.master_client_id,
    master_ticket = excluded.master_ticket,
    strategy_id = excluded.strategy_id,
    magic_number = excluded.magic_number,
    symbol = excluded.symbol,
    side = excluded.side,
    lot_size = excluded.lot_size,
    price = excluded.price,
    stop_loss = excluded.stop_loss,
    take_profit = excluded.take_profit,
    comment = excluded.comment,
    status = excluded.status,
    volume_initial = excluded.volume_initial,
    volume_remaining = excluded.volume_remaining,
    timeframe = excluded.timeframe,
    atr = excluded.atr,
    attempt = excluded.attempt,
    opened_at_ms = excluded.opened_at_ms,
    updated_at_ms = excluded.updated_at_ms,
    followers = excluded.followers,
    settled = excluded.settled;

-- name: put_action
INSERT INTO trade_actions (trade_id, seq, kind, content, payload, received_at_ms)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (trade_id, seq) DO UPDATE SET content = excluded.content
WHERE content IS NOT excluded.content;

-- name: put_decision
INSERT INTO copy_decisions (
    trade_id, seq, account_id, kind, outcome, code, sentence, inputs, command_id, decided_at_ms,
    settled_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trade_id, seq, account_id) DO UPDATE SET
    kind = excluded.kind,
    outcome = excluded.outcome,
    code = excluded.code,
    sentence = excluded.sentence,
    inputs = excluded.inputs,
    command_id = excluded.command_id,
    decided_at_ms = excluded.decided_at_ms,
    settled_at_ms = excluded.settled_at_ms;

-- name: put_command
INSERT INTO delivery_journal (
    command_id, trade_id, target_account_id, agent_id, command_type, payload, created_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (command_id) DO UPDATE SET agent_id = excluded.agent_id, payload = excluded.payload;

-- name: put_progress
UPDATE delivery_journal
SET stage = ?, status = ?, attempt = ?, last_error = ?, updated_at_ms = ?
WHERE command_id = ?;

-- name: put_retry
INSERT INTO delivery_retry_event (command_id, created_at_ms, stage, attempt, error, duration_ms)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET error = excluded.error, duration_ms = excluded.duration_ms;

-- name: put_execution
INSERT INTO executions (
    execution_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket,
    executed_price, executed_lot, spread_points, slippage_points, new_ticket, success, error_code,
    error_message, doubt, stored, late, candidates, ledger_n, execution_time_ms, timestamps_ms,
    received_at_ms, repeated
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
    ?22, ?23,
    ?13 AND EXISTS (
        SELECT 1 FROM executions WHERE command_id = ?2 AND success = 1 AND repeated = 0
    )
) ON CONFLICT (trade_id, execution_id) DO NOTHING;

-- name: put_close
INSERT INTO closes (
    close_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket, close_price,
    closed_lot, spread_points, slippage_points, new_ticket, success, error_code, error_message,
    doubt, stored, late, candidates, ledger_n, execution_time_ms, timestamps_ms, closed_at_ms,
    repeated
) VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
    ?22, ?23,
    ?13 AND EXISTS (
        SELECT 1 FROM closes WHERE command_id = ?2 AND success = 1 AND repeated = 0
    )
) ON CONFLICT (trade_id, close_id) DO NOTHING;

-- name: put_copy
INSERT INTO copies (
    trade_id, account_id, ticket, symbol, open_price, lot_initial, lot_remaining, updated_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (trade_id, account_id) DO UPDATE SET
    ticket = excluded.ticket,
    symbol = excluded.symbol,
    open_price = excluded.open_price,
    lot_initial = excluded.lot_initial,
    lot_remaining = excluded.lot_remaining,
    updated_at_ms = excluded.updated_at_ms;

-- name: put_account
INSERT INTO account_connections (account_id, agent_id, role, metadata, last_connected_at_ms)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id) DO UPDATE SET
    agent_id = excluded.agent_id,
    role = excluded.role,
    metadata = excluded.metadata,
    last_connected_at_ms = excluded.last_connected_at_ms;

-- name: put_symbol_report
INSERT INTO account_symbol_report (account_id, reported_at_ms) VALUES (?, ?)
ON CONFLICT (account_id) DO UPDATE SET reported_at_ms = excluded.reported_at_ms;

-- name: drop_symbols
DELETE FROM account_symbol_map WHERE account_id = ?;

-- name: put_symbol
INSERT OR REPLACE INTO account_symbol_map (
    account_id, canonical_symbol, broker_symbol, digits, point, tick_size, min_lot, max_lot,
    lot_step, stop_level, contract_size, tick_value, trade_permission, place, reported_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_spec
INSERT INTO account_symbol_spec (
    account_id, canonical_symbol, broker_symbol, payload, reported_at_ms
) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id, canonical_symbol) DO UPDATE SET
    broker_symbol = excluded.broker_symbol,
    payload = excluded.payload,
    reported_at_ms = excluded.reported_at_ms;

-- name: put_quote
INSERT INTO symbol_quote_latest (
    account_id, canonical_symbol, broker_symbol, bid, ask, spread_points, timestamp_ms
) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id, canonical_symbol) DO UPDATE SET
    broker_symbol = excluded.broker_symbol,
    bid = excluded.bid,
    ask = excluded.ask,
    spread_points = excluded.spread_points,
    timestamp_ms = excluded.timestamp_ms;

-- name: put_account_state
INSERT INTO account_state (
    account_id, balance, equity, margin, margin_free, margin_level, currency, timestamp_ms,
    updated_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account_id) DO UPDATE SET
    balance = excluded.balance,
    equity = excluded.equity,
    margin = excluded.margin,
    margin_free = excluded.margin_free,
    margin_level = excluded.margin_level,
    currency = excluded.currency,
    timestamp_ms = excluded.timestamp_ms,
    updated_at_ms = excluded.updated_at_ms;

-- name: put_evaluation
INSERT OR REPLACE INTO account_symbol_registration_eval (
    evaluation_id, account_id, pipe_role, status, protocol_version, client_semver, agent_id,
    core_version, global_errors, global_warnings, required_features, optional_features,
    capabilities, evaluated_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_registration
INSERT OR REPLACE INTO account_symbol_registration (
    evaluation_id, canonical_symbol, broker_symbol, status, warnings, errors, spec_age_ms,
    evaluated_at_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_ledger_mark
INSERT INTO ledger_marks (account_id, ledger_n) VALUES (?, ?)
ON CONFLICT (account_id) DO UPDATE SET ledger_n = excluded.ledger_n;

-- name: put_agent_session
INSERT INTO agent_sessions (agent_id, epoch) VALUES (?, ?)
ON CONFLICT (agent_id) DO UPDATE SET epoch = excluded.epoch;

-- name: put_operation
INSERT INTO operator_actions (
    asked_at_ms, action, command_id, asked_by, outcome, ticket, sentence
) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (asked_at_ms, action, command_id) DO NOTHING;

-- What a starting Core reads.  Few trades are unsettled: INDEXED BY and CROSS JOIN make SQLite,
-- which keeps no statistics here, begin with them.

-- name: unsettled_trades
SELECT
    trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
    symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
    volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers, settled
FROM trades INDEXED BY trades_unsettled WHERE settled = 0 ORDER BY trade_id;

-- name: settled_trade_ids
SELECT trade_id, updated_at_ms FROM trades INDEXED BY trades_settled
WHERE settled = 1 AND updated_at_ms >= (
    SELECT max(updated_at_ms) FROM trades INDEXED BY trades_settled WHERE settled = 1
) - ?
ORDER BY updated_at_ms DESC, trade_id DESC LIMIT ?;

-- name: oldest_settled
SELECT min(updated_at_ms) FROM trades INDEXED BY trades_settled WHERE settled = 1;

-- name: left_alone
SELECT trade_id, account_id FROM copy_decisions INDEXED BY copy_decisions_manual
WHERE outcome = 'manual';

-- name: unsettled_actions
SELECT a.trade_id, a.seq, a.kind, a.payload, a.received_at_ms
FROM trades t INDEXED BY trades_unsettled CROSS JOIN trade_actions a ON a.trade_id = t.trade_id
WHERE t.settled = 0 ORDER BY t.trade_id, a.seq;

-- name: unsettled_decisions
SELECT
    d.trade_id, d.seq, d.account_id, d.kind, d.outcome, d.code, d.sentence, d.inputs,
    d.command_id, d.decided_at_ms, d.settled_at_ms
FROM trades t INDEXED BY trades_unsettled CROSS JOIN copy_decisions d ON d.trade_id = t.trade_id
WHERE t.settled = 0 ORDER BY t.trade_id, d.seq, d.account_id;

-- name: unsettled_commands
SELECT
    command_id, target_account_id, agent_id, payload, stage, status, attempt, last_error,
    created_at_ms, updated_at_ms
FROM (
    SELECT j.* FROM trades t INDEXED BY trades_unsettled CROSS JOIN delivery_journal j ON j.trade_id = t.trade_id
    WHERE t.settled = 0
    UNION ALL
    SELECT * FROM delivery_journal
    WHERE trade_id IS NULL AND status NOT IN ('acked', 'failed', 'cancelled')
) ORDER BY created_at_ms, command_id;

-- name: unsettled_copies
SELECT
    c.trade_id, c.account_id, c.ticket, c.symbol, c.open_price, c.lot_initial, c.lot_remaining,
    c.updated_at_ms
FROM trades t INDEXED BY trades_unsettled CROSS JOIN copies c ON c.trade_id = t.trade_id
WHERE t.settled = 0 ORDER BY t.trade_id, c.account_id;

-- name: accounts
SELECT account_id, agent_id, role, metadata, last_connected_at_ms
FROM account_connections ORDER BY account_id;

-- name: symbol_reports
SELECT account_id, reported_at_ms FROM account_symbol_report ORDER BY account_id;

-- name: symbols
SELECT
    account_id, canonical_symbol, broker_symbol, digits, point, tick_size, min_lot, max_lot,
    lot_step, stop_level, contract_size, tick_value, trade_permission
FROM account_symbol_map ORDER BY account_id, place;

-- name: policies
SELECT
    account_id, strategy_id, risk_type, lot_size, risk_amount, risk_currency, config, version,
    valid_until_ms
FROM account_strategy_risk_policy ORDER BY account_id, strategy_id;

-- name: ledger_marks
SELECT account_id, ledger_n FROM ledger_marks ORDER BY account_id;

-- name: agent_sessions
SELECT agent_id, epoch FROM agent_sessions ORDER BY agent_id;

-- What is asked about a trade that is not in memory any more.

-- name: is_settled
SELECT 1 FROM trades WHERE trade_id = ? AND settled = 1;

-- What a purge does: for each of the trades that `purged` names, the same deletions.

-- name: purged
SELECT trade_id FROM trades INDEXED BY trades_settled
WHERE settled = 1 AND updated_at_ms < (
    SELECT max(updated_at_ms) FROM trades INDEXED BY trades_settled WHERE settled = 1
) - ?
ORDER BY updated_at_ms, trade_id LIMIT ?;

-- name: purge_retries
DELETE FROM delivery_retry_event
WHERE command_id IN (SELECT command_id FROM delivery_journal WHERE trade_id = ?);

-- name: purge_commands
DELETE FROM delivery_journal WHERE trade_id = ?;

-- name: purge_executions
DELETE FROM executions WHERE trade_id = ?;

-- name: purge_closes
DELETE FROM closes WHERE trade_id = ?;

-- name: purge_decisions
DELETE FROM copy_decisions WHERE trade_id = ?;

-- name: purge_copies
DELETE FROM copies WHERE trade_id = ?;

-- name: purge_actions
DELETE FROM trade_actions WHERE trade_id = ?;

-- name: purge_trades
DELETE FROM trades WHERE trade_id = ? AND settled = 1;

-- What a purge of registrations does: the same for each of the evaluations that `old_verdicts`
-- names.  The latest of each account stays, however old it is.

-- name: old_verdicts
SELECT old.evaluation_id FROM account_symbol_registration_eval AS old
WHERE old.evaluated_at_ms < CAST(unixepoch('subsec') * 1000 AS INTEGER) - ? * 86400000
AND EXISTS (
    SELECT 1 FROM account_symbol_registration_eval AS later
    WHERE later.account_id = old.account_id AND later.evaluated_at_ms > old.evaluated_at_ms
)
LIMIT ?;

-- name: purge_registration
DELETE FROM account_symbol_registration WHERE evaluation_id = ?;

-- name: purge_evaluation
DELETE FROM account_symbol_registration_eval WHERE evaluation_id = ?;

-- What the checks of books against the journal read.

-- name: journaled_trades
SELECT
    t.trade_id, t.master_account_id, t.followers,
    (SELECT json_group_array(a.seq) FROM trade_actions a WHERE a.trade_id = t.trade_id)
FROM trades t ORDER BY t.trade_id;

-- name: journaled_decisions
SELECT d.trade_id, d.seq, d.account_id, d.kind, d.outcome, d.code, c.ticket
FROM copy_decisions d
LEFT JOIN copies c ON c.trade_id = d.trade_id AND c.account_id = d.account_id
ORDER BY d.trade_id, d.seq, d.account_id;

-- What an audit reads: everything, in the order of the trades.  What belongs to none comes first.

-- name: audited_trades
SELECT trade_id, followers, settled FROM trades ORDER BY trade_id;

-- name: audited_actions
SELECT trade_id, seq, kind, received_at_ms, payload FROM trade_actions ORDER BY trade_id, seq;

-- name: audited_decisions
SELECT
    trade_id, seq, account_id, kind, outcome, code, sentence, command_id, decided_at_ms,
    settled_at_ms
FROM copy_decisions ORDER BY trade_id, seq, account_id;

-- name: audited_commands
SELECT
    trade_id, command_id, target_account_id, stage, status, last_error, created_at_ms, payload,
    command_type
FROM delivery_journal ORDER BY trade_id, command_id;

-- name: audited_executions
SELECT
    trade_id, command_id, slave_account_id, kind, success, doubt, repeated, slave_ticket,
    new_ticket
FROM executions ORDER BY trade_id, execution_id;

-- name: audited_closes
SELECT
    trade_id, command_id, slave_account_id, kind, success, doubt, repeated, slave_ticket,
    new_ticket
FROM closes ORDER BY trade_id, close_id;

-- name: audited_copies
SELECT trade_id, account_id, ticket, lot_initial, lot_remaining
FROM copies ORDER BY trade_id, account_id;

-- name: audited_twins
SELECT trade_id, account_id, ticket, other FROM (
    SELECT
        trade_id, account_id, ticket,
        min(trade_id) OVER (PARTITION BY account_id, ticket) AS other
    FROM copies
) AS held WHERE trade_id <> other ORDER BY trade_id, account_id;

-- name: audited_settlements
SELECT j.trade_id, o.command_id, o.outcome, o.ticket
FROM operator_actions o JOIN delivery_journal j ON j.command_id = o.command_id
WHERE o.action = 'settle' ORDER BY j.trade_id, o.asked_at_ms;

-- Rules, and what was changed of them.

-- name: put_policy_version
INSERT INTO risk_policy_history (
    account_id, strategy_id, version, origin, policy, policy_before, changed_at_ms, changed_by
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: policy_records
SELECT
    account_id, strategy_id, version, origin, policy, policy_before, changed_at_ms, changed_by
FROM v_risk_policies ORDER BY account_id, strategy_id, origin;

-- name: put_window
INSERT OR REPLACE INTO windows (
    window_id, account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec, post_buffer_sec,
    notes, source, removed, changed_at_ms, changed_by
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: windows
SELECT
    window_id, account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec, post_buffer_sec,
    notes, source, removed, changed_at_ms, changed_by
FROM windows WHERE removed = 0 ORDER BY window_id;

-- name: put_switch
INSERT OR REPLACE INTO copy_modes (
    scope, target, mode, set_by, since_ms, changed_at_ms, changed_by
) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: switches
SELECT scope, target, mode, set_by, since_ms, changed_at_ms, changed_by
FROM copy_modes WHERE mode <> 'live' ORDER BY scope, target;

-- name: put_config_change
INSERT INTO config_audit (
    changed_at_ms, key, value_before, value_after, changed_by, acceptance, reason
) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT OR REPLACE INTO settings_seen (key, value) VALUES (?, ?);

-- name: settings
SELECT key, value FROM settings_seen ORDER BY key;

-- Who may write.

-- name: take_over
UPDATE writer SET epoch = epoch + 1 RETURNING epoch;

-- name: epoch
SELECT epoch FROM writer;

-- Account limits.

-- name: put_limits
INSERT INTO limits_state (account_id, pack, stage, updated_at_ms, state) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id) DO UPDATE SET
    pack = excluded.pack, stage = excluded.stage,
    updated_at_ms = excluded.updated_at_ms, state = excluded.state;

-- name: limits
SELECT state FROM limits_state ORDER BY account_id;
