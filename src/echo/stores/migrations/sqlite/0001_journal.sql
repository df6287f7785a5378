-- The journal.  Lots, prices and money are decimal text, so that no binary float ever rounds them;
-- tickets are 64-bit integers; times are Unix milliseconds; enumerations are their stable names.
--
-- There are no foreign keys: every row stands by its derived key, and what a row refers to may be
-- purged before it.  Tables with such a key have no rowid, which saves a second tree per table;
-- indexes are few, because every tree that a commit touches is a page more to write and sync.

CREATE TABLE trades (
    trade_id          TEXT PRIMARY KEY,
    master_account_id TEXT NOT NULL,
    master_client_id  TEXT NOT NULL,
    master_ticket     INTEGER NOT NULL,
    strategy_id       TEXT NOT NULL,
    magic_number      INTEGER NOT NULL,
    symbol            TEXT NOT NULL,
    side              TEXT NOT NULL CHECK (side IN ('BUY', 'SELL')),
    lot_size          TEXT NOT NULL,
    price             TEXT NOT NULL,
    stop_loss         TEXT,
    take_profit       TEXT,
    comment           TEXT NOT NULL,
    status            TEXT NOT NULL,
    volume_initial    TEXT NOT NULL,
    volume_remaining  TEXT NOT NULL,
    timeframe         TEXT NOT NULL,
    atr               TEXT,
    attempt           INTEGER NOT NULL,
    opened_at_ms      INTEGER NOT NULL,
    updated_at_ms     INTEGER NOT NULL,
    followers         TEXT NOT NULL,                -- JSON array of account ids, pinned
    settled           INTEGER NOT NULL CHECK (settled IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX trades_unsettled ON trades (trade_id) WHERE settled = 0;

CREATE TABLE trade_actions (
    trade_id       TEXT NOT NULL,
    seq            INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    content        TEXT NOT NULL,                   -- what makes two reports the same action
    payload        BLOB NOT NULL,                   -- the action as it crossed the wire
    received_at_ms INTEGER NOT NULL,
    PRIMARY KEY (trade_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trade_actions_are_written_once
BEFORE UPDATE OF content ON trade_actions
WHEN NEW.content IS NOT OLD.content
BEGIN
    SELECT RAISE(ABORT, 'this action of the trade is stored with other content');
END;

CREATE TABLE copy_decisions (
    trade_id      TEXT NOT NULL,
    seq           INTEGER NOT NULL,
    account_id    TEXT NOT NULL,
    kind          TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    code          TEXT NOT NULL,
    sentence      TEXT NOT NULL,
    inputs        TEXT NOT NULL,                    -- JSON object, in the order of use
    command_id    TEXT,
    decided_at_ms INTEGER NOT NULL,
    settled_at_ms INTEGER,
    PRIMARY KEY (trade_id, seq, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_journal (
    command_id        TEXT PRIMARY KEY,
    trade_id          TEXT,                         -- NULL: the command belongs to no trade
    target_account_id TEXT NOT NULL,
    agent_id          TEXT,                         -- NULL: no Agent owned the account
    command_type      TEXT NOT NULL,
    payload           BLOB NOT NULL,                -- the command as it crosses the wire
    stage             INTEGER NOT NULL DEFAULT 0,
    status            TEXT NOT NULL DEFAULT 'pending',
    attempt           INTEGER NOT NULL DEFAULT 0,
    last_error        TEXT NOT NULL DEFAULT '',
    created_at_ms     INTEGER NOT NULL,
    updated_at_ms     INTEGER                       -- NULL: nothing is known of its delivery yet
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_journal_by_trade ON delivery_journal (trade_id);

CREATE TRIGGER commands_are_written_once
BEFORE UPDATE OF payload ON delivery_journal
WHEN NEW.payload IS NOT OLD.payload
BEGIN
    SELECT RAISE(ABORT, 'this command is stored with other content');
END;

CREATE TABLE delivery_retry_event (
    command_id    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    stage         INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    error         TEXT NOT NULL,
    duration_ms   INTEGER NOT NULL,
    PRIMARY KEY (command_id, created_at_ms, stage, attempt)
) STRICT, WITHOUT ROWID;

-- Answers of slave EAs, as they came.  Answers that repeat a success are kept and marked, so that
-- at most one row per command counts as its success.

CREATE TABLE executions (
    execution_id      TEXT NOT NULL,
    command_id        TEXT NOT NULL,
    trade_id          TEXT NOT NULL,
    kind              TEXT NOT NULL,
    slave_account_id  TEXT NOT NULL,
    agent_id          TEXT NOT NULL,
    slave_ticket      INTEGER,
    executed_price    TEXT,
    executed_lot      TEXT,
    spread_points     TEXT,
    slippage_points   TEXT,
    new_ticket        INTEGER,
    success           INTEGER NOT NULL CHECK (success IN (0, 1)),
    error_code        TEXT NOT NULL,
    error_message     TEXT NOT NULL,
    doubt             INTEGER NOT NULL,
    stored            INTEGER NOT NULL,
    late              INTEGER NOT NULL,
    candidates        TEXT NOT NULL,                -- JSON array of tickets
    ledger_n          INTEGER,
    execution_time_ms INTEGER,
    timestamps_ms     TEXT NOT NULL,                -- JSON object, t0 to t7
    received_at_ms    INTEGER NOT NULL,
    repeated          INTEGER NOT NULL CHECK (repeated IN (0, 1)),
    PRIMARY KEY (trade_id, execution_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX executions_success ON executions (command_id) WHERE success = 1 AND repeated = 0;

CREATE TABLE closes (
    close_id          TEXT NOT NULL,
    command_id        TEXT NOT NULL,
    trade_id          TEXT NOT NULL,
    kind              TEXT NOT NULL,
    slave_account_id  TEXT NOT NULL,
    agent_id          TEXT NOT NULL,
    slave_ticket      INTEGER,
    close_price       TEXT,
    closed_lot        TEXT,
    spread_points     TEXT,
    slippage_points   TEXT,
    new_ticket        INTEGER,
    success           INTEGER NOT NULL CHECK (success IN (0, 1)),
    error_code        TEXT NOT NULL,
    error_message     TEXT NOT NULL,
    doubt             INTEGER NOT NULL,
    stored            INTEGER NOT NULL,
    late              INTEGER NOT NULL,
    candidates        TEXT NOT NULL,
    ledger_n          INTEGER,
    execution_time_ms INTEGER,
    timestamps_ms     TEXT NOT NULL,
    closed_at_ms      INTEGER NOT NULL,
    repeated          INTEGER NOT NULL CHECK (repeated IN (0, 1)),
    PRIMARY KEY (trade_id, close_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX closes_success ON closes (command_id) WHERE success = 1 AND repeated = 0;

CREATE TABLE copies (
    trade_id      TEXT NOT NULL,
    account_id    TEXT NOT NULL,
    ticket        INTEGER NOT NULL,
    symbol        TEXT NOT NULL,                    -- the slave broker's
    open_price    TEXT NOT NULL,
    lot_initial   TEXT NOT NULL,
    lot_remaining TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (trade_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_connections (
    account_id           TEXT PRIMARY KEY,
    agent_id             TEXT NOT NULL,
    role                 TEXT NOT NULL,
    metadata             TEXT NOT NULL,             -- JSON: the versioned part of the handshake
    last_connected_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account_symbol_report (                -- an empty list of symbols is a list, too
    account_id     TEXT PRIMARY KEY,
    reported_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account_symbol_map (
    account_id       TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    digits           INTEGER NOT NULL,
    point            TEXT NOT NULL,
    tick_size        TEXT NOT NULL,
    min_lot          TEXT NOT NULL,
    max_lot          TEXT NOT NULL,
    lot_step         TEXT NOT NULL,
    stop_level       INTEGER NOT NULL,
    contract_size    TEXT,
    tick_value       TEXT,
    trade_permission TEXT,
    place            INTEGER NOT NULL,              -- where in the report it stood
    reported_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_symbol_spec (
    account_id       TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    payload          TEXT NOT NULL,                 -- JSON
    reported_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE symbol_quote_latest (
    account_id       TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    bid              TEXT NOT NULL,
    ask              TEXT NOT NULL,
    spread_points    TEXT NOT NULL,
    timestamp_ms     INTEGER NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_state (
    account_id    TEXT PRIMARY KEY,
    balance       TEXT NOT NULL,
    equity        TEXT NOT NULL,
    margin        TEXT NOT NULL,
    margin_free   TEXT NOT NULL,
    margin_level  TEXT NOT NULL,
    currency      TEXT NOT NULL,
    timestamp_ms  INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account_strategy_risk_policy (
    account_id     TEXT NOT NULL,
    strategy_id    TEXT NOT NULL,                   -- '*' and 'default': any strategy
    risk_type      TEXT NOT NULL CHECK (risk_type IN ('FIXED_LOT', 'FIXED_RISK')),
    lot_size       TEXT CHECK (lot_size NOT GLOB '*[^0-9.]*' AND CAST(lot_size AS REAL) > 0),
    risk_amount    TEXT CHECK (risk_amount NOT GLOB '*[^0-9.]*' AND CAST(risk_amount AS REAL) > 0),
    risk_currency  TEXT CHECK (risk_currency GLOB '[A-Z][A-Z][A-Z]'),
    config         TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(config)),
    version        INTEGER NOT NULL DEFAULT 1,
    valid_until_ms INTEGER,
    updated_at_ms  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, strategy_id),
    CHECK (risk_type <> 'FIXED_LOT' OR lot_size IS NOT NULL),
    CHECK (risk_type <> 'FIXED_RISK' OR (risk_amount IS NOT NULL AND risk_currency IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE account_symbol_registration_eval (
    evaluation_id     TEXT PRIMARY KEY,
    account_id        TEXT NOT NULL,
    pipe_role         TEXT NOT NULL,
    status            TEXT NOT NULL,
    protocol_version  INTEGER NOT NULL,
    client_semver     TEXT NOT NULL,
    agent_id          TEXT NOT NULL,
    core_version      TEXT NOT NULL,
    global_errors     TEXT NOT NULL,                -- JSON array, as are the next three
    global_warnings   TEXT NOT NULL,
    required_features TEXT NOT NULL,
    optional_features TEXT NOT NULL,
    capabilities      TEXT NOT NULL,                -- JSON object
    evaluated_at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX registration_eval_by_account
    ON account_symbol_registration_eval (account_id, evaluated_at_ms DESC);

CREATE TABLE account_symbol_registration (
    evaluation_id    TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    status           TEXT NOT NULL,
    warnings         TEXT NOT NULL,
    errors           TEXT NOT NULL,
    spec_age_ms      INTEGER NOT NULL,
    evaluated_at_ms  INTEGER NOT NULL,
    PRIMARY KEY (evaluation_id, canonical_symbol, broker_symbol)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_sessions (
    agent_id TEXT PRIMARY KEY,
    epoch    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_marks (
    account_id TEXT PRIMARY KEY,
    ledger_n   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW v_trades_summary AS
SELECT
    t.trade_id, t.master_account_id, t.strategy_id, t.symbol, t.side, t.lot_size, t.price,
    t.status, t.opened_at_ms, t.settled,
    json_array_length(t.followers) AS followers,
    (SELECT count(*) FROM executions e
      WHERE e.trade_id = t.trade_id AND e.kind = 'execute' AND e.repeated = 0) AS executions_total,
    (SELECT count(*) FROM executions e
      WHERE e.trade_id = t.trade_id AND e.kind = 'execute' AND e.repeated = 0
        AND e.success = 1) AS executions_ok,
    (SELECT count(*) FROM executions e
      WHERE e.trade_id = t.trade_id AND e.kind = 'execute' AND e.success = 0) AS executions_failed,
    (SELECT count(*) FROM copy_decisions d
      WHERE d.trade_id = t.trade_id AND d.outcome IN ('pending', 'in_doubt')) AS unsettled_decisions
FROM trades t;

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
        timestamps_ms ->> 't0_master_ea_ms' AS t0, timestamps_ms ->> 't1_agent_recv_ms' AS t1,
        timestamps_ms ->> 't2_core_recv_ms' AS t2, timestamps_ms ->> 't3_core_send_ms' AS t3,
        timestamps_ms ->> 't4_agent_recv_ms' AS t4, timestamps_ms ->> 't5_slave_ea_recv_ms' AS t5,
        timestamps_ms ->> 't6_order_send_ms' AS t6, timestamps_ms ->> 't7_order_filled_ms' AS t7
    FROM executions
    WHERE kind = 'execute' AND success = 1 AND repeated = 0
)
SELECT
    slave_account_id, count(*) AS executions,
    avg(t1 - t0) AS master_ea_to_agent_ms, avg(t2 - t1) AS agent_to_core_ms,
    avg(t3 - t2) AS core_process_ms, avg(t4 - t3) AS core_to_agent_ms,
    avg(t5 - t4) AS agent_to_slave_ea_ms, avg(t6 - t5) AS slave_ea_process_ms,
    avg(t7 - t6) AS broker_ms, avg(t7 - t0) AS e2e_ms
FROM stamps
GROUP BY slave_account_id;
