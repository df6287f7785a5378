-- What writes the journal: functions, so that a commit is one message to the server and one answer.
-- They are made anew whenever this text changes.  Each takes rows as a JSON array of objects whose
-- keys are the columns; equal keys within one call have been merged by the caller.

CREATE OR REPLACE FUNCTION put_trade(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trades (
        trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
        symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
        volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers,
        settled
    )
    SELECT
        trade_id, master_account_id, master_client_id, master_ticket, strategy_id, magic_number,
        symbol, side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
        volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers,
        settled
    FROM json_populate_recordset(NULL::trades, told)
    ON CONFLICT (trade_id) DO UPDATE SET (
        master_account_id, master_client_id, master_ticket, strategy_id, magic_number, symbol,
        side, lot_size, price, stop_loss, take_profit, comment, status, volume_initial,
        volume_remaining, timeframe, atr, attempt, opened_at_ms, updated_at_ms, followers,
        settled
    ) = (
        excluded.master_account_id, excluded.master_client_id, excluded.master_ticket,
        excluded.strategy_id, excluded.magic_number, excluded.symbol, excluded.side,
        excluded.lot_size, excluded.price, excluded.stop_loss, excluded.take_profit,
        excluded.comment, excluded.status, excluded.volume_initial, excluded.volume_remaining,
        excluded.timeframe, excluded.atr, excluded.attempt, excluded.opened_at_ms,
        excluded.updated_at_ms, excluded.followers, excluded.settled
    );
END $$;

CREATE OR REPLACE FUNCTION put_action(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trade_actions (trade_id, seq, kind, content, payload, received_at_ms)
    SELECT trade_id, seq, kind, content, payload, received_at_ms
    FROM json_populate_recordset(NULL::trade_actions, told)
    ON CONFLICT (trade_id, seq) DO UPDATE SET content = excluded.content
    WHERE trade_actions.content <> excluded.content;
END $$;

CREATE OR REPLACE FUNCTION put_decision(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copy_decisions (
        trade_id, seq, account_id, kind, outcome, code, sentence, inputs, command_id,
        decided_at_ms, settled_at_ms
    )
    SELECT
        trade_id, seq, account_id, kind, outcome, code, sentence, inputs, command_id,
        decided_at_ms, settled_at_ms
    FROM json_populate_recordset(NULL::copy_decisions, told)
    ON CONFLICT (trade_id, seq, account_id) DO UPDATE SET (
        kind, outcome, code, sentence, inputs, command_id, decided_at_ms, settled_at_ms
    ) = (
        excluded.kind, excluded.outcome, excluded.code, excluded.sentence, excluded.inputs,
        excluded.command_id, excluded.decided_at_ms, excluded.settled_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_command(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO delivery_journal (
        command_id, trade_id, target_account_id, agent_id, command_type, payload, created_at_ms
    )
    SELECT
        command_id, trade_id, target_account_id, agent_id, command_type, payload, created_at_ms
    FROM json_populate_recordset(NULL::delivery_journal, told)
    ON CONFLICT (command_id) DO UPDATE SET
        (agent_id, payload) = (excluded.agent_id, excluded.payload);
END $$;

CREATE OR REPLACE FUNCTION put_progress(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE delivery_journal known SET
        (stage, status, attempt, last_error, updated_at_ms)
        = (new.stage, new.status, new.attempt, new.last_error, new.updated_at_ms)
    FROM json_populate_recordset(NULL::delivery_journal, told) new
    WHERE known.command_id = new.command_id;
END $$;

CREATE OR REPLACE FUNCTION put_retry(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO delivery_retry_event (
        command_id, created_at_ms, stage, attempt, error, duration_ms
    )
    SELECT
        command_id, created_at_ms, stage, attempt, error, duration_ms
    FROM json_populate_recordset(NULL::delivery_retry_event, told)
    ON CONFLICT (command_id, created_at_ms, stage, attempt) DO UPDATE SET (
        error, duration_ms
    ) = (
        excluded.error, excluded.duration_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_execution(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO executions (
        execution_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket,
        executed_price, executed_lot, spread_points, slippage_points, new_ticket, success,
        error_code, error_message, doubt, stored, late, candidates, ledger_n, execution_time_ms,
        timestamps_ms, received_at_ms, repeated
    )
    SELECT
        execution_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket,
        executed_price, executed_lot, spread_points, slippage_points, new_ticket, success,
        error_code, error_message, doubt, stored, late, candidates, ledger_n, execution_time_ms,
        timestamps_ms, received_at_ms,
        success AND (
            row_number() OVER (PARTITION BY command_id, success ORDER BY ordinality) > 1
            OR EXISTS (
                SELECT 1 FROM executions known
                WHERE known.command_id = new.command_id AND known.success AND NOT known.repeated
            )
        )
    FROM json_populate_recordset(NULL::executions, told) WITH ORDINALITY AS new
    ON CONFLICT (trade_id, execution_id) DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION put_close(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO closes (
        close_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket,
        close_price, closed_lot, spread_points, slippage_points, new_ticket, success,
        error_code, error_message, doubt, stored, late, candidates, ledger_n, execution_time_ms,
        timestamps_ms, closed_at_ms, repeated
    )
    SELECT
        close_id, command_id, trade_id, kind, slave_account_id, agent_id, slave_ticket,
        close_price, closed_lot, spread_points, slippage_points, new_ticket, success,
        error_code, error_message, doubt, stored, late, candidates, ledger_n, execution_time_ms,
        timestamps_ms, closed_at_ms,
        success AND (
            row_number() OVER (PARTITION BY command_id, success ORDER BY ordinality) > 1
            OR EXISTS (
                SELECT 1 FROM closes known
                WHERE known.command_id = new.command_id AND known.success AND NOT known.repeated
            )
        )
    FROM json_populate_recordset(NULL::closes, told) WITH ORDINALITY AS new
    ON CONFLICT (trade_id, close_id) DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION put_copy(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copies (
        trade_id, account_id, ticket, symbol, open_price, lot_initial, lot_remaining,
        updated_at_ms
    )
    SELECT
        trade_id, account_id, ticket, symbol, open_price, lot_initial, lot_remaining,
        updated_at_ms
    FROM json_populate_recordset(NULL::copies, told)
    ON CONFLICT (trade_id, account_id) DO UPDATE SET (
        ticket, symbol, open_price, lot_initial, lot_remaining, updated_at_ms
    ) = (
        excluded.ticket, excluded.symbol, excluded.open_price, excluded.lot_initial,
        excluded.lot_remaining, excluded.updated_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_account(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_connections (
        account_id, agent_id, role, metadata, last_connected_at_ms
    )
    SELECT
        account_id, agent_id, role, metadata, last_connected_at_ms
    FROM json_populate_recordset(NULL::account_connections, told)
    ON CONFLICT (account_id) DO UPDATE SET (
        agent_id, role, metadata, last_connected_at_ms
    ) = (
        excluded.agent_id, excluded.role, excluded.metadata, excluded.last_connected_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_symbol_report(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_symbol_report (
        account_id, reported_at_ms
    )
    SELECT
        account_id, reported_at_ms
    FROM json_populate_recordset(NULL::account_symbol_report, told)
    ON CONFLICT (account_id) DO UPDATE SET reported_at_ms = excluded.reported_at_ms;
END $$;

CREATE OR REPLACE FUNCTION drop_symbols(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM account_symbol_map known
    USING json_populate_recordset(NULL::account_symbol_map, told) new
    WHERE known.account_id = new.account_id;
END $$;

CREATE OR REPLACE FUNCTION put_symbol(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_symbol_map (
        account_id, canonical_symbol, broker_symbol, digits, point, tick_size, min_lot, max_lot,
        lot_step, stop_level, contract_size, tick_value, trade_permission, place, reported_at_ms
    )
    SELECT
        account_id, canonical_symbol, broker_symbol, digits, point, tick_size, min_lot, max_lot,
        lot_step, stop_level, contract_size, tick_value, trade_permission, place, reported_at_ms
    FROM json_populate_recordset(NULL::account_symbol_map, told);
END $$;

CREATE OR REPLACE FUNCTION put_spec(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_symbol_spec (
        account_id, canonical_symbol, broker_symbol, payload, reported_at_ms
    )
    SELECT
        account_id, canonical_symbol, broker_symbol, payload, reported_at_ms
    FROM json_populate_recordset(NULL::account_symbol_spec, told)
    ON CONFLICT (account_id, canonical_symbol) DO UPDATE SET (
        broker_symbol, payload, reported_at_ms
    ) = (
        excluded.broker_symbol, excluded.payload, excluded.reported_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_quote(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO symbol_quote_latest (
        account_id, canonical_symbol, broker_symbol, bid, ask, spread_points, timestamp_ms
    )
    SELECT
        account_id, canonical_symbol, broker_symbol, bid, ask, spread_points, timestamp_ms
    FROM json_populate_recordset(NULL::symbol_quote_latest, told)
    ON CONFLICT (account_id, canonical_symbol) DO UPDATE SET (
        broker_symbol, bid, ask, spread_points, timestamp_ms
    ) = (
        excluded.broker_symbol, excluded.bid, excluded.ask, excluded.spread_points,
        excluded.timestamp_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_account_state(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_state (
        account_id, balance, equity, margin, margin_free, margin_level, currency, timestamp_ms,
        updated_at_ms
    )
    SELECT
        account_id, balance, equity, margin, margin_free, margin_level, currency, timestamp_ms,
        updated_at_ms
    FROM json_populate_recordset(NULL::account_state, told)
    ON CONFLICT (account_id) DO UPDATE SET (
        balance, equity, margin, margin_free, margin_level, currency, timestamp_ms,
        updated_at_ms
    ) = (
        excluded.balance, excluded.equity, excluded.margin, excluded.margin_free,
        excluded.margin_level, excluded.currency, excluded.timestamp_ms, excluded.updated_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_evaluation(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_symbol_registration_eval (
        evaluation_id, account_id, pipe_role, status, protocol_version, client_semver, agent_id,
        core_version, global_errors, global_warnings, required_features, optional_features,
        capabilities, evaluated_at_ms
    )
    SELECT
        evaluation_id, account_id, pipe_role, status, protocol_version, client_semver, agent_id,
        core_version, global_errors, global_warnings, required_features, optional_features,
        capabilities, evaluated_at_ms
    FROM json_populate_recordset(NULL::account_symbol_registration_eval, told)
    ON CONFLICT (evaluation_id) DO UPDATE SET (
        account_id, pipe_role, status, protocol_version, client_semver, agent_id, core_version,
        global_errors, global_warnings, required_features, optional_features, capabilities,
        evaluated_at_ms
    ) = (
        excluded.account_id, excluded.pipe_role, excluded.status, excluded.protocol_version,
        excluded.client_semver, excluded.agent_id, excluded.core_version,
        excluded.global_errors, excluded.global_warnings, excluded.required_features,
        excluded.optional_features, excluded.capabilities, excluded.evaluated_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_registration(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_symbol_registration (
        evaluation_id, canonical_symbol, broker_symbol, status, warnings, errors, spec_age_ms,
        evaluated_at_ms
    )
    SELECT
        evaluation_id, canonical_symbol, broker_symbol, status, warnings, errors, spec_age_ms,
        evaluated_at_ms
    FROM json_populate_recordset(NULL::account_symbol_registration, told)
    ON CONFLICT (evaluation_id, canonical_symbol, broker_symbol) DO UPDATE SET (
        status, warnings, errors, spec_age_ms, evaluated_at_ms
    ) = (
        excluded.status, excluded.warnings, excluded.errors, excluded.spec_age_ms,
        excluded.evaluated_at_ms
    );
END $$;

CREATE OR REPLACE FUNCTION put_ledger_mark(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_marks (
        account_id, ledger_n
    )
    SELECT
        account_id, ledger_n
    FROM json_populate_recordset(NULL::ledger_marks, told)
    ON CONFLICT (account_id) DO UPDATE SET ledger_n = excluded.ledger_n;
END $$;

CREATE OR REPLACE FUNCTION put_agent_session(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO agent_sessions (
        agent_id, epoch
    )
    SELECT
        agent_id, epoch
    FROM json_populate_recordset(NULL::agent_sessions, told)
    ON CONFLICT (agent_id) DO UPDATE SET epoch = excluded.epoch;
END $$;

CREATE OR REPLACE FUNCTION put_operation(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO operator_actions (
        asked_at_ms, action, command_id, asked_by, outcome, ticket, sentence
    )
    SELECT asked_at_ms, action, command_id, asked_by, outcome, ticket, sentence
    FROM json_populate_recordset(NULL::operator_actions, told)
    ON CONFLICT (asked_at_ms, action, command_id) DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION put_limits(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO limits_state (
        account_id, pack, stage, updated_at_ms, state
    )
    SELECT
        account_id, pack, stage, updated_at_ms, state
    FROM json_populate_recordset(NULL::limits_state, told)
    ON CONFLICT (account_id) DO UPDATE SET (
        pack, stage, updated_at_ms, state
    ) = (
        excluded.pack, excluded.stage, excluded.updated_at_ms, excluded.state
    );
END $$;

CREATE OR REPLACE FUNCTION put_policy_version(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO risk_policy_history (
        account_id, strategy_id, version, origin, policy, policy_before, changed_at_ms,
        changed_by
    )
    SELECT
        account_id, strategy_id, version, origin, policy, policy_before, changed_at_ms,
        changed_by
    FROM json_populate_recordset(NULL::risk_policy_history, told)
    ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION put_window(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO windows (
        window_id, account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec,
        post_buffer_sec, notes, source, removed, changed_at_ms, changed_by
    )
    SELECT
        window_id, account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec,
        post_buffer_sec, notes, source, removed, changed_at_ms, changed_by
    FROM json_populate_recordset(NULL::windows, told)
    ON CONFLICT (window_id) DO UPDATE SET (
        account_id, symbol, starts_at_ms, ends_at_ms, pre_buffer_sec, post_buffer_sec, notes,
        source, removed, changed_at_ms, changed_by
    ) = (
        excluded.account_id, excluded.symbol, excluded.starts_at_ms, excluded.ends_at_ms,
        excluded.pre_buffer_sec, excluded.post_buffer_sec, excluded.notes, excluded.source,
        excluded.removed, excluded.changed_at_ms, excluded.changed_by
    );
END $$;

CREATE OR REPLACE FUNCTION put_switch(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO copy_modes (
        scope, target, mode, set_by, since_ms, changed_at_ms, changed_by
    )
    SELECT
        scope, target, mode, set_by, since_ms, changed_at_ms, changed_by
    FROM json_populate_recordset(NULL::copy_modes, told)
    ON CONFLICT (scope, target) DO UPDATE SET (
        mode, set_by, since_ms, changed_at_ms, changed_by
    ) = (
        excluded.mode, excluded.set_by, excluded.since_ms, excluded.changed_at_ms,
        excluded.changed_by
    );
END $$;

CREATE OR REPLACE FUNCTION put_config_change(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO config_audit (
        changed_at_ms, key, value_before, value_after, changed_by, acceptance, reason
    )
    SELECT
        changed_at_ms, key, value_before, value_after, changed_by, acceptance, reason
    FROM json_populate_recordset(NULL::config_audit, told)
    ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION put_setting(told json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO settings_seen (key, value)
    SELECT key, value FROM json_populate_recordset(NULL::settings_seen, told)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value;
END $$;

-- One commit.  A Core whose epoch is not the stored one was overtaken by another; the number of the
-- commit tells, when the answer was lost, whether it stands.

CREATE OR REPLACE FUNCTION journal_commit(
    in_epoch bigint, in_commit_n bigint, names text[], parts json[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hold_epoch(in_epoch);
    UPDATE writer SET commit_n = in_commit_n;
    FOR i IN 1 .. cardinality(names) LOOP
        CASE names[i]
            WHEN 'put_trade' THEN PERFORM put_trade(parts[i]);
            WHEN 'put_action' THEN PERFORM put_action(parts[i]);
            WHEN 'put_decision' THEN PERFORM put_decision(parts[i]);
            WHEN 'put_command' THEN PERFORM put_command(parts[i]);
            WHEN 'put_progress' THEN PERFORM put_progress(parts[i]);
            WHEN 'put_retry' THEN PERFORM put_retry(parts[i]);
            WHEN 'put_execution' THEN PERFORM put_execution(parts[i]);
            WHEN 'put_close' THEN PERFORM put_close(parts[i]);
            WHEN 'put_copy' THEN PERFORM put_copy(parts[i]);
            WHEN 'put_account' THEN PERFORM put_account(parts[i]);
            WHEN 'drop_symbols' THEN PERFORM drop_symbols(parts[i]);
            WHEN 'put_symbol' THEN PERFORM put_symbol(parts[i]);
            WHEN 'put_symbol_report' THEN PERFORM put_symbol_report(parts[i]);
            WHEN 'put_spec' THEN PERFORM put_spec(parts[i]);
            WHEN 'put_quote' THEN PERFORM put_quote(parts[i]);
            WHEN 'put_account_state' THEN PERFORM put_account_state(parts[i]);
            WHEN 'put_evaluation' THEN PERFORM put_evaluation(parts[i]);
            WHEN 'put_registration' THEN PERFORM put_registration(parts[i]);
            WHEN 'put_ledger_mark' THEN PERFORM put_ledger_mark(parts[i]);
            WHEN 'put_agent_session' THEN PERFORM put_agent_session(parts[i]);
            WHEN 'put_operation' THEN PERFORM put_operation(parts[i]);
            WHEN 'put_limits' THEN PERFORM put_limits(parts[i]);
            WHEN 'put_policy_version' THEN PERFORM put_policy_version(parts[i]);
            WHEN 'put_window' THEN PERFORM put_window(parts[i]);
            WHEN 'put_switch' THEN PERFORM put_switch(parts[i]);
            WHEN 'put_config_change' THEN PERFORM put_config_change(parts[i]);
            WHEN 'put_setting' THEN PERFORM put_setting(parts[i]);
        END CASE;
    END LOOP;
END $$;

-- Locks the writer's row to the end of the transaction: who wants to take over waits for it.

CREATE OR REPLACE FUNCTION hold_epoch(in_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stored writer;
BEGIN
    SELECT * INTO stored FROM writer FOR UPDATE;
    IF stored.epoch IS DISTINCT FROM in_epoch THEN
        RAISE EXCEPTION USING ERRCODE = 'EC001', MESSAGE = format(
            'this Core writes in epoch %s, %s took over in epoch %s',
            in_epoch, stored.holder, stored.epoch
        );
    END IF;
END $$;

-- What lets settled trades leave the store: the oldest first, with all their rows.

CREATE OR REPLACE FUNCTION purge_settled(in_epoch bigint, keep_ms bigint, trades_max integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone text[];
BEGIN
    PERFORM hold_epoch(in_epoch);
    SELECT array_agg(trade_id) INTO gone FROM (
        SELECT trade_id FROM trades
        WHERE settled AND updated_at_ms < (
            SELECT max(updated_at_ms) FROM trades WHERE settled
        ) - keep_ms
        ORDER BY updated_at_ms, trade_id LIMIT trades_max
    ) oldest;
    IF gone IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM delivery_retry_event WHERE command_id IN (
        SELECT command_id FROM delivery_journal WHERE trade_id = ANY (gone)
    );
    DELETE FROM delivery_journal WHERE trade_id = ANY (gone);
    DELETE FROM executions WHERE trade_id = ANY (gone);
    DELETE FROM closes WHERE trade_id = ANY (gone);
    DELETE FROM copy_decisions WHERE trade_id = ANY (gone);
    DELETE FROM copies WHERE trade_id = ANY (gone);
    DELETE FROM trade_actions WHERE trade_id = ANY (gone);
    DELETE FROM trades WHERE trade_id = ANY (gone);
    RETURN cardinality(gone);
END $$;

-- Registrations that are older than so many days, except the latest verdict of each account; only
-- so many at a time.

CREATE OR REPLACE FUNCTION purge_registrations(now_ms bigint, keep_days integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    gone text[] := ARRAY (
        SELECT old.evaluation_id FROM account_symbol_registration_eval old
        WHERE old.evaluated_at_ms < now_ms - keep_days * 86400000::bigint AND EXISTS (
            SELECT 1 FROM account_symbol_registration_eval later
            WHERE later.account_id = old.account_id
                AND later.evaluated_at_ms > old.evaluated_at_ms
        )
        LIMIT 1000
    );
BEGIN
    DELETE FROM account_symbol_registration WHERE evaluation_id = ANY (gone);
    DELETE FROM account_symbol_registration_eval WHERE evaluation_id = ANY (gone);
    RETURN cardinality(gone);
END $$;
