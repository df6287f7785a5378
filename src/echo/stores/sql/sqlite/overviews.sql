-- What is told of a journal as a whole: its views, added up.

-- name: trades
SELECT
    master_account_id, strategy_id, symbol, count(*), sum(settled), sum(followers),
    sum(executions_ok), sum(executions_failed), sum(unsettled_decisions)
FROM v_trades_summary WHERE opened_at_ms >= ? AND opened_at_ms < ?
GROUP BY master_account_id, strategy_id, symbol ORDER BY 1, 2, 3 LIMIT ?;

-- name: decisions
SELECT account_id, kind, outcome, code, count(*)
FROM v_decisions WHERE decided_at_ms >= ? AND decided_at_ms < ?
GROUP BY account_id, kind, outcome, code ORDER BY 1, 2, 3, 4 LIMIT ?;

-- name: latency
SELECT
    slave_account_id, executions, master_ea_to_agent_ms, agent_to_core_ms, core_process_ms,
    core_to_agent_ms, agent_to_slave_ea_ms, slave_ea_process_ms, broker_ms, e2e_ms
FROM v_latency_stats ORDER BY 1 LIMIT ?;
