-- The journal on PostgreSQL.  Lots, prices and money are numeric, tickets are bigint, times are Unix
-- milliseconds; enumerations are types of their own, so that no other word can be stored.
--
-- Names are unqualified: the session that migrates has the schema as its search_path.  What other
-- sessions may fire (triggers) or call carries that path with it.
--
-- There are no foreign keys: every row stands by its derived key, and what a row refers to may be
-- purged before it.  Identities compare byte by byte (COLLATE "C"), as Echo compares them.

CREATE TYPE order_side AS ENUM ('BUY', 'SELL');
CREATE TYPE order_status AS ENUM (
    'PENDING', 'FILLED', 'REJECTED', 'CANCELLED', 'PARTIALLY_CLOSED', 'CLOSED'
);
CREATE TYPE action_kind AS ENUM ('open', 'modify', 'reduce', 'close');
CREATE TYPE copy_outcome AS ENUM (
    'pending', 'filled', 'modified', 'reduced', 'closed', 'unchanged', 'superseded',
    'nothing_to_modify', 'nothing_to_close', 'omitted', 'failed', 'in_doubt', 'manual'
);
CREATE TYPE delivery_status AS ENUM (
    'pending', 'inflight', 'delivered', 'acked', 'failed', 'in_doubt', 'cancelled'
);
CREATE TYPE command_kind AS ENUM ('execute', 'close', 'modify', 'reduce', 'cancel', 'flatten');
CREATE TYPE command_type AS ENUM (
    'execute_order', 'close_order', 'modify_order', 'reduce_order', 'cancel_pendings', 'flatten'
);
CREATE TYPE pipe_role AS ENUM ('master', 'slave');
CREATE TYPE registration_status AS ENUM ('ACCEPTED', 'WARNING', 'REJECTED');
CREATE TYPE trade_permission AS ENUM ('disabled', 'close_only', 'full');

-- Who may write.  A Core raises the epoch when it takes the journal over; every commit names its
-- epoch and its number, so that one that was overtaken is refused, and one whose answer was lost
-- can be told from one that never happened.

CREATE TABLE writer (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch      bigint NOT NULL,
    commit_n   bigint NOT NULL,
    holder     text NOT NULL,
    taken_at   timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);

INSERT INTO writer (epoch, commit_n, holder) VALUES (0, 0, '');

CREATE TABLE trades (
    trade_id          text COLLATE "C" PRIMARY KEY,
    master_account_id text COLLATE "C" NOT NULL,
    master_client_id  text NOT NULL,
    master_ticket     bigint NOT NULL,
    strategy_id       text NOT NULL,
    magic_number      bigint NOT NULL,
    symbol            text NOT NULL,
    side              order_side NOT NULL,
    lot_size          numeric NOT NULL,
    price             numeric NOT NULL,
    stop_loss         numeric,
    take_profit       numeric,
    comment           text NOT NULL,
    status            order_status NOT NULL,
    volume_initial    numeric NOT NULL,
    volume_remaining  numeric NOT NULL,
    timeframe         text NOT NULL,
    atr               numeric,
    attempt           integer NOT NULL,
    opened_at_ms      bigint NOT NULL,
    updated_at_ms     bigint NOT NULL,
    followers         json NOT NULL,               -- array of account ids, pinned
    settled           boolean NOT NULL
);

CREATE INDEX trades_unsettled ON trades (trade_id) WHERE NOT settled;
CREATE INDEX trades_settled ON trades (updated_at_ms, trade_id) WHERE settled;
CREATE INDEX trades_by_ticket ON trades (master_account_id, master_ticket);

CREATE TABLE trade_actions (
    trade_id       text COLLATE "C" NOT NULL,
    seq            integer NOT NULL,
    kind           action_kind NOT NULL,
    content        text NOT NULL,                  -- what makes two reports the same action
    payload        bytea NOT NULL,                 -- the action as it crossed the wire
    received_at_ms bigint NOT NULL,
    PRIMARY KEY (trade_id, seq)
);

CREATE TABLE copy_decisions (
    trade_id      text COLLATE "C" NOT NULL,
    seq           integer NOT NULL,
    account_id    text COLLATE "C" NOT NULL,
    kind          action_kind NOT NULL,
    outcome       copy_outcome NOT NULL,
    code          text NOT NULL,
    sentence      text NOT NULL,
    inputs        json NOT NULL,                   -- object, in the order of use
    command_id    text COLLATE "C",
    decided_at_ms bigint NOT NULL,
    settled_at_ms bigint,
    PRIMARY KEY (trade_id, seq, account_id)
);

CREATE INDEX copy_decisions_manual ON copy_decisions (trade_id, account_id)
    WHERE outcome = 'manual';

CREATE TABLE delivery_journal (
    command_id        text COLLATE "C" PRIMARY KEY,
    trade_id          text COLLATE "C",            -- NULL: the command belongs to no trade
    target_account_id text COLLATE "C" NOT NULL,
    agent_id          text,                        -- NULL: no Agent owned the account
    command_type      command_type NOT NULL,
    payload           bytea NOT NULL,              -- the command as it crosses the wire
    stage             smallint NOT NULL DEFAULT 0,
    status            delivery_status NOT NULL DEFAULT 'pending',
    attempt           integer NOT NULL DEFAULT 0,
    last_error        text NOT NULL DEFAULT '',
    created_at_ms     bigint NOT NULL,
    updated_at_ms     bigint                       -- NULL: nothing is known of its delivery yet
) WITH (fillfactor = 80);

CREATE INDEX delivery_journal_by_trade ON delivery_journal (trade_id);

CREATE TABLE delivery_retry_event (
    command_id    text COLLATE "C" NOT NULL,
    created_at_ms bigint NOT NULL,
    stage         smallint NOT NULL,
    attempt       integer NOT NULL,
    error         text NOT NULL,
    duration_ms   bigint NOT NULL,
    PRIMARY KEY (command_id, created_at_ms, stage, attempt)
);

-- Answers of slave EAs, as they came.  Answers that repeat a success are kept and marked, so that
-- at most one row per command counts as its success.

CREATE TABLE executions (
    execution_id      text COLLATE "C" NOT NULL,
    command_id        text COLLATE "C" NOT NULL,
    trade_id          text COLLATE "C" NOT NULL,
    kind              command_kind NOT NULL,
    slave_account_id  text COLLATE "C" NOT NULL,
    agent_id          text NOT NULL,
    slave_ticket      bigint,
    executed_price    numeric,
    executed_lot      numeric,
    spread_points     numeric,
    slippage_points   numeric,
    new_ticket        bigint,
    success           boolean NOT NULL,
    error_code        text NOT NULL,
    error_message     text NOT NULL,
    doubt             boolean NOT NULL,
    stored            boolean NOT NULL,
    late              boolean NOT NULL,
    candidates        json NOT NULL,               -- array of tickets
    ledger_n          bigint,
    execution_time_ms bigint,
    timestamps_ms     json NOT NULL,               -- object, t0 to t7
    received_at_ms    bigint NOT NULL,
    repeated          boolean NOT NULL,
    PRIMARY KEY (trade_id, execution_id)
);

CREATE UNIQUE INDEX executions_success ON executions (command_id) WHERE success AND NOT repeated;

CREATE TABLE closes (
    close_id          text COLLATE "C" NOT NULL,
    command_id        text COLLATE "C" NOT NULL,
    trade_id          text COLLATE "C" NOT NULL,
    kind              command_kind NOT NULL,
    slave_account_id  text COLLATE "C" NOT NULL,
    agent_id          text NOT NULL,
    slave_ticket      bigint,
    close_price       numeric,
    closed_lot        numeric,
    spread_points     numeric,
    slippage_points   numeric,
    new_ticket        bigint,
    success           boolean NOT NULL,
    error_code        text NOT NULL,
    error_message     text NOT NULL,
    doubt             boolean NOT NULL,
    stored            boolean NOT NULL,
    late              boolean NOT NULL,
    candidates        json NOT NULL,
    ledger_n          bigint,
    execution_time_ms bigint,
    timestamps_ms     json NOT NULL,
    closed_at_ms      bigint NOT NULL,
    repeated          boolean NOT NULL,
    PRIMARY KEY (trade_id, close_id)
);

CREATE UNIQUE INDEX closes_success ON closes (command_id) WHERE success AND NOT repeated;

CREATE TABLE copies (
    trade_id      text COLLATE "C" NOT NULL,
    account_id    text COLLATE "C" NOT NULL,
    ticket        bigint NOT NULL,
    symbol        text NOT NULL,                   -- the slave broker's
    open_price    numeric NOT NULL,
    lot_initial   numeric NOT NULL,
    lot_remaining numeric NOT NULL,
    updated_at_ms bigint NOT NULL,
    PRIMARY KEY (trade_id, account_id)
);

CREATE TABLE account_connections (
    account_id           text COLLATE "C" PRIMARY KEY,
    agent_id             text NOT NULL,
    role                 pipe_role NOT NULL,
    metadata             json NOT NULL,            -- the versioned part of the handshake
    last_connected_at_ms bigint NOT NULL
);

CREATE TABLE account_symbol_report (               -- an empty list of symbols is a list, too
    account_id     text COLLATE "C" PRIMARY KEY,
    reported_at_ms bigint NOT NULL
);

CREATE TABLE account_symbol_map (
    account_id       text COLLATE "C" NOT NULL,
    canonical_symbol text COLLATE "C" NOT NULL,
    broker_symbol    text NOT NULL,
    digits           integer NOT NULL,
    point            numeric NOT NULL,
    tick_size        numeric NOT NULL,
    min_lot          numeric NOT NULL,
    max_lot          numeric NOT NULL,
    lot_step         numeric NOT NULL,
    stop_level       integer NOT NULL,
    contract_size    numeric,
    tick_value       numeric,
    trade_permission trade_permission,
    place            integer NOT NULL,             -- where in the report it stood
    reported_at_ms   bigint NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
);

CREATE TABLE account_symbol_spec (
    account_id       text COLLATE "C" NOT NULL,
    canonical_symbol text COLLATE "C" NOT NULL,
    broker_symbol    text NOT NULL,
    payload          json NOT NULL,
    reported_at_ms   bigint NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
);

CREATE TABLE symbol_quote_latest (
    account_id       text COLLATE "C" NOT NULL,
    canonical_symbol text COLLATE "C" NOT NULL,
    broker_symbol    text NOT NULL,
    bid              numeric NOT NULL,
    ask              numeric NOT NULL,
    spread_points    numeric NOT NULL,
    timestamp_ms     bigint NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) WITH (fillfactor = 50);

CREATE TABLE account_state (
    account_id    text COLLATE "C" PRIMARY KEY,
    balance       numeric NOT NULL,
    equity        numeric NOT NULL,
    margin        numeric NOT NULL,
    margin_free   numeric NOT NULL,
    margin_level  numeric NOT NULL,
    currency      text NOT NULL,
    timestamp_ms  bigint NOT NULL,
    updated_at_ms bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE account_strategy_risk_policy (
    account_id     text COLLATE "C" NOT NULL,
    strategy_id    text COLLATE "C" NOT NULL,      -- '*' and 'default': any strategy
    risk_type      text NOT NULL CHECK (risk_type IN ('FIXED_LOT', 'FIXED_RISK')),
    lot_size       numeric CHECK (lot_size > 0),
    risk_amount    numeric CHECK (risk_amount > 0),
    risk_currency  text CHECK (risk_currency ~ '^[A-Z]{3}$'),
    config         json NOT NULL DEFAULT '{}' CHECK (json_typeof(config) = 'object'),
    version        bigint NOT NULL DEFAULT 1,
    valid_until_ms bigint,
    updated_at_ms  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, strategy_id),
    CONSTRAINT chk_fixed_lot CHECK (risk_type <> 'FIXED_LOT' OR lot_size IS NOT NULL),
    CONSTRAINT chk_fixed_risk_config CHECK (
        risk_type <> 'FIXED_RISK' OR (risk_amount IS NOT NULL AND risk_currency IS NOT NULL)
    )
);

CREATE TABLE risk_policy_edits (                     -- who changed which policy, when, from what
    change_n    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  text COLLATE "C" NOT NULL,
    strategy_id text COLLATE "C" NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by  text NOT NULL DEFAULT session_user,
    old         json,                              -- NULL: there was none
    new         json                               -- NULL: it was deleted
);

CREATE INDEX risk_policy_edits_by_account ON risk_policy_edits (account_id, strategy_id, change_n);

CREATE TABLE account_symbol_registration_eval (
    evaluation_id     text COLLATE "C" PRIMARY KEY,
    account_id        text COLLATE "C" NOT NULL,
    pipe_role         pipe_role NOT NULL,
    status            registration_status NOT NULL,
    protocol_version  integer NOT NULL,
    client_semver     text NOT NULL,
    agent_id          text NOT NULL,
    core_version      text NOT NULL,
    global_errors     json NOT NULL,
    global_warnings   json NOT NULL,
    required_features json NOT NULL,
    optional_features json NOT NULL,
    capabilities      json NOT NULL,
    evaluated_at_ms   bigint NOT NULL
);

CREATE INDEX registration_eval_by_account
    ON account_symbol_registration_eval (account_id, evaluated_at_ms DESC);

CREATE TABLE account_symbol_registration (
    evaluation_id    text COLLATE "C" NOT NULL,
    canonical_symbol text COLLATE "C" NOT NULL,
    broker_symbol    text COLLATE "C" NOT NULL,
    status           registration_status NOT NULL,
    warnings         json NOT NULL,
    errors           json NOT NULL,
    spec_age_ms      bigint NOT NULL,
    evaluated_at_ms  bigint NOT NULL,
    PRIMARY KEY (evaluation_id, canonical_symbol, broker_symbol)
);

CREATE TABLE agent_sessions (
    agent_id text COLLATE "C" PRIMARY KEY,
    epoch    bigint NOT NULL
);

CREATE TABLE ledger_marks (
    account_id text COLLATE "C" PRIMARY KEY,
    ledger_n   bigint NOT NULL
);

-- What people had the running Core do.

CREATE TABLE operator_actions (
    asked_at_ms bigint NOT NULL,
    action      text COLLATE "C" NOT NULL,
    command_id  text COLLATE "C" NOT NULL,         -- empty: it concerned no single command
    asked_by    text NOT NULL,
    outcome     copy_outcome,                      -- of a settlement
    ticket      bigint,
    sentence    text NOT NULL,
    PRIMARY KEY (asked_at_ms, action, command_id)
);

-- What must never be overwritten.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'EC002', MESSAGE = TG_ARGV[0];
END $$;

CREATE TRIGGER trade_actions_are_written_once
BEFORE UPDATE OF content ON trade_actions FOR EACH ROW
WHEN (NEW.content IS DISTINCT FROM OLD.content)
EXECUTE FUNCTION refuse_change('this action of the trade is stored with other content');

CREATE TRIGGER commands_are_written_once
BEFORE UPDATE OF payload ON delivery_journal FOR EACH ROW
WHEN (NEW.payload IS DISTINCT FROM OLD.payload)
EXECUTE FUNCTION refuse_change('this command is stored with other content');

CREATE TRIGGER agent_epochs_only_rise
BEFORE UPDATE OF epoch ON agent_sessions FOR EACH ROW
WHEN (NEW.epoch < OLD.epoch)
EXECUTE FUNCTION refuse_change('a later session of this Agent is stored');

-- Who is told of what.  A listener that was away for a while reads again.

CREATE FUNCTION tell_risk_policy() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
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

CREATE TRIGGER trg_risk_policy_changed
AFTER INSERT OR UPDATE OR DELETE ON account_strategy_risk_policy FOR EACH ROW
EXECUTE FUNCTION tell_risk_policy();

CREATE FUNCTION tell_handshake_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('echo_handshake_result', NEW.account_id || ':' || NEW.evaluation_id);
    RETURN NULL;
END $$;

CREATE TRIGGER trg_account_symbol_registration_eval_notify
AFTER INSERT ON account_symbol_registration_eval FOR EACH ROW
EXECUTE FUNCTION tell_handshake_result();

-- What readers look at.

CREATE VIEW v_trades_summary AS
SELECT
    t.trade_id, t.master_account_id, t.strategy_id, t.symbol, t.side, t.lot_size, t.price,
    t.status, t.opened_at_ms, t.settled,
    json_array_length(t.followers) AS followers,
    e.executions_total, e.executions_ok, e.executions_failed,
    (SELECT count(*) FROM copy_decisions d
      WHERE d.trade_id = t.trade_id AND d.outcome IN ('pending', 'in_doubt')) AS unsettled_decisions
FROM trades t
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE NOT repeated) AS executions_total,
        count(*) FILTER (WHERE NOT repeated AND success) AS executions_ok,
        count(*) FILTER (WHERE NOT success) AS executions_failed
    FROM executions WHERE trade_id = t.trade_id AND kind = 'execute'
) e;

CREATE VIEW v_decisions AS
SELECT
    d.trade_id, d.seq, d.account_id, d.kind, d.outcome, d.code, d.sentence, d.inputs,
    d.command_id, d.decided_at_ms, d.settled_at_ms,
    t.master_account_id, t.master_ticket, t.strategy_id, t.symbol, t.side, t.lot_size,
    c.ticket AS slave_ticket, c.lot_remaining AS slave_lot_remaining,
    j.stage, j.status AS command_status, j.attempt, j.last_error
FROM copy_decisions d
LEFT JOIN trades t ON t.trade_id = d.trade_id
LEFT JOIN copies c ON c.trade_id = d.trade_id AND c.account_id = d.account_id
LEFT JOIN delivery_journal j ON j.command_id = d.command_id;

-- Averages in ms over successful opens, per slave account.  A hop between two hosts compares two
-- clocks and is as good as they agree; hops on one host (t2 to t3, t5 to t7) are exact.
CREATE VIEW v_latency_stats AS
WITH stamps AS (
    SELECT
        slave_account_id,
        (timestamps_ms ->> 't0_master_ea_ms')::bigint AS t0,
        (timestamps_ms ->> 't1_agent_recv_ms')::bigint AS t1,
        (timestamps_ms ->> 't2_core_recv_ms')::bigint AS t2,
        (timestamps_ms ->> 't3_core_send_ms')::bigint AS t3,
        (timestamps_ms ->> 't4_agent_recv_ms')::bigint AS t4,
        (timestamps_ms ->> 't5_slave_ea_recv_ms')::bigint AS t5,
        (timestamps_ms ->> 't6_order_send_ms')::bigint AS t6,
        (timestamps_ms ->> 't7_order_filled_ms')::bigint AS t7
    FROM executions
    WHERE kind = 'execute' AND success AND NOT repeated
)
SELECT
    slave_account_id, count(*) AS executions,
    avg(t1 - t0) AS master_ea_to_agent_ms, avg(t2 - t1) AS agent_to_core_ms,
    avg(t3 - t2) AS core_process_ms, avg(t4 - t3) AS core_to_agent_ms,
    avg(t5 - t4) AS agent_to_slave_ea_ms, avg(t6 - t5) AS slave_ea_process_ms,
    avg(t7 - t6) AS broker_ms, avg(t7 - t0) AS e2e_ms
FROM stamps
GROUP BY slave_account_id;
