-- What `why` asks: one trade by its id or by any ticket that it ever had, and all about it.

-- name: trades_by_id
SELECT trade_id FROM trades WHERE trade_id >= $1 AND trade_id < $1 || 'g' ORDER BY trade_id LIMIT $2;

-- name: trades_by_ticket
SELECT trade_id FROM trades WHERE master_ticket = $1
UNION SELECT trade_id FROM copies WHERE ticket = $1
UNION SELECT trade_id FROM executions WHERE slave_ticket = $1 OR new_ticket = $1
UNION SELECT trade_id FROM closes WHERE slave_ticket = $1 OR new_ticket = $1
ORDER BY trade_id DESC LIMIT $2;

-- name: trade
SELECT
    trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
    symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
    volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers, settled
FROM trades WHERE trade_id = $1;

-- name: actions
SELECT trade_id, seq, kind, payload, received_at_ms FROM trade_actions WHERE trade_id = $1
ORDER BY seq;

-- name: decisions
SELECT
    trade_id, seq, account_id, kind, outcome, code, sentence, inputs, command_id, decided_at_ms,
    settled_at_ms
FROM copy_decisions WHERE trade_id = $1 ORDER BY account_id, seq;

-- name: commands
SELECT command_id, stage, status, attempt, last_error FROM delivery_journal WHERE trade_id = $1;

-- name: answers
SELECT
    command_id, slave_ticket, executed_price, executed_lot, spread_points, slippage_points,
    timestamps_ms
FROM executions WHERE trade_id = $1 AND success AND NOT repeated
UNION ALL
SELECT
    command_id, slave_ticket, close_price, closed_lot, spread_points, slippage_points,
    timestamps_ms
FROM closes WHERE trade_id = $1 AND success AND NOT repeated;

-- name: copies
SELECT
    trade_id, account_id, ticket, symbol, open_price, lot_initial, lot_remaining, updated_at_ms
FROM copies WHERE trade_id = $1 ORDER BY account_id;

-- name: changes
SELECT changed_at_ms, key, value_before, value_after, changed_by, acceptance, reason
FROM config_audit
WHERE starts_with(key, $1)
UNION ALL
SELECT
    changed_at_ms, 'risk/' || account_id || '/' || strategy_id || ' (' || origin || ')',
    coalesce(policy_before::text, ''), coalesce(policy::text, ''), changed_by,
    'in_force', ''
FROM risk_policy_history
WHERE starts_with('risk/' || account_id || '/' || strategy_id, $1)
ORDER BY 1 DESC, 2 LIMIT $2;
