-- What a report on results asks: trades that their masters closed, and what became of each copy.
-- The first column of what is asked about trades is the trade.

-- name: closed_trades
SELECT trade_id FROM trade_actions
WHERE kind = 'close' AND received_at_ms >= $1 AND received_at_ms < $2
ORDER BY received_at_ms, trade_id;

-- name: open_trades
SELECT count(*) FROM trades t
WHERE NOT EXISTS (
    SELECT 1 FROM trade_actions a WHERE a.trade_id = t.trade_id AND a.kind = 'close'
);

-- name: trade
SELECT
    trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
    symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
    volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers, settled
FROM trades WHERE trade_id = ANY ($1);

-- name: actions
SELECT trade_id, seq, kind, payload, received_at_ms FROM trade_actions WHERE trade_id = ANY ($1)
ORDER BY trade_id, seq;

-- name: decisions
SELECT
    trade_id, seq, account_id, kind, outcome, code, sentence, inputs, command_id, decided_at_ms,
    settled_at_ms
FROM copy_decisions WHERE trade_id = ANY ($1) ORDER BY trade_id, account_id, seq;

-- name: copies
SELECT
    trade_id, account_id, ticket, symbol, open_price, lot_initial, lot_remaining, updated_at_ms
FROM copies WHERE trade_id = ANY ($1) ORDER BY trade_id, account_id;

-- name: done
SELECT
    e.trade_id, e.slave_account_id, e.kind::text, e.slave_ticket, e.new_ticket, e.executed_price,
    e.executed_lot, d.seq, j.payload
FROM executions e
LEFT JOIN copy_decisions d
    ON d.trade_id = e.trade_id AND d.account_id = e.slave_account_id AND d.command_id = e.command_id
LEFT JOIN delivery_journal j ON j.command_id = e.command_id
WHERE e.trade_id = ANY ($1) AND e.kind = 'execute' AND e.success AND NOT e.repeated
UNION ALL
SELECT
    c.trade_id, c.slave_account_id, c.kind::text, c.slave_ticket, c.new_ticket, c.close_price,
    c.closed_lot, d.seq, j.payload
FROM closes c
LEFT JOIN copy_decisions d
    ON d.trade_id = c.trade_id AND d.account_id = c.slave_account_id AND d.command_id = c.command_id
LEFT JOIN delivery_journal j ON j.command_id = c.command_id
WHERE c.trade_id = ANY ($1) AND c.success AND NOT c.repeated;

-- name: account_currencies
SELECT account_id, metadata ->> 'currency' FROM account_connections
UNION ALL
SELECT account_id, currency FROM account_state;

-- name: account_ticks
SELECT account_id, canonical_symbol, tick_value, tick_size FROM account_symbol_map
WHERE tick_value IS NOT NULL;

-- name: fixed_lots
SELECT account_id, strategy_id, version, policy ->> 'lot_size' FROM risk_policy_history
WHERE policy ->> 'risk_type' = 'FIXED_LOT';
