-- Statements of the journal.  Parameters are $1, $2 in the order in which they are bound; columns
-- stand in the order in which the row readers take them.

-- name: commit
SELECT journal_commit($1, $2, $3, $4);

-- name: try_lock
SELECT pg_try_advisory_lock($1);

-- name: lock_holder
SELECT a.pid, a.application_name, a.client_addr, a.backend_start
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = $1;

-- name: end_session
SELECT pg_terminate_backend($1);

-- name: writer
SELECT epoch, commit_n, holder FROM writer;

-- name: take_over
UPDATE writer SET (epoch, commit_n, holder, taken_at) = (epoch + 1, 0, $1, now())
RETURNING epoch;

-- What a starting Core reads.

-- name: unsettled_trades
SELECT
    trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
    symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
    volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers, settled
FROM trades WHERE NOT settled ORDER BY trade_id;

-- name: settled_trade_ids
SELECT trade_id, updated_at_ms FROM trades
WHERE settled AND updated_at_ms >= (SELECT max(updated_at_ms) FROM trades WHERE settled) - $1
ORDER BY updated_at_ms DESC, trade_id DESC LIMIT $2;

-- name: oldest_settled
SELECT min(updated_at_ms) FROM trades WHERE settled;

-- name: left_alone
SELECT trade_id, account_id FROM copy_decisions WHERE outcome = 'manual';

-- name: unsettled_actions
SELECT a.trade_id, a.seq, a.kind, a.payload, a.received_at_ms
FROM trades t JOIN trade_actions a USING (trade_id)
WHERE NOT t.settled ORDER BY a.trade_id, a.seq;

-- name: unsettled_decisions
SELECT
    d.trade_id, d.seq, d.account_id, d.kind, d.outcome, d.code, d.sentence, d.inputs,
    d.command_id, d.decided_at_ms, d.settled_at_ms
FROM trades t JOIN copy_decisions d USING (trade_id)
WHERE NOT t.settled ORDER BY d.trade_id, d.seq, d.account_id;

-- name: unsettled_commands
SELECT
    command_id, target_account_id, agent_id, payload, stage, status, attempt, last_error,
    created_at_ms, updated_at_ms
FROM (
    SELECT j.* FROM trades t JOIN delivery_journal j USING (trade_id) WHERE NOT t.settled
    UNION ALL
    SELECT * FROM delivery_journal
    WHERE trade_id IS NULL AND status NOT IN ('acked', 'failed', 'cancelled')
) wanted ORDER BY created_at_ms, command_id;

-- name: unsettled_copies
SELECT
    c.trade_id, c.account_id, c.ticket, c.symbol, c.open_price, c.lot_initial, c.lot_remaining,
    c.updated_at_ms
FROM trades t JOIN copies c USING (trade_id)
WHERE NOT t.settled ORDER BY c.trade_id, c.account_id;

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

-- name: limits
SELECT state FROM limits_state ORDER BY account_id;

-- name: policy_records
SELECT
    account_id, strategy_id, version, origin, policy, policy_before, changed_at_ms, changed_by
FROM risk_policies ORDER BY account_id, strategy_id, origin;

-- name: windows
SELECT
    window_id, account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec, post_buffer_sec,
    notes, source, removed, changed_at_ms, changed_by
FROM windows WHERE NOT removed ORDER BY window_id;

-- name: switches
SELECT scope, target, mode, set_by, since_ms, changed_at_ms, changed_by
FROM copy_modes WHERE mode <> 'live' ORDER BY scope, target;

-- name: settings
SELECT key, value FROM settings_seen ORDER BY key;

-- What is asked about a trade that is not in memory any more.

-- name: is_settled
SELECT EXISTS (SELECT 1 FROM trades WHERE trade_id = $1 AND settled);

-- name: purge
SELECT purge_settled($1, $2, $3);

-- name: purge_registrations
SELECT purge_registrations((extract(epoch FROM now()) * 1000)::bigint, $1);

-- What listeners read.

-- name: latest_verdicts
SELECT DISTINCT ON (account_id) account_id, evaluation_id, status::text
FROM account_symbol_registration_eval ORDER BY account_id, evaluated_at_ms DESC;

-- What the checks of books against the journal read.

-- name: journaled_trades
SELECT
    t.trade_id, t.master_account_id, t.followers,
    (SELECT coalesce(json_agg(a.seq), '[]') FROM trade_actions a WHERE a.trade_id = t.trade_id)
FROM trades t ORDER BY t.trade_id;

-- name: journaled_decisions
SELECT d.trade_id, d.seq, d.account_id, d.kind, d.outcome, d.code, c.ticket
FROM copy_decisions d
LEFT JOIN copies c ON c.trade_id = d.trade_id AND c.account_id = d.account_id
ORDER BY d.trade_id, d.seq, d.account_id;
