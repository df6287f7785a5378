-- A journal as a release with schema 2 left it, with a row of every kind.
--
-- PostgreSQL database dump
--


-- Dumped from database version 16.14
-- Dumped by pg_dump version 16.14

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: echo; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA echo;


--
-- Name: action_kind; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.action_kind AS ENUM (
    'open',
    'modify',
    'reduce',
    'close'
);


--
-- Name: command_kind; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.command_kind AS ENUM (
    'execute',
    'close',
    'modify',
    'reduce',
    'cancel',
    'flatten'
);


--
-- Name: command_type; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.command_type AS ENUM (
    'execute_order',
    'close_order',
    'modify_order',
    'reduce_order',
    'cancel_pendings',
    'flatten'
);


--
-- Name: copy_outcome; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.copy_outcome AS ENUM (
    'pending',
    'filled',
    'modified',
    'reduced',
    'closed',
    'unchanged',
    'superseded',
    'nothing_to_modify',
    'nothing_to_close',
    'omitted',
    'failed',
    'in_doubt',
    'manual',
    'shadowed'
);


--
-- Name: delivery_status; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.delivery_status AS ENUM (
    'pending',
    'inflight',
    'delivered',
    'acked',
    'failed',
    'in_doubt',
    'cancelled'
);


--
-- Name: order_side; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.order_side AS ENUM (
    'BUY',
    'SELL'
);


--
-- Name: order_status; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.order_status AS ENUM (
    'PENDING',
    'FILLED',
    'REJECTED',
    'CANCELLED',
    'PARTIALLY_CLOSED',
    'CLOSED'
);


--
-- Name: pipe_role; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.pipe_role AS ENUM (
    'master',
    'slave'
);


--
-- Name: registration_status; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.registration_status AS ENUM (
    'ACCEPTED',
    'WARNING',
    'REJECTED'
);


--
-- Name: trade_permission; Type: TYPE; Schema: echo; Owner: -
--

CREATE TYPE echo.trade_permission AS ENUM (
    'disabled',
    'close_only',
    'full'
);


--
-- Name: drop_symbols(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.drop_symbols(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM account_symbol_map known
    USING json_populate_recordset(NULL::account_symbol_map, told) new
    WHERE known.account_id = new.account_id;
END $$;


--
-- Name: hold_epoch(bigint); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.hold_epoch(in_epoch bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: journal_commit(bigint, bigint, text[], json[]); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.journal_commit(in_epoch bigint, in_commit_n bigint, names text[], parts json[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        END CASE;
    END LOOP;
END $$;


--
-- Name: purge_registrations(bigint, integer); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.purge_registrations(now_ms bigint, keep_days integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: purge_settled(bigint, bigint, integer); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.purge_settled(in_epoch bigint, keep_ms bigint, trades_max integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_account(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_account(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_account_state(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_account_state(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_action(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_action(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO trade_actions (trade_id, seq, kind, content, payload, received_at_ms)
    SELECT trade_id, seq, kind, content, payload, received_at_ms
    FROM json_populate_recordset(NULL::trade_actions, told)
    ON CONFLICT (trade_id, seq) DO UPDATE SET content = excluded.content
    WHERE trade_actions.content <> excluded.content;
END $$;


--
-- Name: put_agent_session(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_agent_session(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO agent_sessions (
        agent_id, epoch
    )
    SELECT
        agent_id, epoch
    FROM json_populate_recordset(NULL::agent_sessions, told)
    ON CONFLICT (agent_id) DO UPDATE SET epoch = excluded.epoch;
END $$;


--
-- Name: put_close(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_close(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_command(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_command(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_config_change(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_config_change(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO config_audit (
        changed_at_ms, key, value_before, value_after, changed_by
    )
    SELECT
        changed_at_ms, key, value_before, value_after, changed_by
    FROM json_populate_recordset(NULL::config_audit, told)
    ON CONFLICT DO NOTHING;
END $$;


--
-- Name: put_copy(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_copy(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_decision(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_decision(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_evaluation(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_evaluation(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_execution(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_execution(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_ledger_mark(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_ledger_mark(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO ledger_marks (
        account_id, ledger_n
    )
    SELECT
        account_id, ledger_n
    FROM json_populate_recordset(NULL::ledger_marks, told)
    ON CONFLICT (account_id) DO UPDATE SET ledger_n = excluded.ledger_n;
END $$;


--
-- Name: put_limits(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_limits(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_operation(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_operation(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO operator_actions (
        asked_at_ms, action, command_id, asked_by, outcome, ticket, sentence
    )
    SELECT asked_at_ms, action, command_id, asked_by, outcome, ticket, sentence
    FROM json_populate_recordset(NULL::operator_actions, told)
    ON CONFLICT (asked_at_ms, action, command_id) DO NOTHING;
END $$;


--
-- Name: put_policy_version(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_policy_version(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_progress(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_progress(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE delivery_journal known SET
        (stage, status, attempt, last_error, updated_at_ms)
        = (new.stage, new.status, new.attempt, new.last_error, new.updated_at_ms)
    FROM json_populate_recordset(NULL::delivery_journal, told) new
    WHERE known.command_id = new.command_id;
END $$;


--
-- Name: put_quote(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_quote(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_registration(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_registration(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_retry(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_retry(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_spec(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_spec(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_switch(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_switch(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_symbol(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_symbol(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_symbol_report(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_symbol_report(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO account_symbol_report (
        account_id, reported_at_ms
    )
    SELECT
        account_id, reported_at_ms
    FROM json_populate_recordset(NULL::account_symbol_report, told)
    ON CONFLICT (account_id) DO UPDATE SET reported_at_ms = excluded.reported_at_ms;
END $$;


--
-- Name: put_trade(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_trade(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: put_window(json); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.put_window(told json) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: refuse_change(); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'EC002', MESSAGE = TG_ARGV[0];
END $$;


--
-- Name: tell_handshake_result(); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.tell_handshake_result() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('echo_handshake_result', NEW.account_id || ':' || NEW.evaluation_id);
    RETURN NULL;
END $$;


--
-- Name: tell_risk_policy(); Type: FUNCTION; Schema: echo; Owner: -
--

CREATE FUNCTION echo.tell_risk_policy() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'echo'
    AS $$
DECLARE
    gone account_strategy_risk_policy := CASE WHEN TG_OP <> 'INSERT' THEN OLD END;
    come account_strategy_risk_policy := CASE WHEN TG_OP <> 'DELETE' THEN NEW END;
BEGIN
    INSERT INTO risk_policy_edits (account_id, strategy_id, old, new) VALUES (
        coalesce(come.account_id, gone.account_id), coalesce(come.strategy_id, gone.strategy_id),
        CASE WHEN TG_OP <> 'INSERT' THEN row_to_json(gone) END,
        CASE WHEN TG_OP <> 'DELETE' THEN row_to_json(come) END
    );
    PERFORM pg_notify(
        'echo_risk_policy_updated',
        coalesce(come.account_id, gone.account_id) || ':'
        || coalesce(come.strategy_id, gone.strategy_id)
    );
    RETURN NULL;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account_connections; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_connections (
    account_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL,
    role echo.pipe_role NOT NULL,
    metadata json NOT NULL,
    last_connected_at_ms bigint NOT NULL
);


--
-- Name: account_state; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_state (
    account_id text NOT NULL COLLATE pg_catalog."C",
    balance numeric NOT NULL,
    equity numeric NOT NULL,
    margin numeric NOT NULL,
    margin_free numeric NOT NULL,
    margin_level numeric NOT NULL,
    currency text NOT NULL,
    timestamp_ms bigint NOT NULL,
    updated_at_ms bigint NOT NULL
)
WITH (fillfactor='50');


--
-- Name: account_strategy_risk_policy; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_strategy_risk_policy (
    account_id text NOT NULL COLLATE pg_catalog."C",
    strategy_id text NOT NULL COLLATE pg_catalog."C",
    risk_type text NOT NULL,
    lot_size numeric,
    risk_amount numeric,
    risk_currency text,
    config json DEFAULT '{}'::json NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    valid_until_ms bigint,
    updated_at_ms bigint DEFAULT 0 NOT NULL,
    CONSTRAINT account_strategy_risk_policy_config_check CHECK ((json_typeof(config) = 'object'::text)),
    CONSTRAINT account_strategy_risk_policy_lot_size_check CHECK ((lot_size > (0)::numeric)),
    CONSTRAINT account_strategy_risk_policy_risk_amount_check CHECK ((risk_amount > (0)::numeric)),
    CONSTRAINT account_strategy_risk_policy_risk_currency_check CHECK ((risk_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT account_strategy_risk_policy_risk_type_check CHECK ((risk_type = ANY (ARRAY['FIXED_LOT'::text, 'FIXED_RISK'::text]))),
    CONSTRAINT chk_fixed_lot CHECK (((risk_type <> 'FIXED_LOT'::text) OR (lot_size IS NOT NULL))),
    CONSTRAINT chk_fixed_risk_config CHECK (((risk_type <> 'FIXED_RISK'::text) OR ((risk_amount IS NOT NULL) AND (risk_currency IS NOT NULL))))
);


--
-- Name: account_symbol_map; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_symbol_map (
    account_id text NOT NULL COLLATE pg_catalog."C",
    canonical_symbol text NOT NULL COLLATE pg_catalog."C",
    broker_symbol text NOT NULL,
    digits integer NOT NULL,
    point numeric NOT NULL,
    tick_size numeric NOT NULL,
    min_lot numeric NOT NULL,
    max_lot numeric NOT NULL,
    lot_step numeric NOT NULL,
    stop_level integer NOT NULL,
    contract_size numeric,
    tick_value numeric,
    trade_permission echo.trade_permission,
    place integer NOT NULL,
    reported_at_ms bigint NOT NULL
);


--
-- Name: account_symbol_registration; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_symbol_registration (
    evaluation_id text NOT NULL COLLATE pg_catalog."C",
    canonical_symbol text NOT NULL COLLATE pg_catalog."C",
    broker_symbol text NOT NULL COLLATE pg_catalog."C",
    status echo.registration_status NOT NULL,
    warnings json NOT NULL,
    errors json NOT NULL,
    spec_age_ms bigint NOT NULL,
    evaluated_at_ms bigint NOT NULL
);


--
-- Name: account_symbol_registration_eval; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_symbol_registration_eval (
    evaluation_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    pipe_role echo.pipe_role NOT NULL,
    status echo.registration_status NOT NULL,
    protocol_version integer NOT NULL,
    client_semver text NOT NULL,
    agent_id text NOT NULL,
    core_version text NOT NULL,
    global_errors json NOT NULL,
    global_warnings json NOT NULL,
    required_features json NOT NULL,
    optional_features json NOT NULL,
    capabilities json NOT NULL,
    evaluated_at_ms bigint NOT NULL
);


--
-- Name: account_symbol_report; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_symbol_report (
    account_id text NOT NULL COLLATE pg_catalog."C",
    reported_at_ms bigint NOT NULL
);


--
-- Name: account_symbol_spec; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.account_symbol_spec (
    account_id text NOT NULL COLLATE pg_catalog."C",
    canonical_symbol text NOT NULL COLLATE pg_catalog."C",
    broker_symbol text NOT NULL,
    payload json NOT NULL,
    reported_at_ms bigint NOT NULL
);


--
-- Name: agent_sessions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.agent_sessions (
    agent_id text NOT NULL COLLATE pg_catalog."C",
    epoch bigint NOT NULL
);


--
-- Name: closes; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.closes (
    close_id text NOT NULL COLLATE pg_catalog."C",
    command_id text NOT NULL COLLATE pg_catalog."C",
    trade_id text NOT NULL COLLATE pg_catalog."C",
    kind echo.command_kind NOT NULL,
    slave_account_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL,
    slave_ticket bigint,
    close_price numeric,
    closed_lot numeric,
    spread_points numeric,
    slippage_points numeric,
    new_ticket bigint,
    success boolean NOT NULL,
    error_code text NOT NULL,
    error_message text NOT NULL,
    doubt boolean NOT NULL,
    stored boolean NOT NULL,
    late boolean NOT NULL,
    candidates json NOT NULL,
    ledger_n bigint,
    execution_time_ms bigint,
    timestamps_ms json NOT NULL,
    closed_at_ms bigint NOT NULL,
    repeated boolean NOT NULL
);


--
-- Name: config_audit; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.config_audit (
    changed_at_ms bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value_before text NOT NULL,
    value_after text NOT NULL COLLATE pg_catalog."C",
    changed_by text NOT NULL
);


--
-- Name: copies; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.copies (
    trade_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    ticket bigint NOT NULL,
    symbol text NOT NULL,
    open_price numeric NOT NULL,
    lot_initial numeric NOT NULL,
    lot_remaining numeric NOT NULL,
    updated_at_ms bigint NOT NULL
);


--
-- Name: copy_decisions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.copy_decisions (
    trade_id text NOT NULL COLLATE pg_catalog."C",
    seq integer NOT NULL,
    account_id text NOT NULL COLLATE pg_catalog."C",
    kind echo.action_kind NOT NULL,
    outcome echo.copy_outcome NOT NULL,
    code text NOT NULL,
    sentence text NOT NULL,
    inputs json NOT NULL,
    command_id text COLLATE pg_catalog."C",
    decided_at_ms bigint NOT NULL,
    settled_at_ms bigint
);


--
-- Name: copy_modes; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.copy_modes (
    scope text NOT NULL COLLATE pg_catalog."C",
    target text NOT NULL COLLATE pg_catalog."C",
    mode text NOT NULL,
    set_by text NOT NULL,
    since_ms bigint,
    changed_at_ms bigint NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT copy_modes_scope_check CHECK ((scope = ANY (ARRAY['all'::text, 'master'::text, 'account'::text])))
);


--
-- Name: delivery_journal; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.delivery_journal (
    command_id text NOT NULL COLLATE pg_catalog."C",
    trade_id text COLLATE pg_catalog."C",
    target_account_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text,
    command_type echo.command_type NOT NULL,
    payload bytea NOT NULL,
    stage smallint DEFAULT 0 NOT NULL,
    status echo.delivery_status DEFAULT 'pending'::echo.delivery_status NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    created_at_ms bigint NOT NULL,
    updated_at_ms bigint
)
WITH (fillfactor='80');


--
-- Name: delivery_retry_event; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.delivery_retry_event (
    command_id text NOT NULL COLLATE pg_catalog."C",
    created_at_ms bigint NOT NULL,
    stage smallint NOT NULL,
    attempt integer NOT NULL,
    error text NOT NULL,
    duration_ms bigint NOT NULL
);


--
-- Name: executions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.executions (
    execution_id text NOT NULL COLLATE pg_catalog."C",
    command_id text NOT NULL COLLATE pg_catalog."C",
    trade_id text NOT NULL COLLATE pg_catalog."C",
    kind echo.command_kind NOT NULL,
    slave_account_id text NOT NULL COLLATE pg_catalog."C",
    agent_id text NOT NULL,
    slave_ticket bigint,
    executed_price numeric,
    executed_lot numeric,
    spread_points numeric,
    slippage_points numeric,
    new_ticket bigint,
    success boolean NOT NULL,
    error_code text NOT NULL,
    error_message text NOT NULL,
    doubt boolean NOT NULL,
    stored boolean NOT NULL,
    late boolean NOT NULL,
    candidates json NOT NULL,
    ledger_n bigint,
    execution_time_ms bigint,
    timestamps_ms json NOT NULL,
    received_at_ms bigint NOT NULL,
    repeated boolean NOT NULL
);


--
-- Name: ledger_marks; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.ledger_marks (
    account_id text NOT NULL COLLATE pg_catalog."C",
    ledger_n bigint NOT NULL
);


--
-- Name: limits_state; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.limits_state (
    account_id text NOT NULL COLLATE pg_catalog."C",
    pack text NOT NULL,
    stage text NOT NULL,
    updated_at_ms bigint NOT NULL,
    state json NOT NULL
);


--
-- Name: operator_actions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.operator_actions (
    asked_at_ms bigint NOT NULL,
    action text NOT NULL COLLATE pg_catalog."C",
    command_id text NOT NULL COLLATE pg_catalog."C",
    asked_by text NOT NULL,
    outcome echo.copy_outcome,
    ticket bigint,
    sentence text NOT NULL
);


--
-- Name: risk_policy_history; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.risk_policy_history (
    account_id text NOT NULL COLLATE pg_catalog."C",
    strategy_id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    origin text NOT NULL COLLATE pg_catalog."C",
    policy json,
    policy_before json,
    changed_at_ms bigint NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT risk_policy_history_origin_check CHECK ((origin = ANY (ARRAY['settings'::text, 'desk'::text])))
);


--
-- Name: risk_policies; Type: VIEW; Schema: echo; Owner: -
--

CREATE VIEW echo.risk_policies AS
 SELECT DISTINCT ON (account_id, strategy_id, origin) account_id,
    strategy_id,
    version,
    origin,
    policy,
    policy_before,
    changed_at_ms,
    changed_by
   FROM echo.risk_policy_history
  ORDER BY account_id, strategy_id, origin, version DESC;


--
-- Name: risk_policy_edits; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.risk_policy_edits (
    change_n bigint NOT NULL,
    account_id text NOT NULL COLLATE pg_catalog."C",
    strategy_id text NOT NULL COLLATE pg_catalog."C",
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_by text DEFAULT SESSION_USER NOT NULL,
    old json,
    new json
);


--
-- Name: risk_policy_edits_change_n_seq; Type: SEQUENCE; Schema: echo; Owner: -
--

ALTER TABLE echo.risk_policy_edits ALTER COLUMN change_n ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME echo.risk_policy_edits_change_n_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schema_functions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.schema_functions (
    only_row boolean DEFAULT true NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT schema_functions_only_row_check CHECK (only_row)
);


--
-- Name: schema_version; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: symbol_quote_latest; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.symbol_quote_latest (
    account_id text NOT NULL COLLATE pg_catalog."C",
    canonical_symbol text NOT NULL COLLATE pg_catalog."C",
    broker_symbol text NOT NULL,
    bid numeric NOT NULL,
    ask numeric NOT NULL,
    spread_points numeric NOT NULL,
    timestamp_ms bigint NOT NULL
)
WITH (fillfactor='50');


--
-- Name: trade_actions; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.trade_actions (
    trade_id text NOT NULL COLLATE pg_catalog."C",
    seq integer NOT NULL,
    kind echo.action_kind NOT NULL,
    content text NOT NULL,
    payload bytea NOT NULL,
    received_at_ms bigint NOT NULL
);


--
-- Name: trades; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.trades (
    trade_id text NOT NULL COLLATE pg_catalog."C",
    master_account_id text NOT NULL COLLATE pg_catalog."C",
    master_client_id text NOT NULL,
    master_ticket bigint NOT NULL,
    strategy_id text NOT NULL,
    magic_number bigint NOT NULL,
    symbol text NOT NULL,
    side echo.order_side NOT NULL,
    lot_size numeric NOT NULL,
    price numeric NOT NULL,
    stop_loss numeric,
    take_profit numeric,
    comment text NOT NULL,
    status echo.order_status NOT NULL,
    volume_initial numeric NOT NULL,
    volume_remaining numeric NOT NULL,
    timeframe text NOT NULL,
    atr numeric,
    attempt integer NOT NULL,
    opened_at_ms bigint NOT NULL,
    updated_at_ms bigint NOT NULL,
    followers json NOT NULL,
    settled boolean NOT NULL
);


--
-- Name: v_decisions; Type: VIEW; Schema: echo; Owner: -
--

CREATE VIEW echo.v_decisions AS
 SELECT d.trade_id,
    d.seq,
    d.account_id,
    d.kind,
    d.outcome,
    d.code,
    d.sentence,
    d.inputs,
    d.command_id,
    d.decided_at_ms,
    d.settled_at_ms,
    t.master_account_id,
    t.master_ticket,
    t.strategy_id,
    t.symbol,
    t.side,
    t.lot_size,
    c.ticket AS slave_ticket,
    c.lot_remaining AS slave_lot_remaining,
    j.stage,
    j.status AS command_status,
    j.attempt,
    j.last_error
   FROM (((echo.copy_decisions d
     LEFT JOIN echo.trades t ON ((t.trade_id = d.trade_id)))
     LEFT JOIN echo.copies c ON (((c.trade_id = d.trade_id) AND (c.account_id = d.account_id))))
     LEFT JOIN echo.delivery_journal j ON ((j.command_id = d.command_id)));


--
-- Name: v_latency_stats; Type: VIEW; Schema: echo; Owner: -
--

CREATE VIEW echo.v_latency_stats AS
 WITH stamps AS (
         SELECT executions.slave_account_id,
            ((executions.timestamps_ms ->> 't0_master_ea_ms'::text))::bigint AS t0,
            ((executions.timestamps_ms ->> 't1_agent_recv_ms'::text))::bigint AS t1,
            ((executions.timestamps_ms ->> 't2_core_recv_ms'::text))::bigint AS t2,
            ((executions.timestamps_ms ->> 't3_core_send_ms'::text))::bigint AS t3,
            ((executions.timestamps_ms ->> 't4_agent_recv_ms'::text))::bigint AS t4,
            ((executions.timestamps_ms ->> 't5_slave_ea_recv_ms'::text))::bigint AS t5,
            ((executions.timestamps_ms ->> 't6_order_send_ms'::text))::bigint AS t6,
            ((executions.timestamps_ms ->> 't7_order_filled_ms'::text))::bigint AS t7
           FROM echo.executions
          WHERE ((executions.kind = 'execute'::echo.command_kind) AND executions.success AND (NOT executions.repeated))
        )
 SELECT slave_account_id,
    count(*) AS executions,
    avg((t1 - t0)) AS master_ea_to_agent_ms,
    avg((t2 - t1)) AS agent_to_core_ms,
    avg((t3 - t2)) AS core_process_ms,
    avg((t4 - t3)) AS core_to_agent_ms,
    avg((t5 - t4)) AS agent_to_slave_ea_ms,
    avg((t6 - t5)) AS slave_ea_process_ms,
    avg((t7 - t6)) AS broker_ms,
    avg((t7 - t0)) AS e2e_ms
   FROM stamps
  GROUP BY slave_account_id;


--
-- Name: v_trades_summary; Type: VIEW; Schema: echo; Owner: -
--

CREATE VIEW echo.v_trades_summary AS
 SELECT t.trade_id,
    t.master_account_id,
    t.strategy_id,
    t.symbol,
    t.side,
    t.lot_size,
    t.price,
    t.status,
    t.opened_at_ms,
    t.settled,
    json_array_length(t.followers) AS followers,
    e.executions_total,
    e.executions_ok,
    e.executions_failed,
    ( SELECT count(*) AS count
           FROM echo.copy_decisions d
          WHERE ((d.trade_id = t.trade_id) AND (d.outcome = ANY (ARRAY['pending'::echo.copy_outcome, 'in_doubt'::echo.copy_outcome])))) AS unsettled_decisions
   FROM (echo.trades t
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (NOT executions.repeated)) AS executions_total,
            count(*) FILTER (WHERE ((NOT executions.repeated) AND executions.success)) AS executions_ok,
            count(*) FILTER (WHERE (NOT executions.success)) AS executions_failed
           FROM echo.executions
          WHERE ((executions.trade_id = t.trade_id) AND (executions.kind = 'execute'::echo.command_kind))) e);


--
-- Name: windows; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.windows (
    window_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL,
    symbol text NOT NULL,
    starts_at_ms bigint NOT NULL,
    ends_at_ms bigint NOT NULL,
    pre_buffer_sec bigint NOT NULL,
    post_buffer_sec bigint NOT NULL,
    notes text NOT NULL,
    source text NOT NULL,
    removed boolean NOT NULL,
    changed_at_ms bigint NOT NULL,
    changed_by text NOT NULL
);


--
-- Name: writer; Type: TABLE; Schema: echo; Owner: -
--

CREATE TABLE echo.writer (
    only_row boolean DEFAULT true NOT NULL,
    epoch bigint NOT NULL,
    commit_n bigint NOT NULL,
    holder text NOT NULL,
    taken_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT writer_only_row_check CHECK (only_row)
)
WITH (fillfactor='10');


--
-- Data for Name: account_connections; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_connections VALUES ('7001', 'agent_one', 'slave', '{"protocol_version":3,"client_semver":"1.5.0","required_features":["spec_report/v1"],"optional_features":[],"features":["lossless/v1","batch/v1"],"metrics":["exposure_v1"],"terminal_build":0,"broker":"Northwind \"Markets\" (SV), Ltd & Co","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":0,"server":"","terminal":"","ea_config_hash":"","instance":"","ledger_n":12,"symbol_mappings":"","ledger_id":""}', 1750000000000);


--
-- Data for Name: account_state; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_state VALUES ('7001', 10000.00, -12.5, 0, 9987.5, 0, 'USD', 1750000000000, 1750000000001);


--
-- Data for Name: account_strategy_risk_policy; Type: TABLE DATA; Schema: echo; Owner: -
--



--
-- Data for Name: account_symbol_map; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_symbol_map VALUES ('7001', 'XAUUSD', 'XAUUSD.m', 2, 0.01, 0.01, 0.001, 100, 0.001, 20, 100, 0.87654321, 'full', 0, 1750000000000);
INSERT INTO echo.account_symbol_map VALUES ('7001', 'GER40', '#DAX & Co', 2, 0.01, 0.01, 0.001, 100, 0.001, 20, NULL, 0.87654321, NULL, 1, 1750000000000);


--
-- Data for Name: account_symbol_registration; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_symbol_registration VALUES ('0197812f-0000-7000-8000-000000000001', 'XAUUSD', 'XAUUSD.m', 'WARNING', '[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]', '[]', 11000, 1750000000000);
INSERT INTO echo.account_symbol_registration VALUES ('0197812f-0000-7000-8000-000000000001', 'XAUUSD', 'GOLD', 'WARNING', '[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]', '[]', 11000, 1750000000000);


--
-- Data for Name: account_symbol_registration_eval; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_symbol_registration_eval VALUES ('0197812f-0000-7000-8000-000000000001', '7001', 'slave', 'WARNING', 3, '', 'agent_one', '', '[]', '[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]', '["spec_report/v1"]', '[]', '{"features":["lossless/v1","batch/v1"],"metrics":["exposure_v1"]}', 1750000000000);


--
-- Data for Name: account_symbol_report; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_symbol_report VALUES ('7001', 1750000000000);


--
-- Data for Name: account_symbol_spec; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.account_symbol_spec VALUES ('7001', 'XAUUSD', 'XAUUSD.m', '{"canonical_symbol":"XAUUSD","broker_symbol":"XAUUSD.m","digits":2,"stops_level_points":20,"contract_size":"100","tick_value":"1","min_lot":"0.01","max_lot":"100","lot_step":"0.01","margin_currency":"","spread_type":"floating","fixed_spread_points":"0","profit_calculation_mode":"forex","margin_calculation_mode":"forex","margin_hedge":"0","margin_percentage":"100","trade_permission":"full","execution_mode":"market","gtc_mode":"gtc","swap_type":"points","swap_long":"0","swap_short":"0","triple_swap_day":"wednesday","sessions":[{"day":2,"quote_sessions":[],"trade_sessions":[{"start_minute":0,"end_minute":9}]}]}', 1750000000000);


--
-- Data for Name: agent_sessions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.agent_sessions VALUES ('agent_one', 3);


--
-- Data for Name: closes; Type: TABLE DATA; Schema: echo; Owner: -
--



--
-- Data for Name: config_audit; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.config_audit VALUES (1750000000000, 'mode/account 7001', 'live', 'paused', 'ana');


--
-- Data for Name: copies; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.copies VALUES ('01977420-dc01-7ba2-a56e-e5e37d9fad67', '7001', 4611686018427387905, 'XAUUSD.m', 4015.3, 0.1, 0.1, 1750000000006);


--
-- Data for Name: copy_decisions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.copy_decisions VALUES ('01977420-dc01-7ba2-a56e-e5e37d9fad67', 0, '7001', 'open', 'pending', 'NO_ERROR', '', '{"lot":0.10,"policy":"*","ticks":5000,"stop":null}', '01977420-dc01-77c5-9032-fed0cb9fd1fa', 1750000000000, NULL);


--
-- Data for Name: copy_modes; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.copy_modes VALUES ('account', '7001', 'close_only', 'ana', 1750000000000, 1750000000000, 'ana');


--
-- Data for Name: delivery_journal; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.delivery_journal VALUES ('01977420-dc01-77c5-9032-fed0cb9fd1fa', '01977420-dc01-7ba2-a56e-e5e37d9fad67', '7001', 'agent_one', 'execute_order', '\x52b9010a2430313937373432302d646330312d373763352d393033322d666564306362396664316661122430313937373432302d646330312d376261322d613536652d653565333764396661643637220a736c6176655f373030312a043730303132085841555553442e6d3802419a9999999999b93f4887e4065100000000807caf40621a4551384d4e5145425256584b5950504530435145474744523038f8018827c9020000000000003940d202091100000000002daf40e00203', 2, 'inflight', 2, '', 1750000000001, 1750000000002);


--
-- Data for Name: delivery_retry_event; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.delivery_retry_event VALUES ('01977420-dc01-77c5-9032-fed0cb9fd1fa', 1750000000004, 3, 3, 'no answer within 150 ms', 151);


--
-- Data for Name: executions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.executions VALUES ('01977420-dc01-77c5-9032-fed0cb9fd1fa:b8e24ea56e39', '01977420-dc01-77c5-9032-fed0cb9fd1fa', '01977420-dc01-7ba2-a56e-e5e37d9fad67', 'execute', '7001', 'agent_one', 4611686018427387905, 4015.3, 0.1, 20, -1.5, NULL, true, 'NO_ERROR', '', false, false, false, '[]', 7, NULL, '{"t0_master_ea_ms":100,"t1_agent_recv_ms":101,"t2_core_recv_ms":103,"t3_core_send_ms":106,"t4_agent_recv_ms":110,"t5_slave_ea_recv_ms":115,"t6_order_send_ms":121,"t7_order_filled_ms":128}', 1750000000005, false);


--
-- Data for Name: ledger_marks; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.ledger_marks VALUES ('7001', 7);


--
-- Data for Name: limits_state; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.limits_state VALUES ('7001', 'ftmo-2-step', 'warn', 1750000000000, '{"account_id":"7001","pack":"ftmo-2-step","stage":1,"funds":{"balance":"100000","equity":"96250.50","currency":"USD"},"rules":[{"rule_id":"daily-loss","state":{"anchor_value":"100000","anchored_at_ms":1749996400000,"high_water":"104000","last":{"balance":"100000","equity":"96250.50","currency":"USD"},"last_at_ms":1750000000000,"estimated":true,"reached":1,"anchored_by":"daily_loss balance reset 100000 00:00 Europe/Prague","staged_by":"5 percent_of_initial 0.7 0.85 0.95 True"},"use":{"floor":"95000","headroom":"1250.50","share":"0.7499","stage":1,"sentence":"daily-loss: equity 96250.50 is 1250.50 above the floor of 95000.00","locked":false,"worse_at":null}}],"closed":[{"symbol":"XAUUSD","side":"SELL","loss":"12.34","at_ms":1750000000000}],"suspended":"","updated_at_ms":1750000000000}');


--
-- Data for Name: operator_actions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.operator_actions VALUES (1750000000000, 'settle', '01977420-dc01-77c5-9032-fed0cb9fd1fa', 'ana', 'filled', 4611686018427387905, 'seen in the terminal');


--
-- Data for Name: risk_policy_edits; Type: TABLE DATA; Schema: echo; Owner: -
--



--
-- Data for Name: risk_policy_history; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.risk_policy_history VALUES ('7001', 'swing', 3, 'desk', NULL, '{"account_id":"7001","strategy_id":"swing","risk_type":"FIXED_RISK","lot_size":null,"amount":"100.50","risk_pct":null,"risk_basis":"balance","multiplier":null,"tiny_trade":"skip","currency":"USD","min_lot_override":"0.02","max_lot_override":null,"commission_per_lot":"7","commission_rate_pct":"0.003","master_accounts":["61100781"],"valid_until_ms":null,"version":1}', 1750000000000, 'ana');
INSERT INTO echo.risk_policy_history VALUES ('7001', '*', 1, 'settings', '{"account_id":"7001","strategy_id":"*","risk_type":"FIXED_RISK","lot_size":null,"amount":"100.50","risk_pct":"0.5","risk_basis":"balance","multiplier":null,"tiny_trade":"skip","currency":"USD","min_lot_override":"0.02","max_lot_override":null,"commission_per_lot":"7","commission_rate_pct":"0.003","master_accounts":["61100781"],"valid_until_ms":null,"version":1}', NULL, 1750000000000, 'settings');


--
-- Data for Name: schema_functions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.schema_functions VALUES (true, 'e175a0ffd6ba33af7b0fd446945c52cd639c1a5efa24e3f588ae74375158101f');


--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.schema_version VALUES (1, 'journal', '2026-11-21 18:26:07.266568+00');
INSERT INTO echo.schema_version VALUES (2, 'rules', '2026-11-21 18:26:07.266568+00');


--
-- Data for Name: symbol_quote_latest; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.symbol_quote_latest VALUES ('7001', 'XAUUSD', 'XAUUSD.m', 4015.1, 4015.3, 20, 1750000000000);


--
-- Data for Name: trade_actions; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.trade_actions VALUES ('01977420-dc01-7ba2-a56e-e5e37d9fad67', 0, 'open', '["open","XAUUSD","BUY","0.2","4015.1"]', '\x5af5010a2430313937373432302d646330312d376261322d613536652d6535653337643966616436371080b883a1f7321a0f6d61737465725f363131303037383122065841555553442801319a9999999999c93f3933333333335eaf404087e406488180808080808080405100000000003faf40620b6772c3b6c39f65722023316801a201070880b883a1f732aa010c6d616769635f313131313131b201083631313030373831ca013730302d61616161616161616161616161616161616161616161616161616161616161612d626262626262626262626262626262622d3031d80203ea02114dc3bc6c6c6572202620436f2d44656d6f', 1750000000000);


--
-- Data for Name: trades; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.trades VALUES ('01977420-dc01-7ba2-a56e-e5e37d9fad67', '61100781', 'master_61100781', 4611686018427387905, 'magic_111111', 111111, 'XAUUSD', 'BUY', 0.20, 4015.1, 3999.5, NULL, 'größer #1', 'FILLED', 0.2, 0.1, 'H1', 12.345678, 1, 1750000000001, 1750000000000, '["7001","7002"]', false);
INSERT INTO echo.trades VALUES ('01977420-dc02-7796-abb0-8d9ab0752a45', '61100781', 'master_61100781', 4611686018427387905, 'magic_111111', 111111, 'XAUUSD', 'BUY', 0.20, 4015.1, 3999.5, NULL, 'größer #1', 'FILLED', 0.2, 0.1, 'H1', 12.345678, 1, 1750000000002, 1750000000000, '["7001","7002"]', true);


--
-- Data for Name: windows; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.windows VALUES ('news-1', '7001', 'USD', 1750000000000, 1750000000000, 120, 60, 'Non-Farm ''Payrolls'' · März', 'calendar', false, 1750000000000, 'ana');


--
-- Data for Name: writer; Type: TABLE DATA; Schema: echo; Owner: -
--

INSERT INTO echo.writer VALUES (true, 1, 2, 'echo-core desk:1 38a4be17', '2026-11-21 18:26:07.759567+00');


--
-- Name: risk_policy_edits_change_n_seq; Type: SEQUENCE SET; Schema: echo; Owner: -
--

SELECT pg_catalog.setval('echo.risk_policy_edits_change_n_seq', 1, false);


--
-- Name: account_connections account_connections_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_connections
    ADD CONSTRAINT account_connections_pkey PRIMARY KEY (account_id);


--
-- Name: account_state account_state_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_state
    ADD CONSTRAINT account_state_pkey PRIMARY KEY (account_id);


--
-- Name: account_strategy_risk_policy account_strategy_risk_policy_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_strategy_risk_policy
    ADD CONSTRAINT account_strategy_risk_policy_pkey PRIMARY KEY (account_id, strategy_id);


--
-- Name: account_symbol_map account_symbol_map_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_symbol_map
    ADD CONSTRAINT account_symbol_map_pkey PRIMARY KEY (account_id, canonical_symbol);


--
-- Name: account_symbol_registration_eval account_symbol_registration_eval_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_symbol_registration_eval
    ADD CONSTRAINT account_symbol_registration_eval_pkey PRIMARY KEY (evaluation_id);


--
-- Name: account_symbol_registration account_symbol_registration_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_symbol_registration
    ADD CONSTRAINT account_symbol_registration_pkey PRIMARY KEY (evaluation_id, canonical_symbol, broker_symbol);


--
-- Name: account_symbol_report account_symbol_report_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_symbol_report
    ADD CONSTRAINT account_symbol_report_pkey PRIMARY KEY (account_id);


--
-- Name: account_symbol_spec account_symbol_spec_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.account_symbol_spec
    ADD CONSTRAINT account_symbol_spec_pkey PRIMARY KEY (account_id, canonical_symbol);


--
-- Name: agent_sessions agent_sessions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.agent_sessions
    ADD CONSTRAINT agent_sessions_pkey PRIMARY KEY (agent_id);


--
-- Name: closes closes_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.closes
    ADD CONSTRAINT closes_pkey PRIMARY KEY (trade_id, close_id);


--
-- Name: config_audit config_audit_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.config_audit
    ADD CONSTRAINT config_audit_pkey PRIMARY KEY (changed_at_ms, key, value_after);


--
-- Name: copies copies_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.copies
    ADD CONSTRAINT copies_pkey PRIMARY KEY (trade_id, account_id);


--
-- Name: copy_decisions copy_decisions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.copy_decisions
    ADD CONSTRAINT copy_decisions_pkey PRIMARY KEY (trade_id, seq, account_id);


--
-- Name: copy_modes copy_modes_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.copy_modes
    ADD CONSTRAINT copy_modes_pkey PRIMARY KEY (scope, target);


--
-- Name: delivery_journal delivery_journal_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.delivery_journal
    ADD CONSTRAINT delivery_journal_pkey PRIMARY KEY (command_id);


--
-- Name: delivery_retry_event delivery_retry_event_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.delivery_retry_event
    ADD CONSTRAINT delivery_retry_event_pkey PRIMARY KEY (command_id, created_at_ms, stage, attempt);


--
-- Name: executions executions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.executions
    ADD CONSTRAINT executions_pkey PRIMARY KEY (trade_id, execution_id);


--
-- Name: ledger_marks ledger_marks_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.ledger_marks
    ADD CONSTRAINT ledger_marks_pkey PRIMARY KEY (account_id);


--
-- Name: limits_state limits_state_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.limits_state
    ADD CONSTRAINT limits_state_pkey PRIMARY KEY (account_id);


--
-- Name: operator_actions operator_actions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.operator_actions
    ADD CONSTRAINT operator_actions_pkey PRIMARY KEY (asked_at_ms, action, command_id);


--
-- Name: risk_policy_edits risk_policy_edits_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.risk_policy_edits
    ADD CONSTRAINT risk_policy_edits_pkey PRIMARY KEY (change_n);


--
-- Name: risk_policy_history risk_policy_history_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.risk_policy_history
    ADD CONSTRAINT risk_policy_history_pkey PRIMARY KEY (account_id, strategy_id, version);


--
-- Name: schema_functions schema_functions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.schema_functions
    ADD CONSTRAINT schema_functions_pkey PRIMARY KEY (only_row);


--
-- Name: schema_version schema_version_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);


--
-- Name: symbol_quote_latest symbol_quote_latest_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.symbol_quote_latest
    ADD CONSTRAINT symbol_quote_latest_pkey PRIMARY KEY (account_id, canonical_symbol);


--
-- Name: trade_actions trade_actions_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.trade_actions
    ADD CONSTRAINT trade_actions_pkey PRIMARY KEY (trade_id, seq);


--
-- Name: trades trades_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.trades
    ADD CONSTRAINT trades_pkey PRIMARY KEY (trade_id);


--
-- Name: windows windows_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.windows
    ADD CONSTRAINT windows_pkey PRIMARY KEY (window_id);


--
-- Name: writer writer_pkey; Type: CONSTRAINT; Schema: echo; Owner: -
--

ALTER TABLE ONLY echo.writer
    ADD CONSTRAINT writer_pkey PRIMARY KEY (only_row);


--
-- Name: closes_success; Type: INDEX; Schema: echo; Owner: -
--

CREATE UNIQUE INDEX closes_success ON echo.closes USING btree (command_id) WHERE (success AND (NOT repeated));


--
-- Name: copy_decisions_manual; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX copy_decisions_manual ON echo.copy_decisions USING btree (trade_id, account_id) WHERE (outcome = 'manual'::echo.copy_outcome);


--
-- Name: delivery_journal_by_trade; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX delivery_journal_by_trade ON echo.delivery_journal USING btree (trade_id);


--
-- Name: executions_success; Type: INDEX; Schema: echo; Owner: -
--

CREATE UNIQUE INDEX executions_success ON echo.executions USING btree (command_id) WHERE (success AND (NOT repeated));


--
-- Name: registration_eval_by_account; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX registration_eval_by_account ON echo.account_symbol_registration_eval USING btree (account_id, evaluated_at_ms DESC);


--
-- Name: risk_policy_edits_by_account; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX risk_policy_edits_by_account ON echo.risk_policy_edits USING btree (account_id, strategy_id, change_n);


--
-- Name: trades_by_ticket; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX trades_by_ticket ON echo.trades USING btree (master_account_id, master_ticket);


--
-- Name: trades_settled; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX trades_settled ON echo.trades USING btree (updated_at_ms, trade_id) WHERE settled;


--
-- Name: trades_unsettled; Type: INDEX; Schema: echo; Owner: -
--

CREATE INDEX trades_unsettled ON echo.trades USING btree (trade_id) WHERE (NOT settled);


--
-- Name: agent_sessions agent_epochs_only_rise; Type: TRIGGER; Schema: echo; Owner: -
--

CREATE TRIGGER agent_epochs_only_rise BEFORE UPDATE OF epoch ON echo.agent_sessions FOR EACH ROW WHEN ((new.epoch < old.epoch)) EXECUTE FUNCTION echo.refuse_change('a later session of this Agent is stored');


--
-- Name: delivery_journal commands_are_written_once; Type: TRIGGER; Schema: echo; Owner: -
--

CREATE TRIGGER commands_are_written_once BEFORE UPDATE OF payload ON echo.delivery_journal FOR EACH ROW WHEN ((new.payload IS DISTINCT FROM old.payload)) EXECUTE FUNCTION echo.refuse_change('this command is stored with other content');


--
-- Name: trade_actions trade_actions_are_written_once; Type: TRIGGER; Schema: echo; Owner: -
--

CREATE TRIGGER trade_actions_are_written_once BEFORE UPDATE OF content ON echo.trade_actions FOR EACH ROW WHEN ((new.content IS DISTINCT FROM old.content)) EXECUTE FUNCTION echo.refuse_change('this action of the trade is stored with other content');


--
-- Name: account_symbol_registration_eval trg_account_symbol_registration_eval_notify; Type: TRIGGER; Schema: echo; Owner: -
--

CREATE TRIGGER trg_account_symbol_registration_eval_notify AFTER INSERT ON echo.account_symbol_registration_eval FOR EACH ROW EXECUTE FUNCTION echo.tell_handshake_result();


--
-- Name: account_strategy_risk_policy trg_risk_policy_changed; Type: TRIGGER; Schema: echo; Owner: -
--

CREATE TRIGGER trg_risk_policy_changed AFTER INSERT OR DELETE OR UPDATE ON echo.account_strategy_risk_policy FOR EACH ROW EXECUTE FUNCTION echo.tell_risk_policy();


--
-- PostgreSQL database dump complete
--


