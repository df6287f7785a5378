
PRAGMA page_size=4096;

BEGIN TRANSACTION;

DROP TABLE IF EXISTS account_connections;
CREATE TABLE account_connections (
    account_id           TEXT PRIMARY KEY,
    agent_id             TEXT NOT NULL,
    role                 TEXT NOT NULL,
    metadata             TEXT NOT NULL,             -- JSON: the versioned part of the handshake
    last_connected_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account_connections VALUES('1001','agent-1','master','{"protocol_version":3,"client_semver":"0.1.0","required_features":[],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"master","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"master-1001.3","ledger_n":22,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749988985119);
INSERT INTO account_connections VALUES('2001','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"slave-2001.4","ledger_n":0,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749988985119);

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
INSERT INTO account_state VALUES('1001','9999993.11','9999965.36','3033.41','9996931.95','329660.86','USD',1749989350068,1749988990850);
INSERT INTO account_state VALUES('2001','9999995.20','9999956.40','2330.33','9997626.07','429121.90','USD',1750022830134,1749988996695);

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
INSERT INTO account_symbol_map VALUES('1001','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1749989335068);
INSERT INTO account_symbol_map VALUES('1001','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1749989335068);
INSERT INTO account_symbol_map VALUES('2001','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750022814134);
INSERT INTO account_symbol_map VALUES('2001','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750022814134);

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
INSERT INTO account_symbol_registration VALUES('evaluation-155','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988961671);
INSERT INTO account_symbol_registration VALUES('evaluation-155','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988961671);
INSERT INTO account_symbol_registration VALUES('evaluation-157','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988961671);
INSERT INTO account_symbol_registration VALUES('evaluation-157','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988961671);
INSERT INTO account_symbol_registration VALUES('evaluation-258','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988985119);
INSERT INTO account_symbol_registration VALUES('evaluation-258','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988985119);
INSERT INTO account_symbol_registration VALUES('evaluation-260','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988985119);
INSERT INTO account_symbol_registration VALUES('evaluation-260','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988985119);
INSERT INTO account_symbol_registration VALUES('evaluation-4','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988907609);
INSERT INTO account_symbol_registration VALUES('evaluation-4','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988907609);
INSERT INTO account_symbol_registration VALUES('evaluation-8','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749988907889);
INSERT INTO account_symbol_registration VALUES('evaluation-8','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749988907889);
INSERT INTO account_symbol_registration VALUES('evaluation-standby-3','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1750005198082);
INSERT INTO account_symbol_registration VALUES('evaluation-standby-3','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1750005198082);

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
INSERT INTO account_symbol_registration_eval VALUES('evaluation-155','1001','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988961671);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-157','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988961671);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-258','1001','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988985119);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-260','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988985119);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-4','1001','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988907609);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-8','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749988907889);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-standby-3','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1750005198082);
CREATE INDEX registration_eval_by_account
    ON account_symbol_registration_eval (account_id, evaluated_at_ms DESC);

DROP TABLE IF EXISTS account_symbol_report;
CREATE TABLE account_symbol_report (                -- an empty list of symbols is a list, too
    account_id     TEXT PRIMARY KEY,
    reported_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account_symbol_report VALUES('1001',1749989335068);
INSERT INTO account_symbol_report VALUES('2001',1750022814134);

DROP TABLE IF EXISTS account_symbol_spec;
CREATE TABLE account_symbol_spec (
    account_id       TEXT NOT NULL,
    canonical_symbol TEXT NOT NULL,
    broker_symbol    TEXT NOT NULL,
    payload          TEXT NOT NULL,                 -- JSON
    reported_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (account_id, canonical_symbol)
) STRICT, WITHOUT ROWID;

DROP TABLE IF EXISTS agent_sessions;
CREATE TABLE agent_sessions (
    agent_id TEXT PRIMARY KEY,
    epoch    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO agent_sessions VALUES('agent-1',7);
CREATE TRIGGER agent_epochs_only_rise
BEFORE UPDATE OF epoch ON agent_sessions
WHEN NEW.epoch < OLD.epoch
BEGIN
    SELECT RAISE(ABORT, 'a later session of this Agent is stored');
END;

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
INSERT INTO closes VALUES('0197748e-c94e-7f5d-83ce-327c0aa4c284:146dbfe7442e','0197748e-c94e-7f5d-83ce-327c0aa4c284','0197748e-c94e-7ce9-9c02-5069daf481fc','close','2001','agent-1',1000001,'1.09999','1.00',NULL,NULL,NULL,1,'NO_ERROR','',0,0,0,'[]',4,NULL,'{"t0_master_ea_ms":1749989268747,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":null,"t4_agent_recv_ms":1750021409943,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750022742688}',1749988912985,0);
INSERT INTO closes VALUES('0197748e-ebf4-7c53-89f4-70ea139a3742:e0af30fe102d','0197748e-ebf4-7c53-89f4-70ea139a3742','0197748e-ebf4-777a-a7d0-690eed2c4c6c','reduce','2001','agent-1',1000003,'1.09998','0.70',NULL,NULL,NULL,1,'NO_ERROR','',0,1,0,'[]',14,NULL,'{"t0_master_ea_ms":1749989277698,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":null,"t4_agent_recv_ms":1750021427633,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750022760658}',1750005198082,0);
CREATE UNIQUE INDEX closes_success ON closes (command_id) WHERE success = 1 AND repeated = 0;

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
INSERT INTO copies VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc','2001',1000001,'EURUSD','1.10001','1.00','0',1749988912985);
INSERT INTO copies VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c','2001',1000003,'EURUSD','1.10000','1.00','0.30',1750005198082);
INSERT INTO copies VALUES('0197748f-c36a-752f-8332-8ba4c1571266','2001',1000007,'XAUUSD','2000.33','1.00','1.00',1749988977412);

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
INSERT INTO copy_decisions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',0,'2001','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":1.09999,"ask":1.10001,"symbol":"EURUSD","stop_loss":1.08901,"take_profit":1.13301,"ttl_ms":14778}','0197748e-c94e-7b42-a5c9-562348e90432',1749988911288,1749988912660);
INSERT INTO copy_decisions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',1,'2001','modify','superseded','NO_ERROR','action 2 came after it','{}',NULL,1749988911573,1749988911704);
INSERT INTO copy_decisions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',2,'2001','modify','superseded','NO_ERROR','a close came after it','{}',NULL,1749988911704,1749988912386);
INSERT INTO copy_decisions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',2147483647,'2001','close','closed','NO_ERROR','','{}','0197748e-c94e-7f5d-83ce-327c0aa4c284',1749988912386,1749988912985);
INSERT INTO copy_decisions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',0,'2001','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":1.09996,"ask":1.09998,"symbol":"EURUSD","stop_loss":null,"take_profit":null,"ttl_ms":14867}','0197748e-ebf4-7865-ad3c-182440d58ce5',1749988920000,1749988929847);
INSERT INTO copy_decisions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',1,'2001','reduce','reduced','NO_ERROR','','{}','0197748e-ebf4-7c53-89f4-70ea139a3742',1749988920795,1750005198082);
INSERT INTO copy_decisions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',2,'2001','modify','superseded','NO_ERROR','action 3 came after it','{}',NULL,1749988923234,1749988923926);
INSERT INTO copy_decisions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',3,'2001','modify','modified','NO_ERROR','','{}','0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1749988923926,1750005204834);
INSERT INTO copy_decisions VALUES('0197748f-1c69-77aa-96f3-399885c853b8',0,'2001','open','omitted','DELAY_EXCEEDED','entry is 30319 ms old >= max 15000 ms','{}',NULL,1749988961718,1749988961718);
INSERT INTO copy_decisions VALUES('0197748f-83e2-7ad9-b825-bab4fc86f9b5',0,'2001','open','omitted','STALE','the entry''s time is used up; the account has not been accepted yet','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":1.09980,"ask":1.09982,"symbol":"EURUSD","stop_loss":1.09938,"take_profit":null,"ttl_ms":10962}','0197748f-83e2-74c0-b9b6-765330f4068b',1749988961950,1749988974809);
INSERT INTO copy_decisions VALUES('0197748f-83e2-7ad9-b825-bab4fc86f9b5',2147483647,'2001','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749988976639,1749988976639);
INSERT INTO copy_decisions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',0,'2001','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":2000.29,"ask":2000.49,"symbol":"XAUUSD","stop_loss":null,"take_profit":null,"ttl_ms":12330}','0197748f-c36a-750b-8c80-d6c981603e10',1749988976670,1749988977412);
INSERT INTO copy_decisions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',1,'2001','modify','modified','NO_ERROR','','{}','0197748f-c36a-7687-8292-ed7afa910acc',1749988985121,1749988985752);
INSERT INTO copy_decisions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',2,'2001','modify','superseded','NO_ERROR','action 3 came after it','{}',NULL,1749988985121,1749988985121);
INSERT INTO copy_decisions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',3,'2001','modify','modified','NO_ERROR','','{}','0197748f-c36a-78ed-a183-8bfd948a1fd9',1749988985121,1749988985994);
CREATE INDEX copy_decisions_manual ON copy_decisions (trade_id, account_id)
    WHERE outcome = 'manual';

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
INSERT INTO delivery_journal VALUES('0197748e-c94e-7b42-a5c9-562348e90432','0197748e-c94e-7ce9-9c02-5069daf481fc','2001','agent-1','execute_order',X'528E020A2430313937373438652D633934652D376234322D613563392D353632333438653930343332122430313937373438652D633934652D376365392D396330322D35303639646166343831666318B8D1DE9BF732220A736C6176655F323030312A04323030313206455552555344380141000000000000F03F484D517845F0BF956CF13F59C6A70018CF20F23F621A4553544247313530544554594A305A52304351454A37434A4B47A2011C08F9B3F49BF732108B8E9EABF73218B8D1DE9BF73220B8D1DE9BF732AA013730302D30313937373438656339346537636539396330323530363964616634383166632D306666663636393464366434336630302D3031F801BA73E002DE01E802BDA53D',4,'acked',4,'',1749988911288,1749988912660);
INSERT INTO delivery_journal VALUES('0197748e-c94e-7f5d-83ce-327c0aa4c284','0197748e-c94e-7ce9-9c02-5069daf481fc','2001','agent-1','close_order',X'5AB7010A2430313937373438652D633934652D376635642D383363652D333237633061613463323834122430313937373438652D633934652D376365392D396330322D35303639646166343831666320C1843D2A0A736C6176655F323030313204323030313A06455552555344404DA20107088BBAF49BF732AA013730302D30313937373438656339346537636539396330323530363964616634383166632D623630303933336362326339316132612D3031F001FFFFFFFF07',4,'acked',3,'',1749988912660,1749988912985);
INSERT INTO delivery_journal VALUES('0197748e-ebf4-7865-ad3c-182440d58ce5','0197748e-ebf4-777a-a7d0-690eed2c4c6c','2001','agent-1','execute_order',X'52FC010A2430313937373438652D656266342D373836352D616433632D313832343430643538636535122430313937373438652D656266342D373737612D613764302D36393065656432633463366318C095DF9BF732220A736C6176655F323030312A04323030313206455552555344380141000000000000F03F484D621A4545594D5A38364A3351443548363652304351454A3745515830A2011C08A9FAF49BF7321088D49EABF73218C095DF9BF73220C095DF9BF732AA013730302D30313937373438656562663437373761613764303639306565643263346336632D306663373962623634343735396337312D3031F8019374E0028501E802C5E93D',4,'acked',3,'',1749988920000,1749988929847);
INSERT INTO delivery_journal VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb','0197748e-ebf4-777a-a7d0-690eed2c4c6c','2001','agent-1','modify_order',X'62C5010A2430313937373438652D656266342D376138372D623164352D383330613566623164346562122430313937373438652D656266342D373737612D613764302D36393065656432633463366320C3843D2964E94317D437F13F31789CA223B9FCF13F3A0A736C6176655F323030314204323030314A06455552555344504DA2010708EF99F59BF732AA013730302D30313937373438656562663437373761613764303639306565643263346336632D623233343164393430373139613036612D3031F00103',4,'acked',4,'',1750005198082,1750005204834);
INSERT INTO delivery_journal VALUES('0197748e-ebf4-7c53-89f4-70ea139a3742','0197748e-ebf4-777a-a7d0-690eed2c4c6c','2001','agent-1','reduce_order',X'C201BB010A2430313937373438652D656266342D376335332D383966342D373065613133396133373432122430313937373438652D656266342D373737612D613764302D3639306565643263346336631801220A736C6176655F323030312A043230303130C3843D3A06455552555344404D49333333333333D33F5001623730302D30313937373438656562663437373761613764303639306565643263346336632D303361383161316663663663663861632D30316A07088280F59BF732',4,'acked',1,'',1749988929847,1750005198082);
INSERT INTO delivery_journal VALUES('0197748f-83e2-74c0-b9b6-765330f4068b','0197748f-83e2-7ad9-b825-bab4fc86f9b5','2001','agent-1','execute_order',X'5283020A2430313937373438662D383365322D373463302D623962362D373635333330663430363862122430313937373438662D383365322D376164392D623832352D626162346663383666396235189EDDE19BF732220A736C6176655F323030312A04323030313206455552555344380141000000000000F03F5110069E7B0F97F13F621A454E5046304A564E4437574756575641304351454A3752375247A2011C08F7AEF79BF73210A887A1ABF732189EDDE19BF732209EDDE19BF732AA013730302D30313937373438663833653237616439623832356261623466633836663962352D613430303931633433373366356361322D3031F801D255E002C61FE802A3B140',4,'acked',7,'the entry''s time is used up; the account has not been accepted yet',1749988961950,1749988974809);
INSERT INTO delivery_journal VALUES('0197748f-c36a-750b-8c80-d6c981603e10','0197748f-c36a-752f-8332-8ba4c1571266','2001','agent-1','execute_order',X'52FC010A2430313937373438662D633336612D373530622D386338302D643663393831363033653130122430313937373438662D633336612D373532662D383333322D386261346331353731323636189ED0E29BF732220A736C6176655F323030312A04323030313206584155555344380241000000000000F03F4807621A45414252435338513936314157393643304351454A3757365447A2011C089CC0F89BF73210E49AA2ABF732189ED0E29BF732209ED0E29BF732AA013730302D30313937373438666333366137353266383333323862613463313537313236362D633835383664633133323536333939662D3031F801AA60E002EE14E802A3A441',4,'acked',4,'',1749988976670,1749988977412);
INSERT INTO delivery_journal VALUES('0197748f-c36a-7687-8292-ed7afa910acc','0197748f-c36a-752f-8332-8ba4c1571266','2001','agent-1','modify_order',X'62C5010A2430313937373438662D633336612D373638372D383239322D656437616661393130616363122430313937373438662D633336612D373532662D383333322D38626134633135373132363620C7843D29C3F5285C8FF09F403148E17A14AE9B9E403A0A736C6176655F323030314204323030314A065841555553445007A2010708C3F2F89BF732AA013730302D30313937373438666333366137353266383333323862613463313537313236362D333938633030383438373737366462622D3031F00101',4,'acked',3,'',1749988985121,1749988985752);
INSERT INTO delivery_journal VALUES('0197748f-c36a-78ed-a183-8bfd948a1fd9','0197748f-c36a-752f-8332-8ba4c1571266','2001','agent-1','modify_order',X'62C5010A2430313937373438662D633336612D373865642D613138332D386266643934386131666439122430313937373438662D633336612D373532662D383333322D38626134633135373132363620C7843D2900000000000000003100000000000000003A0A736C6176655F323030314204323030314A065841555553445007A2010708AA82F99BF732AA013730302D30313937373438666333366137353266383333323862613463313537313236362D366337346133353938663138316161662D3031F00103',4,'acked',2,'',1749988985752,1749988985994);
CREATE TRIGGER commands_are_written_once
BEFORE UPDATE OF payload ON delivery_journal
WHEN NEW.payload IS NOT OLD.payload
BEGIN
    SELECT RAISE(ABORT, 'this command is stored with other content');
END;
CREATE INDEX delivery_journal_by_trade ON delivery_journal (trade_id);

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
INSERT INTO delivery_retry_event VALUES('0197748e-c94e-7b42-a5c9-562348e90432',1749988911438,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-c94e-7b42-a5c9-562348e90432',1749988911588,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-c94e-7b42-a5c9-562348e90432',1749988911788,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('0197748e-c94e-7f5d-83ce-327c0aa4c284',1749988912810,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-c94e-7f5d-83ce-327c0aa4c284',1749988912960,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7865-ad3c-182440d58ce5',1749988920150,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7865-ad3c-182440d58ce5',1749988920300,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1750005198232,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1750005204205,2,2,'agent-1 began another session',5973);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1750005204355,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1750005204505,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb',1750005204705,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988962100,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988962250,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988962450,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988962850,2,4,'agent-1 has not acknowledged it',400);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988963650,2,5,'agent-1 has not acknowledged it',800);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988965250,2,6,'agent-1 has not acknowledged it',1600);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988970982,2,7,'agent-1 began another session',5732);
INSERT INTO delivery_retry_event VALUES('0197748f-83e2-74c0-b9b6-765330f4068b',1749988971132,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-750b-8c80-d6c981603e10',1749988976820,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-750b-8c80-d6c981603e10',1749988976970,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-750b-8c80-d6c981603e10',1749988977170,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-7687-8292-ed7afa910acc',1749988985271,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-7687-8292-ed7afa910acc',1749988985421,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('0197748f-c36a-78ed-a183-8bfd948a1fd9',1749988985902,2,1,'agent-1 has not acknowledged it',150);

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
INSERT INTO executions VALUES('0197748e-c94e-7b42-a5c9-562348e90432:f75d02b67aff','0197748e-c94e-7b42-a5c9-562348e90432','0197748e-c94e-7ce9-9c02-5069daf481fc','execute','2001','agent-1',1000001,'1.10001','1.00','2','0',NULL,1,'NO_ERROR','',0,1,0,'[]',2,NULL,'{"t0_master_ea_ms":1749989267961,"t1_agent_recv_ms":1750021408523,"t2_core_recv_ms":1749988911288,"t3_core_send_ms":1749988911438,"t4_agent_recv_ms":1750021408693,"t5_slave_ea_recv_ms":1750022741447,"t6_order_send_ms":1750022741447,"t7_order_filled_ms":1750022742287}',1749988912660,0);
INSERT INTO executions VALUES('0197748e-ebf4-7865-ad3c-182440d58ce5:5099acfe3e9e','0197748e-ebf4-7865-ad3c-182440d58ce5','0197748e-ebf4-777a-a7d0-690eed2c4c6c','execute','2001','agent-1',1000003,'1.10000','1.00','2','0',NULL,1,'NO_ERROR','',0,0,0,'[]',12,NULL,'{"t0_master_ea_ms":1749989276969,"t1_agent_recv_ms":1750021417480,"t2_core_recv_ms":1749988920000,"t3_core_send_ms":1749988920000,"t4_agent_recv_ms":1750021417516,"t5_slave_ea_recv_ms":1750022750159,"t6_order_send_ms":1750022760273,"t7_order_filled_ms":1750022760330}',1749988929847,0);
INSERT INTO executions VALUES('0197748e-ebf4-7a87-b1d5-830a5fb1d4eb:abbf6315944e','0197748e-ebf4-7a87-b1d5-830a5fb1d4eb','0197748e-ebf4-777a-a7d0-690eed2c4c6c','modify','2001','agent-1',1000003,NULL,NULL,NULL,NULL,NULL,1,'NO_ERROR','',0,1,0,'[]',17,NULL,'{"t0_master_ea_ms":1749989281007,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":1750005204705,"t4_agent_recv_ms":1750021438189,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1750005204834,0);
INSERT INTO executions VALUES('0197748f-83e2-74c0-b9b6-765330f4068b:3b807d802435','0197748f-83e2-74c0-b9b6-765330f4068b','0197748f-83e2-7ad9-b825-bab4fc86f9b5','execute','2001','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','the entry''s time is used up; the account has not been accepted yet',0,0,0,'[]',NULL,NULL,'{"t0_master_ea_ms":1749989316471,"t1_agent_recv_ms":1750021456808,"t2_core_recv_ms":1749988961950,"t3_core_send_ms":1749988970982,"t4_agent_recv_ms":null,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749988974809,0);
INSERT INTO executions VALUES('0197748f-c36a-750b-8c80-d6c981603e10:b0c3ffed8742','0197748f-c36a-750b-8c80-d6c981603e10','0197748f-c36a-752f-8332-8ba4c1571266','execute','2001','agent-1',1000007,'2000.33','1.00','20','-0',NULL,1,'NO_ERROR','',0,1,0,'[]',20,NULL,'{"t0_master_ea_ms":1749989335068,"t1_agent_recv_ms":1750021475684,"t2_core_recv_ms":1749988976670,"t3_core_send_ms":1749988976970,"t4_agent_recv_ms":1750021476129,"t5_slave_ea_recv_ms":1750022809753,"t6_order_send_ms":1750022809753,"t7_order_filled_ms":1750022809807}',1749988977412,0);
INSERT INTO executions VALUES('0197748f-c36a-7687-8292-ed7afa910acc:9750ad90f6e1','0197748f-c36a-7687-8292-ed7afa910acc','0197748f-c36a-752f-8332-8ba4c1571266','modify','2001','agent-1',1000007,NULL,NULL,NULL,NULL,NULL,1,'NO_ERROR','',0,0,0,'[]',22,NULL,'{"t0_master_ea_ms":1749989341507,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":1749988985421,"t4_agent_recv_ms":1750021484480,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749988985752,0);
INSERT INTO executions VALUES('0197748f-c36a-78ed-a183-8bfd948a1fd9:eba594c5e94a','0197748f-c36a-78ed-a183-8bfd948a1fd9','0197748f-c36a-752f-8332-8ba4c1571266','modify','2001','agent-1',1000007,NULL,NULL,NULL,NULL,NULL,1,'NO_ERROR','',0,0,0,'[]',24,NULL,'{"t0_master_ea_ms":1749989343530,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":1749988985902,"t4_agent_recv_ms":1750021485130,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749988985994,0);
CREATE UNIQUE INDEX executions_success ON executions (command_id) WHERE success = 1 AND repeated = 0;

DROP TABLE IF EXISTS ledger_marks;
CREATE TABLE ledger_marks (
    account_id TEXT PRIMARY KEY,
    ledger_n   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_marks VALUES('2001',24);

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

DROP TABLE IF EXISTS schema_version;
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT;
INSERT INTO schema_version VALUES(1,'journal',1795277505954);
INSERT INTO schema_version VALUES(2,'operations',1795277505954);
INSERT INTO schema_version VALUES(3,'retention',1795277505954);

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
INSERT INTO trade_actions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',0,'open','["open","EURUSD","BUY","1","1.10001"]',X'5AF0010A2430313937373438652D633934652D376365392D396330322D35303639646166343831666310F9B3F49BF7321A0B6D61737465725F313030312206455552555344280131000000000000F03F390B5EF415A499F13F404D48C1843D517845F0BF956CF13F59C6A70018CF20F23F6801A2010E08F9B3F49BF732108B8E9EABF732AA01086D616769635F3737B2010431303031C00101CA013730302D30313937373438656339346537636539396330323530363964616634383166632D306666663636393464366434336630302D3031D102000000000000F03FD802DE01E002AEA63DEA020A53696D2D536572766572',1749988911288);
INSERT INTO trade_actions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',1,'modify','["modify","0","1.13565"]',X'6AAD010A2430313937373438652D633934652D376365392D396330322D353036396461663438316663108CB5F49BF73218C1843D21000000000000000029083D9B559F2BF23F320B6D61737465725F313030313A04313030314206455552555344484D5A3730302D30313937373438656339346537636539396330323530363964616634383166632D626138343037316465323631373437372D3031A2010E088CB5F49BF73210878F9EABF732F00101',1749988911573);
INSERT INTO trade_actions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',2,'modify','["modify","1.08571","0"]',X'6AAD010A2430313937373438652D633934652D376365392D396330322D35303639646166343831666310AAB6F49BF73218C1843D21E50AEF72115FF13F290000000000000000320B6D61737465725F313030313A04313030314206455552555344484D5A3730302D30313937373438656339346537636539396330323530363964616634383166632D373839313761643862643234643462322D3031A2010E08AAB6F49BF73210A2909EABF732F00102',1749988911704);
INSERT INTO trade_actions VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc',2147483647,'close','["close",null]',X'62C3010A2430313937373438652D633934652D376365392D396330322D353036396461663438316663108BBAF49BF7321A0B6D61737465725F3130303122043130303128C1843D3206455552555344384D4128D53E1D8F99F13F4900000000000000C052066D616E75616C623730302D30313937373438656339346537636539396330323530363964616634383166632D623630303933336362326339316132612D3031A2010E088BBAF49BF73210C3949EABF732F001FFFFFFFF07C102000000000000F03F',1749988912386);
INSERT INTO trade_actions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',0,'open','["open","EURUSD","BUY","0.1","1.09996"]',X'5ADD010A2430313937373438652D656266342D373737612D613764302D36393065656432633463366310A9FAF49BF7321A0B6D61737465725F3130303122064555525553442801319A9999999999B93F39D3872EA86F99F13F404D48C3843D6802A2010E08A9FAF49BF7321088D49EABF732AA01086D616769635F3737B2010431303031C00101CA013730302D30313937373438656562663437373761613764303639306565643263346336632D306663373962623634343735396337312D3031D1029A9999999999B93FD80275E002ABEC3DEA020A53696D2D536572766572',1749988920000);
INSERT INTO trade_actions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',1,'reduce','["reduce","0.03"]',X'62B7010A2430313937373438652D656266342D373737612D613764302D363930656564326334633663108280F59BF7321A0B6D61737465725F3130303122043130303128C3843D3206455552555344384D52066D616E75616C623730302D30313937373438656562663437373761613764303639306565643263346336632D303361383161316663663663663861632D3031A2010E088280F59BF7321094D99EABF732F00101C102EC51B81E85EBB13FC902B81E85EB51B89E3F',1749988920795);
INSERT INTO trade_actions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',2,'modify','["modify","1.07785","1.12284"]',X'6AAD010A2430313937373438652D656266342D373737612D613764302D363930656564326334633663109894F59BF73218C3843D21C9E53FA4DF3EF13F2910406A1327F7F13F320B6D61737465725F313030313A04313030314206455552555344484D5A3730302D30313937373438656562663437373761613764303639306565643263346336632D383761323538356136313661623864382D3031A2010E089894F59BF7321084EE9EABF732F00102',1749988923234);
INSERT INTO trade_actions VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c',3,'modify','["modify","1.07609","1.12416"]',X'6AAD010A2430313937373438652D656266342D373737612D613764302D36393065656432633463366310EF99F59BF73218C3843D219DD7D825AA37F13F29B18A37328FFCF13F320B6D61737465725F313030313A04313030314206455552555344484D5A3730302D30313937373438656562663437373761613764303639306565643263346336632D623233343164393430373139613036612D3031A2010E08EF99F59BF73210B9F39EABF732F00103',1749988923926);
INSERT INTO trade_actions VALUES('0197748f-1c69-77aa-96f3-399885c853b8',0,'open','["open","XAUUSD","BUY","0.5","2000.24"]',X'5AE8010A2430313937373438662D316336392D373761612D393666332D33393938383563383533623810CAA2F79BF7321A0B6D61737465725F313030312206584155555344280131000000000000E03F39295C8FC2F5409F40404D48C5843D59CDCCCCCC4C23A0406801A2010E08CAA2F79BF7321093FEA0ABF732AA01086D616769635F3737B2010431303031C00101CA013730302D30313937373438663163363937376161393666333339393838356338353362382D313039643466616139303466396136392D3031D102000000000000E03FD8028BEC01E002FDBA40EA020A53696D2D536572766572',1749988961718);
INSERT INTO trade_actions VALUES('0197748f-83e2-7ad9-b825-bab4fc86f9b5',0,'open','["open","EURUSD","BUY","0.03","1.09986"]',X'5AE4010A2430313937373438662D383365322D376164392D623832352D62616234666338366639623510F7AEF79BF7321A0B6D61737465725F313030312206455552555344280131B81E85EB51B89E3F3962DBA2CC0699F13F48CA843D51D717096D3997F13F6801A2010E08F7AEF79BF73210A887A1ABF732AA01076D616769635F30B2010431303031C00101CA013730302D30313937373438663833653237616439623832356261623466633836663962352D613430303931633433373366356361322D3031D102B81E85EB51B89E3FD802A61FE002A9BD40EA020A53696D2D536572766572',1749988961950);
INSERT INTO trade_actions VALUES('0197748f-83e2-7ad9-b825-bab4fc86f9b5',2147483647,'close','["close",null]',X'62C1010A2430313937373438662D383365322D376164392D623832352D626162346663383666396235109CC0F89BF7321A0B6D61737465725F3130303122043130303128CA843D32064555525553444162F3716DA898F13F490AD7A3703D0AC7BF52066D616E75616C623730302D30313937373438663833653237616439623832356261623466633836663962352D623965386362623061396638326139302D3031A2010E089CC0F89BF73210E49AA2ABF732F001FFFFFFFF07C102B81E85EB51B89E3F',1749988976639);
INSERT INTO trade_actions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',0,'open','["open","XAUUSD","SELL","1","2000.29"]',X'5ADD010A2430313937373438662D633336612D373532662D383333322D386261346331353731323636109CC0F89BF7321A0B6D61737465725F313030312206584155555344280231000000000000F03F395C8FC2F528419F40400748CF843D6801A2010E089CC0F89BF73210E49AA2ABF732AA01076D616769635F37B2010431303031C00102CA013730302D30313937373438666333366137353266383333323862613463313537313236362D633835383664633133323536333939662D3031D102000000000000F03FD8029C14E00287B341EA020A53696D2D536572766572',1749988976670);
INSERT INTO trade_actions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',1,'modify','["modify","2044.1","1958.88"]',X'6AAD010A2430313937373438662D633336612D373532662D383333322D38626134633135373132363610C3F2F89BF73218CF843D216666666666F09F4029EC51B81E859B9E40320B6D61737465725F313030313A0431303031420658415555534448075A3730302D30313937373438666333366137353266383333323862613463313537313236362D333938633030383438373737366462622D3031A2010E08C3F2F89BF732108DCAA2ABF732F00101',1749988985121);
INSERT INTO trade_actions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',2,'modify','["modify","2042.7","1959.28"]',X'6AAD010A2430313937373438662D633336612D373532662D383333322D38626134633135373132363610E5F3F89BF73218CF843D21CDCCCCCCCCEA9F402985EB51B81E9D9E40320B6D61737465725F313030313A0431303031420658415555534448075A3730302D30313937373438666333366137353266383333323862613463313537313236362D393635653936613239353164623030322D3031A2010E08E5F3F89BF732109FCDA2ABF732F00102',1749988985121);
INSERT INTO trade_actions VALUES('0197748f-c36a-752f-8332-8ba4c1571266',3,'modify','["modify","0","0"]',X'6AAD010A2430313937373438662D633336612D373532662D383333322D38626134633135373132363610AA82F99BF73218CF843D210000000000000000290000000000000000320B6D61737465725F313030313A0431303031420658415555534448075A3730302D30313937373438666333366137353266383333323862613463313537313236362D366337346133353938663138316161662D3031A2010E08AA82F99BF73210D8D9A2ABF732F00103',1749988985121);
CREATE TRIGGER trade_actions_are_written_once
BEFORE UPDATE OF content ON trade_actions
WHEN NEW.content IS NOT OLD.content
BEGIN
    SELECT RAISE(ABORT, 'this action of the trade is stored with other content');
END;

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
INSERT INTO trades VALUES('0197748e-c94e-7ce9-9c02-5069daf481fc','1001','master_1001',1000001,'magic_77',77,'EURUSD','BUY','1.00','1.10001','1.08571',NULL,'','CLOSED','1.00','0','',NULL,1,1749988911288,1749988912985,'["2001"]',1);
INSERT INTO trades VALUES('0197748e-ebf4-777a-a7d0-690eed2c4c6c','1001','master_1001',1000003,'magic_77',77,'EURUSD','BUY','0.10','1.09996','1.07609','1.12416','','PARTIALLY_CLOSED','0.10','0.03','',NULL,2,1749988920000,1750005204834,'["2001"]',0);
INSERT INTO trades VALUES('0197748f-1c69-77aa-96f3-399885c853b8','1001','master_1001',1000005,'magic_77',77,'XAUUSD','BUY','0.50','2000.24',NULL,'2065.65','','PENDING','0.50','0.50','',NULL,1,1749988961718,1749988961718,'["2001"]',0);
INSERT INTO trades VALUES('0197748f-83e2-7ad9-b825-bab4fc86f9b5','1001','master_1001',1000010,'magic_0',0,'EURUSD','BUY','0.03','1.09986','1.09942',NULL,'','CLOSED','0.03','0','',NULL,1,1749988961950,1749988976639,'["2001"]',1);
INSERT INTO trades VALUES('0197748f-c36a-752f-8332-8ba4c1571266','1001','master_1001',1000015,'magic_7',7,'XAUUSD','SELL','1.00','2000.29',NULL,NULL,'','FILLED','1.00','1.00','',NULL,1,1749988976670,1749988985994,'["2001"]',0);
CREATE INDEX trades_settled ON trades (updated_at_ms, trade_id) WHERE settled = 1;
CREATE INDEX trades_unsettled ON trades (trade_id) WHERE settled = 0;

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

COMMIT TRANSACTION;
