-- A journal as a release with schema 5 left it, with a row of every kind.


BEGIN TRANSACTION;

-- Table  account_connections
DROP TABLE IF EXISTS account_connections;
CREATE TABLE account_connections (
    account_id           TEXT PRIMARY KEY,
    agent_id             TEXT NOT NULL,
    role                 TEXT NOT NULL,
    metadata             TEXT NOT NULL,             -- JSON: the versioned part of the handshake
    last_connected_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account_connections VALUES('7001','agent_one','slave','{"protocol_version":3,"client_semver":"1.5.0","required_features":["spec_report/v1"],"optional_features":[],"features":["lossless/v1","batch/v1"],"metrics":["exposure_v1"],"terminal_build":0,"broker":"Northwind \"Markets\" (SV), Ltd & Co","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":0,"server":"","terminal":"","ea_config_hash":"","instance":"","ledger_n":12,"symbol_mappings":"","ledger_id":""}',1750000000000);

-- Table  account_state
DROP TABLE IF EXISTS account_state;
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
INSERT INTO account_state VALUES('7001','10000.00','-12.5','0','9987.5','0','USD',1750000000000,1750000000001);

-- Table  account_strategy_risk_policy
DROP TABLE IF EXISTS account_strategy_risk_policy;
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

-- Table  account_symbol_map
DROP TABLE IF EXISTS account_symbol_map;
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
INSERT INTO account_symbol_map VALUES('7001','GER40','#DAX & Co',2,'0.01','0.01','0.001','100','0.001',20,NULL,'0.87654321',NULL,1,1750000000000);
INSERT INTO account_symbol_map VALUES('7001','XAUUSD','XAUUSD.m',2,'0.01','0.01','0.001','100','0.001',20,'100','0.87654321','full',0,1750000000000);

-- Table  account_symbol_registration
DROP TABLE IF EXISTS account_symbol_registration;
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
INSERT INTO account_symbol_registration VALUES('0197812f-0000-7000-8000-000000000001','XAUUSD','GOLD','WARNING','[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]','[]',11000,1750000000000);
INSERT INTO account_symbol_registration VALUES('0197812f-0000-7000-8000-000000000001','XAUUSD','XAUUSD.m','WARNING','[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]','[]',11000,1750000000000);

-- Table  account_symbol_registration_eval
DROP TABLE IF EXISTS account_symbol_registration_eval;
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
INSERT INTO account_symbol_registration_eval VALUES('0197812f-0000-7000-8000-000000000001','7001','slave','WARNING',3,'','agent_one','','[]','[{"code":"SPEC_STALE","message":"awaiting spec","metadata":[["age_ms","11000"]]}]','["spec_report/v1"]','[]','{"features":["lossless/v1","batch/v1"],"metrics":["exposure_v1"]}',1750000000000);
-- Triggers and indices on  account_symbol_registration_eval
CREATE INDEX registration_eval_by_account
    ON account_symbol_registration_eval (account_id, evaluated_at_ms DESC);

-- Table  account_symbol_report
DROP TABLE IF EXISTS account_symbol_report;
CREATE TABLE account_symbol_report (                -- an empty list of symbols is a list, too
    account_id     TEXT PRIMARY KEY,
    reported_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account_symbol_report VALUES('7001',1750000000000);

-- Table  account_symbol_spec
DROP TABLE IF EXISTS account_symbol_spec;
CREATE TABLE account_symbol_spec (
    account_id       TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    payload          TEXT NOT NULL,                 -- JSON
    reported_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) STRICT, WITHOUT ROWID;
INSERT INTO account_symbol_spec VALUES('7001','XAUUSD','XAUUSD.m','{"canonical_symbol":"XAUUSD","broker_symbol":"XAUUSD.m","digits":2,"stops_level_points":20,"contract_size":"100","tick_value":"1","min_lot":"0.01","max_lot":"100","lot_step":"0.01","margin_currency":"","spread_type":"floating","fixed_spread_points":"0","profit_calculation_mode":"forex","margin_calculation_mode":"forex","margin_hedge":"0","margin_percentage":"100","trade_permission":"full","execution_mode":"market","gtc_mode":"gtc","swap_type":"points","swap_long":"0","swap_short":"0","triple_swap_day":"wednesday","sessions":[{"day":2,"quote_sessions":[],"trade_sessions":[{"start_minute":0,"end_minute":9}]}]}',1750000000000);

-- Table  agent_sessions
DROP TABLE IF EXISTS agent_sessions;
CREATE TABLE agent_sessions (
    agent_id TEXT PRIMARY KEY,
    epoch    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO agent_sessions VALUES('agent_one',3);
-- Triggers and indices on  agent_sessions
CREATE TRIGGER agent_epochs_only_rise
BEFORE UPDATE OF epoch ON agent_sessions
WHEN NEW.epoch < OLD.epoch
BEGIN
    SELECT RAISE(ABORT, 'a later session of this Agent is stored');
END;

-- Table  closes
DROP TABLE IF EXISTS closes;
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
-- Triggers and indices on  closes
CREATE UNIQUE INDEX closes_success ON closes (command_id) WHERE success = 1 AND repeated = 0;

-- Table  config_audit
DROP TABLE IF EXISTS config_audit;
CREATE TABLE config_audit (
    changed_at_ms INTEGER NOT NULL,
    key           TEXT NOT NULL,
    value_before  TEXT NOT NULL,                    -- empty: there was none
    value_after   TEXT NOT NULL,                    -- empty: there is none
    changed_by    TEXT NOT NULL,
    PRIMARY KEY (changed_at_ms, key, value_after)
) STRICT, WITHOUT ROWID;
INSERT INTO config_audit VALUES(1750000000000,'mode/account 7001','live','paused','ana');

-- Table  copies
DROP TABLE IF EXISTS copies;
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
INSERT INTO copies VALUES('01977420-dc01-7ba2-a56e-e5e37d9fad67','7001',4611686018427387905,'XAUUSD.m','4015.3','0.1','0.1',1750000000006);

-- Table  copy_decisions
DROP TABLE IF EXISTS copy_decisions;
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
INSERT INTO copy_decisions VALUES('01977420-dc01-7ba2-a56e-e5e37d9fad67',0,'7001','open','pending','NO_ERROR','','{"lot":0.10,"policy":"*","ticks":5000,"stop":null}','01977420-dc01-77c5-9032-fed0cb9fd1fa',1750000000000,NULL);
-- Triggers and indices on  copy_decisions
CREATE INDEX copy_decisions_manual ON copy_decisions (trade_id, account_id)
    WHERE outcome = 'manual';

-- Table  copy_modes
DROP TABLE IF EXISTS copy_modes;
CREATE TABLE copy_modes (
    scope         TEXT NOT NULL CHECK (scope IN ('all', 'master', 'account')),
    target        TEXT NOT NULL,                    -- empty: everything
    mode          TEXT NOT NULL,
    set_by        TEXT NOT NULL,
    since_ms      INTEGER,
    changed_at_ms INTEGER NOT NULL,
    changed_by    TEXT NOT NULL,
    PRIMARY KEY (scope, target)
) STRICT, WITHOUT ROWID;
INSERT INTO copy_modes VALUES('account','7001','close_only','ana',1750000000000,1750000000000,'ana');

-- Table  delivery_journal
DROP TABLE IF EXISTS delivery_journal;
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
INSERT INTO delivery_journal VALUES('01977420-dc01-77c5-9032-fed0cb9fd1fa','01977420-dc01-7ba2-a56e-e5e37d9fad67','7001','agent_one','execute_order',X'52B9010A2430313937373432302D646330312D373763352D393033322D666564306362396664316661122430313937373432302D646330312D376261322D613536652D653565333764396661643637220A736C6176655F373030312A043730303132085841555553442E6D3802419A9999999999B93F4887E4065100000000807CAF40621A4551384D4E5145425256584B5950504530435145474744523038F8018827C9020000000000003940D202091100000000002DAF40E00203',2,'inflight',2,'',1750000000001,1750000000002);
-- Triggers and indices on  delivery_journal
CREATE TRIGGER commands_are_written_once
BEFORE UPDATE OF payload ON delivery_journal
WHEN NEW.payload IS NOT OLD.payload
BEGIN
    SELECT RAISE(ABORT, 'this command is stored with other content');
END;
CREATE INDEX delivery_journal_by_trade ON delivery_journal (trade_id);

-- Table  delivery_retry_event
DROP TABLE IF EXISTS delivery_retry_event;
CREATE TABLE delivery_retry_event (
    command_id    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    stage         INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    error         TEXT NOT NULL,
    duration_ms   INTEGER NOT NULL,
    PRIMARY KEY (command_id, created_at_ms, stage, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_retry_event VALUES('01977420-dc01-77c5-9032-fed0cb9fd1fa',1750000000004,3,3,'no answer within 150 ms',151);

-- Table  executions
DROP TABLE IF EXISTS executions;
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
INSERT INTO executions VALUES('01977420-dc01-77c5-9032-fed0cb9fd1fa:b8e24ea56e39','01977420-dc01-77c5-9032-fed0cb9fd1fa','01977420-dc01-7ba2-a56e-e5e37d9fad67','execute','7001','agent_one',4611686018427387905,'4015.3','0.1','20','-1.5',NULL,1,'NO_ERROR','',0,0,0,'[]',7,NULL,'{"t0_master_ea_ms":100,"t1_agent_recv_ms":101,"t2_core_recv_ms":103,"t3_core_send_ms":106,"t4_agent_recv_ms":110,"t5_slave_ea_recv_ms":115,"t6_order_send_ms":121,"t7_order_filled_ms":128}',1750000000005,0);
-- Triggers and indices on  executions
CREATE UNIQUE INDEX executions_success ON executions (command_id) WHERE success = 1 AND repeated = 0;

-- Table  ledger_marks
DROP TABLE IF EXISTS ledger_marks;
CREATE TABLE ledger_marks (
    account_id TEXT PRIMARY KEY,
    ledger_n   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_marks VALUES('7001',7);

-- Table  limits_state
DROP TABLE IF EXISTS limits_state;
CREATE TABLE limits_state (
    account_id    TEXT PRIMARY KEY,
    pack          TEXT NOT NULL,                    -- empty: the limits are from no pack
    stage         TEXT NOT NULL,                    -- clear, warn, stop_entries, flatten
    updated_at_ms INTEGER NOT NULL,
    state         TEXT NOT NULL                     -- JSON
) STRICT, WITHOUT ROWID;
INSERT INTO limits_state VALUES('7001','ftmo-2-step','warn',1750000000000,'{"account_id":"7001","pack":"ftmo-2-step","stage":1,"funds":{"balance":"100000","equity":"96250.50","currency":"USD"},"rules":[{"rule_id":"daily-loss","state":{"anchor_value":"100000","anchored_at_ms":1749996400000,"high_water":"104000","last":{"balance":"100000","equity":"96250.50","currency":"USD"},"last_at_ms":1750000000000,"estimated":true,"reached":1,"anchored_by":"daily_loss balance reset 100000 00:00 Europe/Prague","staged_by":"5 percent_of_initial 0.7 0.85 0.95 True"},"use":{"floor":"95000","headroom":"1250.50","share":"0.7499","stage":1,"sentence":"daily-loss: equity 96250.50 is 1250.50 above the floor of 95000.00","locked":false,"worse_at":null}}],"closed":[{"symbol":"XAUUSD","side":"SELL","loss":"12.34","at_ms":1750000000000}],"suspended":"","updated_at_ms":1750000000000}');

-- Table  operator_actions
DROP TABLE IF EXISTS operator_actions;
CREATE TABLE operator_actions (
    asked_at_ms INTEGER NOT NULL,
    action      TEXT NOT NULL,                      -- resend, settle, reconcile
    command_id  TEXT NOT NULL,                      -- empty: it concerned no single command
    asked_by    TEXT NOT NULL,
    outcome     TEXT,                               -- of a settlement
    ticket      INTEGER,
    sentence    TEXT NOT NULL,
    PRIMARY KEY (asked_at_ms, action, command_id)
) STRICT, WITHOUT ROWID;
INSERT INTO operator_actions VALUES(1750000000000,'settle','01977420-dc01-77c5-9032-fed0cb9fd1fa','ana','filled',4611686018427387905,'seen in the terminal');

-- Table  risk_policy_history
DROP TABLE IF EXISTS risk_policy_history;
CREATE TABLE risk_policy_history (                  -- every version; the latest of an origin counts
    account_id    TEXT NOT NULL,
    strategy_id   TEXT NOT NULL,
    version       INTEGER NOT NULL,
    origin        TEXT NOT NULL CHECK (origin IN ('settings', 'desk')),
    policy        TEXT CHECK (json_valid(policy)),          -- NULL: withdrawn
    policy_before TEXT CHECK (json_valid(policy_before)),   -- NULL: there was none
    changed_at_ms INTEGER NOT NULL,
    changed_by    TEXT NOT NULL,
    PRIMARY KEY (account_id, strategy_id, version)
) STRICT, WITHOUT ROWID;
INSERT INTO risk_policy_history VALUES('7001','*',1,'settings','{"account_id":"7001","strategy_id":"*","risk_type":"FIXED_RISK","lot_size":null,"amount":"100.50","risk_pct":"0.5","risk_basis":"balance","multiplier":null,"tiny_trade":"skip","currency":"USD","min_lot_override":"0.02","max_lot_override":null,"commission_per_lot":"7","commission_rate_pct":"0.003","master_accounts":["61100781"],"valid_until_ms":null,"version":1}',NULL,1750000000000,'settings');
INSERT INTO risk_policy_history VALUES('7001','swing',3,'desk',NULL,'{"account_id":"7001","strategy_id":"swing","risk_type":"FIXED_RISK","lot_size":null,"amount":"100.50","risk_pct":null,"risk_basis":"balance","multiplier":null,"tiny_trade":"skip","currency":"USD","min_lot_override":"0.02","max_lot_override":null,"commission_per_lot":"7","commission_rate_pct":"0.003","master_accounts":["61100781"],"valid_until_ms":null,"version":1}',1750000000000,'ana');

-- Table  schema_version
DROP TABLE IF EXISTS schema_version;
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT;
INSERT INTO schema_version VALUES(1,'journal',1795285549524);
INSERT INTO schema_version VALUES(2,'operations',1795285549524);
INSERT INTO schema_version VALUES(3,'retention',1795285549524);
INSERT INTO schema_version VALUES(4,'limits',1795285549524);
INSERT INTO schema_version VALUES(5,'rules',1795285549524);

-- Table  symbol_quote_latest
DROP TABLE IF EXISTS symbol_quote_latest;
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
INSERT INTO symbol_quote_latest VALUES('7001','XAUUSD','XAUUSD.m','4015.1','4015.3','20',1750000000000);

-- Table  trade_actions
DROP TABLE IF EXISTS trade_actions;
CREATE TABLE trade_actions (
    trade_id       TEXT NOT NULL,
    seq            INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    content        TEXT NOT NULL,                   -- what makes two reports the same action
    payload        BLOB NOT NULL,                   -- the action as it crossed the wire
    received_at_ms INTEGER NOT NULL,
    PRIMARY KEY (trade_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO trade_actions VALUES('01977420-dc01-7ba2-a56e-e5e37d9fad67',0,'open','["open","XAUUSD","BUY","0.2","4015.1"]',X'5AF5010A2430313937373432302D646330312D376261322D613536652D6535653337643966616436371080B883A1F7321A0F6D61737465725F363131303037383122065841555553442801319A9999999999C93F3933333333335EAF404087E406488180808080808080405100000000003FAF40620B6772C3B6C39F65722023316801A201070880B883A1F732AA010C6D616769635F313131313131B201083631313030373831CA013730302D61616161616161616161616161616161616161616161616161616161616161612D626262626262626262626262626262622D3031D80203EA02114DC3BC6C6C6572202620436F2D44656D6F',1750000000000);
-- Triggers and indices on  trade_actions
CREATE TRIGGER trade_actions_are_written_once
BEFORE UPDATE OF content ON trade_actions
WHEN NEW.content IS NOT OLD.content
BEGIN
    SELECT RAISE(ABORT, 'this action of the trade is stored with other content');
END;

-- Table  trades
DROP TABLE IF EXISTS trades;
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
INSERT INTO trades VALUES('01977420-dc01-7ba2-a56e-e5e37d9fad67','61100781','master_61100781',4611686018427387905,'magic_111111',111111,'XAUUSD','BUY','0.20','4015.1','3999.5',NULL,'größer #1','FILLED','0.2','0.1','H1','12.345678',1,1750000000001,1750000000000,'["7001","7002"]',0);
INSERT INTO trades VALUES('01977420-dc02-7796-abb0-8d9ab0752a45','61100781','master_61100781',4611686018427387905,'magic_111111',111111,'XAUUSD','BUY','0.20','4015.1','3999.5',NULL,'größer #1','FILLED','0.2','0.1','H1','12.345678',1,1750000000002,1750000000000,'["7001","7002"]',1);
-- Triggers and indices on  trades
CREATE INDEX trades_settled ON trades (updated_at_ms, trade_id) WHERE settled = 1;
CREATE INDEX trades_unsettled ON trades (trade_id) WHERE settled = 0;

-- Table  windows
DROP TABLE IF EXISTS windows;
CREATE TABLE windows (
    window_id       TEXT PRIMARY KEY,
    account_id      TEXT NOT NULL,                  -- '*': every account
    symbol          TEXT NOT NULL,                  -- canonical, a currency, or '*'
    starts_at_ms    INTEGER NOT NULL,
    ends_at_ms      INTEGER NOT NULL,
    pre_buffer_sec  INTEGER NOT NULL,
    post_buffer_sec INTEGER NOT NULL,
    notes           TEXT NOT NULL,
    source          TEXT NOT NULL,
    removed         INTEGER NOT NULL CHECK (removed IN (0, 1)),
    changed_at_ms   INTEGER NOT NULL,
    changed_by      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO windows VALUES('news-1','7001','USD',1750000000000,1750000000000,120,60,'Non-Farm ''Payrolls'' · März','calendar',0,1750000000000,'ana');

-- Views
DROP VIEW IF EXISTS v_trades_summary;
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
DROP VIEW IF EXISTS v_decisions;
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
DROP VIEW IF EXISTS v_latency_stats;
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
DROP VIEW IF EXISTS v_risk_policies;
CREATE VIEW v_risk_policies AS
SELECT h.*
FROM risk_policy_history h
WHERE h.version = (
    SELECT max(l.version) FROM risk_policy_history l
    WHERE l.account_id = h.account_id AND l.strategy_id = h.strategy_id AND l.origin = h.origin
);

COMMIT TRANSACTION;
