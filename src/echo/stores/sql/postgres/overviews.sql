-- What is told of a journal as a whole: its views, added up.

-- name: identity
SELECT
    system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()),
    current_schema()::regnamespace::oid, (SELECT max(version) FROM schema_version)
FROM pg_control_system();

-- name: trades
SELECT
    master_account_id, strategy_id, symbol, count(*), count(*) FILTER (WHERE settled),
    sum(followers)::bigint, sum(executions_ok)::bigint, sum(executions_failed)::bigint,
    sum(unsettled_decisions)::bigint
FROM v_trades_summary WHERE opened_at_ms >= $1 AND opened_at_ms < $2
GROUP BY master_account_id, strategy_id, symbol
ORDER BY master_account_id COLLATE "C", strategy_id COLLATE "C", symbol COLLATE "C" LIMIT $3;

-- name: decisions
SELECT account_id, kind::text, outcome::text, code::text, count(*)
FROM v_decisions WHERE decided_at_ms >= $1 AND decided_at_ms < $2
GROUP BY account_id, kind, outcome, code
ORDER BY account_id COLLATE "C", kind::text COLLATE "C", outcome::text COLLATE "C",
    code::text COLLATE "C" LIMIT $3;

-- name: latency
SELECT
    slave_account_id, executions, master_ea_to_agent_ms, agent_to_core_ms, core_process_ms,
    core_to_agent_ms, agent_to_slave_ea_ms, slave_ea_process_ms, broker_ms, e2e_ms
FROM v_latency_stats ORDER BY slave_account_id COLLATE "C" LIMIT $1;
