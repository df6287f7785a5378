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
FROM delivery_journal ORDER BY trade_id NULLS FIRST, command_id;

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
WHERE o.action = 'settle' ORDER BY j.trade_id NULLS FIRST, o.asked_at_ms;
