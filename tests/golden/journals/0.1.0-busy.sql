
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
INSERT INTO account_connections VALUES('1001','agent-1','master','{"protocol_version":1,"client_semver":"0.1.0","required_features":[],"optional_features":[],"features":[],"metrics":[],"terminal_build":0,"broker":"","pipe_role":"master","account_mode":null,"currency":"","leverage":0,"server":"","terminal":"","ea_config_hash":"","instance":"","ledger_n":0,"symbol_mappings":""}',1749943016634);
INSERT INTO account_connections VALUES('1002','agent-1','master','{"protocol_version":3,"client_semver":"0.1.0","required_features":[],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"master","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt4","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"master-1002.2","ledger_n":2,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749943016634);
INSERT INTO account_connections VALUES('1003','agent-1','master','{"protocol_version":1,"client_semver":"0.1.0","required_features":[],"optional_features":[],"features":[],"metrics":[],"terminal_build":0,"broker":"","pipe_role":"master","account_mode":null,"currency":"","leverage":0,"server":"","terminal":"","ea_config_hash":"","instance":"","ledger_n":0,"symbol_mappings":""}',1749943016634);
INSERT INTO account_connections VALUES('1004','agent-1','master','{"protocol_version":3,"client_semver":"0.1.0","required_features":[],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"master","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"master-1004.1","ledger_n":0,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749943016634);
INSERT INTO account_connections VALUES('2001','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"slave-2001.1","ledger_n":8,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749943016635);
INSERT INTO account_connections VALUES('2002','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"5546e9e89583a98b125e797c9814c5d0c41ac7bde3ce4c69c18bb08bef53e0e6","instance":"slave-2002.3","ledger_n":0,"symbol_mappings":"EURUSD:EURUSD.m,XAUUSD:XAUUSD.m"}',1749943016634);
INSERT INTO account_connections VALUES('2003','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt4","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"slave-2003.2","ledger_n":9,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749943016634);
INSERT INTO account_connections VALUES('2004','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt4","ea_config_hash":"5546e9e89583a98b125e797c9814c5d0c41ac7bde3ce4c69c18bb08bef53e0e6","instance":"slave-2004.2","ledger_n":0,"symbol_mappings":"EURUSD:EURUSD.m,XAUUSD:XAUUSD.m"}',1749943016634);
INSERT INTO account_connections VALUES('2005','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"1c115af6732dda24e27d75b4e9f2e8688e8ffa3813d5a258a576eb1b4f17eb53","instance":"slave-2005.1","ledger_n":7,"symbol_mappings":"EURUSD:EURUSD,XAUUSD:XAUUSD"}',1749943016634);
INSERT INTO account_connections VALUES('2006','agent-1','slave','{"protocol_version":3,"client_semver":"0.1.0","required_features":["spec_report/v1","quotes/250ms","spec_report/tickvalue"],"optional_features":[],"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"],"terminal_build":1420,"broker":"","pipe_role":"slave","account_mode":"hedging","currency":"USD","leverage":100,"server":"Sim-Server","terminal":"mt5","ea_config_hash":"5546e9e89583a98b125e797c9814c5d0c41ac7bde3ce4c69c18bb08bef53e0e6","instance":"slave-2006.2","ledger_n":6,"symbol_mappings":"EURUSD:EURUSD.m,XAUUSD:XAUUSD.m"}',1749943016634);

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
INSERT INTO account_state VALUES('1002','9999980.00','9999980.00','0','9999980.00','0','USD',1750040301550,1749943051530);
INSERT INTO account_state VALUES('1004','10000000','10000000','0','10000000','0','USD',1749954816201,1749943049667);
INSERT INTO account_state VALUES('2001','9999996.64','9999996.64','0','9999996.64','0','USD',1750038883869,1749943052577);
INSERT INTO account_state VALUES('2002','10000000','10000000','0','10000000','0','USD',1749940812717,1749943052881);
INSERT INTO account_state VALUES('2003','9999996.64','10000083.58','77.00','10000006.58','12987121.53','USD',1750021750065,1749943052074);
INSERT INTO account_state VALUES('2004','10000000','10000000','0','10000000','0','USD',1750002897084,1749943053497);
INSERT INTO account_state VALUES('2005','9999691.41','9999386.00','217.89','9999168.11','4589189.96','USD',1750017540507,1749943053168);
INSERT INTO account_state VALUES('2006','9999979.00','9999979.00','0','9999979.00','0','USD',1750066754858,1749943052448);

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
INSERT INTO account_symbol_map VALUES('1002','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750040266550);
INSERT INTO account_symbol_map VALUES('1002','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750040266550);
INSERT INTO account_symbol_map VALUES('1004','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1749954781201);
INSERT INTO account_symbol_map VALUES('1004','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1749954781201);
INSERT INTO account_symbol_map VALUES('2001','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750038848869);
INSERT INTO account_symbol_map VALUES('2001','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750038848869);
INSERT INTO account_symbol_map VALUES('2002','EURUSD','EURUSD.m',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1749940776717);
INSERT INTO account_symbol_map VALUES('2002','XAUUSD','XAUUSD.m',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1749940776717);
INSERT INTO account_symbol_map VALUES('2003','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750021712064);
INSERT INTO account_symbol_map VALUES('2003','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750021712064);
INSERT INTO account_symbol_map VALUES('2004','EURUSD','EURUSD.m',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750002857083);
INSERT INTO account_symbol_map VALUES('2004','XAUUSD','XAUUSD.m',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750002857083);
INSERT INTO account_symbol_map VALUES('2005','EURUSD','EURUSD',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750017501507);
INSERT INTO account_symbol_map VALUES('2005','XAUUSD','XAUUSD',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750017501507);
INSERT INTO account_symbol_map VALUES('2006','EURUSD','EURUSD.m',5,'0.00001','0.00001','0.01','100','0.01',0,'100000','1.00000','full',0,1750066715858);
INSERT INTO account_symbol_map VALUES('2006','XAUUSD','XAUUSD.m',2,'0.01','0.01','0.01','100','0.01',0,'100','1.00','full',1,1750066715858);

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
INSERT INTO account_symbol_registration VALUES('evaluation-11','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942935889);
INSERT INTO account_symbol_registration VALUES('evaluation-11','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942935889);
INSERT INTO account_symbol_registration VALUES('evaluation-156','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942978240);
INSERT INTO account_symbol_registration VALUES('evaluation-156','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942978240);
INSERT INTO account_symbol_registration VALUES('evaluation-158','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942978240);
INSERT INTO account_symbol_registration VALUES('evaluation-158','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942978240);
INSERT INTO account_symbol_registration VALUES('evaluation-160','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-160','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-162','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-162','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-166','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-166','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-168','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-168','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-170','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-170','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942978242);
INSERT INTO account_symbol_registration VALUES('evaluation-20','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942936151);
INSERT INTO account_symbol_registration VALUES('evaluation-20','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942936151);
INSERT INTO account_symbol_registration VALUES('evaluation-236','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-236','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-238','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-238','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-24','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942936231);
INSERT INTO account_symbol_registration VALUES('evaluation-24','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942936231);
INSERT INTO account_symbol_registration VALUES('evaluation-240','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-240','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-242','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-242','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-244','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-244','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942984812);
INSERT INTO account_symbol_registration VALUES('evaluation-3','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942935875);
INSERT INTO account_symbol_registration VALUES('evaluation-3','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942935875);
INSERT INTO account_symbol_registration VALUES('evaluation-31','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942936322);
INSERT INTO account_symbol_registration VALUES('evaluation-31','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942936322);
INSERT INTO account_symbol_registration VALUES('evaluation-38','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942936412);
INSERT INTO account_symbol_registration VALUES('evaluation-38','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942936412);
INSERT INTO account_symbol_registration VALUES('evaluation-428','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749943012831);
INSERT INTO account_symbol_registration VALUES('evaluation-428','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749943012831);
INSERT INTO account_symbol_registration VALUES('evaluation-47','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749942936667);
INSERT INTO account_symbol_registration VALUES('evaluation-47','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749942936667);
INSERT INTO account_symbol_registration VALUES('evaluation-487','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943015054);
INSERT INTO account_symbol_registration VALUES('evaluation-487','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943015054);
INSERT INTO account_symbol_registration VALUES('evaluation-502','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-502','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-504','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-504','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-506','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-506','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-508','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-508','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-51','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749942936828);
INSERT INTO account_symbol_registration VALUES('evaluation-51','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749942936828);
INSERT INTO account_symbol_registration VALUES('evaluation-510','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-510','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-512','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-512','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-516','EURUSD','EURUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-516','XAUUSD','XAUUSD.m','ACCEPTED','[]','[]',0,1749943016634);
INSERT INTO account_symbol_registration VALUES('evaluation-547','EURUSD','EURUSD','ACCEPTED','[]','[]',0,1749943016635);
INSERT INTO account_symbol_registration VALUES('evaluation-547','XAUUSD','XAUUSD','ACCEPTED','[]','[]',0,1749943016635);

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
INSERT INTO account_symbol_registration_eval VALUES('evaluation-11','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942935889);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-156','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978240);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-158','1004','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978240);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-160','2005','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-162','2003','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-164','1003','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-166','1002','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-168','2006','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-170','2004','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942978242);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-18','1003','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749942935944);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-20','1002','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936151);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-236','1004','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-238','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-24','2002','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936231);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-240','2005','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-242','2003','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-244','2004','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-246','1003','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749942984812);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-3','2006','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942935875);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-31','2003','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936322);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-38','2005','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936412);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-428','2006','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943012831);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-45','1001','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749942936463);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-47','1004','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936667);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-487','1002','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943015054);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-494','1001','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749943015313);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-500','1003','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-502','2006','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-504','2005','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-506','2004','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-508','2003','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-51','2004','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749942936828);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-510','1004','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-512','1002','master','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','[]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-514','1001','master','WARNING',1,'0.1.0','agent-1','0.1.0','[]','[{"code":"PROTOCOL_VERSION_UNSUPPORTED","message":"protocol 1 is legacy: update the EA","metadata":[]}]','[]','[]','{"features":[],"metrics":[]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-516','2002','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016634);
INSERT INTO account_symbol_registration_eval VALUES('evaluation-547','2001','slave','ACCEPTED',3,'0.1.0','agent-1','0.1.0','[]','[]','["spec_report/v1","quotes/250ms","spec_report/tickvalue"]','[]','{"features":["lossless/v1","modify/v1","partial_close/v1","positions/v1","quotes/250ms","spec_report/tickvalue","spec_report/v1","trace/v1"],"metrics":["exposure_v1"]}',1749943016635);
CREATE INDEX registration_eval_by_account
    ON account_symbol_registration_eval (account_id, evaluated_at_ms DESC);

DROP TABLE IF EXISTS account_symbol_report;
CREATE TABLE account_symbol_report (                -- an empty list of symbols is a list, too
    account_id     TEXT PRIMARY KEY,
    reported_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO account_symbol_report VALUES('1002',1750040266550);
INSERT INTO account_symbol_report VALUES('1004',1749954781201);
INSERT INTO account_symbol_report VALUES('2001',1750038848869);
INSERT INTO account_symbol_report VALUES('2002',1749940776717);
INSERT INTO account_symbol_report VALUES('2003',1750021712064);
INSERT INTO account_symbol_report VALUES('2004',1750002857083);
INSERT INTO account_symbol_report VALUES('2005',1750017501507);
INSERT INTO account_symbol_report VALUES('2006',1750066715858);

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
INSERT INTO agent_sessions VALUES('agent-1',9);
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
INSERT INTO closes VALUES('78c05951-f499-7401-9196-71db0932b495:ffd9a9e3182b','78c05951-f499-7401-9196-71db0932b495','78c05951-f499-4245-de84-00005459d996','close','2001','agent-1',1000001,'2000.07','0.12',NULL,NULL,NULL,1,'NO_ERROR','',0,0,0,'[]',6,NULL,'{"t0_master_ea_ms":null,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":null,"t4_agent_recv_ms":1749962486251,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750038818104}',1749942985036,0);
INSERT INTO closes VALUES('78c05951-f499-778c-81bc-64f0b8c720b5:078bf3af4f2d','78c05951-f499-778c-81bc-64f0b8c720b5','78c05951-f499-4245-de84-00005459d996','close','2003','agent-1',1000002,'2000.07','0.12',NULL,NULL,NULL,1,'NO_ERROR','',0,0,0,'[]',7,NULL,'{"t0_master_ea_ms":null,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":null,"t4_agent_recv_ms":1749962486083,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750021683372}',1749942985097,0);
INSERT INTO closes VALUES('78c05951-f499-7978-9fcf-0711f6ff0544:f14a2df65cc7','78c05951-f499-7978-9fcf-0711f6ff0544','78c05951-f499-4245-de84-00005459d996','close','2005','agent-1',1000003,'2000.07','0.10',NULL,NULL,NULL,1,'NO_ERROR','',0,1,0,'[]',5,NULL,'{"t0_master_ea_ms":null,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":1749942985112,"t4_agent_recv_ms":1749962486079,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750017474717}',1749942985416,0);
INSERT INTO closes VALUES('78c05951-f499-7acf-859e-ceb8917e48bf:25caf7ce6803','78c05951-f499-7acf-859e-ceb8917e48bf','78c05951-f499-4245-de84-00005459d996','close','2006','agent-1',1000001,'2000.15','1.00',NULL,NULL,NULL,1,'NO_ERROR','',0,1,0,'[]',6,NULL,'{"t0_master_ea_ms":null,"t1_agent_recv_ms":null,"t2_core_recv_ms":null,"t3_core_send_ms":1749943011775,"t4_agent_recv_ms":1749962512975,"t5_slave_ea_recv_ms":null,"t6_order_send_ms":null,"t7_order_filled_ms":1750066682113}',1749943012831,0);
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
INSERT INTO copies VALUES('78c05951-f499-4245-de84-00005459d996','2001',1000001,'XAUUSD','2000.35','0.12','0',1749942985036);
INSERT INTO copies VALUES('78c05951-f499-4245-de84-00005459d996','2003',1000002,'XAUUSD','2000.35','0.12','0',1749942985097);
INSERT INTO copies VALUES('78c05951-f499-4245-de84-00005459d996','2005',1000003,'XAUUSD','2000.36','0.10','0',1749942985416);
INSERT INTO copies VALUES('78c05951-f499-4245-de84-00005459d996','2006',1000001,'XAUUSD.m','2000.36','1.00','0',1749943012831);

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
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2001','open','omitted','DELAY_EXCEEDED','entry is 24094 ms old >= max 15000 ms','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2002','open','omitted','HANDSHAKE_NOT_READY','account 2002 is not registered yet','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2003','open','omitted','DELAY_EXCEEDED','entry is 24094 ms old >= max 15000 ms','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2004','open','omitted','DELAY_EXCEEDED','entry is 24094 ms old >= max 15000 ms','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2005','open','omitted','DELAY_EXCEEDED','entry is 24094 ms old >= max 15000 ms','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'2006','open','omitted','DELAY_EXCEEDED','entry is 24094 ms old >= max 15000 ms','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2001','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2002','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2003','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2004','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2005','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'2006','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749943015054,1749943015054);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2001','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.25,"lot_step":0.01,"lot":0.25,"bid":2000.16,"ask":2000.36,"symbol":"XAUUSD","stop_loss":1975.16,"take_profit":null,"ttl_ms":6236}','78c05951-f499-7d6b-a13f-599d8e8d72e2',1749942978265,1749942984989);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2002','open','omitted','HANDSHAKE_NOT_READY','account 2002 is not registered yet','{}',NULL,1749942978265,1749942978265);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2003','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.25,"lot_step":0.01,"lot":0.25,"bid":2000.16,"ask":2000.36,"symbol":"XAUUSD","stop_loss":1975.16,"take_profit":null,"ttl_ms":6236}','78c05951-f499-7879-99f0-e5a2924fc3fd',1749942978265,1749942984816);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2004','open','omitted','STALE','older than this EA, and nothing was found','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.33,"lot_step":0.01,"lot":0.33,"bid":2000.16,"ask":2000.36,"symbol":"XAUUSD.m","stop_loss":1975.16,"take_profit":null,"ttl_ms":6236}','78c05951-f499-7203-8a9f-d42332f60cff',1749942978265,1749943036565);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2005','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.10,"lot_step":0.01,"lot":0.10,"bid":2000.16,"ask":2000.36,"symbol":"XAUUSD","stop_loss":1975.16,"take_profit":null,"ttl_ms":6236}','78c05951-f499-7912-96f9-4217c97492a4',1749942978265,1749942978340);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',0,'2006','open','filled','NO_ERROR','','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":2000.17,"ask":2000.37,"symbol":"XAUUSD.m","stop_loss":1975.17,"take_profit":null,"ttl_ms":6236}','78c05951-f499-7140-8455-3e269eb4f610',1749942978265,1749942978407);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2001','close','closed','NO_ERROR','','{}','78c05951-f499-7401-9196-71db0932b495',1749942978265,1749942985036);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2002','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749942978265);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2003','close','closed','NO_ERROR','','{}','78c05951-f499-778c-81bc-64f0b8c720b5',1749942978265,1749942985097);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2004','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749943036565);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2005','close','closed','NO_ERROR','','{}','78c05951-f499-7978-9fcf-0711f6ff0544',1749942978265,1749942985416);
INSERT INTO copy_decisions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'2006','close','closed','NO_ERROR','','{}','78c05951-f499-7acf-859e-ceb8917e48bf',1749942978265,1749943012831);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2001','open','omitted','STALE','its time was used up 0 ms ago','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.25,"lot_step":0.01,"lot":0.25,"bid":2000.11,"ask":2000.31,"symbol":"XAUUSD","stop_loss":1980.34,"take_profit":2060.35,"ttl_ms":12242}','d7db0c84-301f-796f-bc43-77fcea596c77',1749942958791,1749942978242);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2002','open','omitted','STALE','older than this EA, and nothing was found','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":2000.05,"ask":2000.25,"symbol":"XAUUSD.m","stop_loss":1980.28,"take_profit":2060.29,"ttl_ms":12242}','d7db0c84-301f-7a96-822b-e7f76c304e91',1749942958791,1749943041893);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2003','open','omitted','STALE','its time was used up 0 ms ago','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.25,"lot_step":0.01,"lot":0.25,"bid":2000.05,"ask":2000.25,"symbol":"XAUUSD","stop_loss":1980.28,"take_profit":2060.29,"ttl_ms":12242}','d7db0c84-301f-7c78-8278-b8e7f9d96bf4',1749942958791,1749942984965);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2004','open','omitted','SPEC_MISSING','spec of XAUUSD.m is 21963 ms old > 10000 ms','{}',NULL,1749942958791,1749942958791);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2005','open','in_doubt','UNKNOWN','1 positions could be its fill: 1000001','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":0.10,"lot_step":0.01,"lot":0.10,"bid":2000.05,"ask":2000.25,"symbol":"XAUUSD","stop_loss":1980.28,"take_profit":2060.29,"ttl_ms":12242,"candidates":"1000001"}','d7db0c84-301f-7655-b281-df6191723ae0',1749942958791,1749943012896);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'2006','open','omitted','STALE','its time was used up 0 ms ago','{"risk_type":"FIXED_LOT","policy_version":1,"lot_size":1.00,"lot_step":0.01,"lot":1.00,"bid":2000.05,"ask":2000.25,"symbol":"XAUUSD.m","stop_loss":1980.28,"take_profit":2060.29,"ttl_ms":12242}','d7db0c84-301f-700f-97c2-0ded2a2fd941',1749942958791,1749942978242);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2001','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749942978265);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2002','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749943041893);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2003','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749942984965);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2004','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749942978265);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2005','close','pending','NO_ERROR','','{}',NULL,1749942978265,NULL);
INSERT INTO copy_decisions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'2006','close','nothing_to_close','NO_ERROR','the open was omitted','{}',NULL,1749942978265,1749942978265);
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
INSERT INTO delivery_journal VALUES('78c05951-f499-7140-8455-3e269eb4f610','78c05951-f499-4245-de84-00005459d996','2006','agent-1','execute_order',X'52CA010A2437386330353935312D663439392D373134302D383435352D336532363965623466363130122437386330353935312D663439392D343234352D646538342D30303030353435396439393618D98DEB85F732220A736C6176655F323030362A043230303632085841555553442E6D380141000000000000F03F48075148E17A14AEDC9E40621A454E43444D34424748314B514E454A584737433048585A323852A2011908AA8C3F10F8EA908FF73218D98DEB85F73220D98DEB85F732F801DC30E002BC44E80280D13F',4,'acked',1,'',1749942978265,1749942978407);
INSERT INTO delivery_journal VALUES('78c05951-f499-7203-8a9f-d42332f60cff','78c05951-f499-4245-de84-00005459d996','2004','agent-1','execute_order',X'52CA010A2437386330353935312D663439392D373230332D386139662D643432333332663630636666122437386330353935312D663439392D343234352D646538342D30303030353435396439393618D98DEB85F732220A736C6176655F323030342A043230303432085841555553442E6D3801411F85EB51B81ED53F480751713D0AD7A3DC9E40621A454E43444D34424748314B514E454A584737433048585A323852A2011908AA8C3F10F8EA908FF73218D98DEB85F73220D98DEB85F732F801DC30E002BC44E80280D13F',4,'acked',1,'older than this EA, and nothing was found',1749942978265,1749943036565);
INSERT INTO delivery_journal VALUES('78c05951-f499-7401-9196-71db0932b495','78c05951-f499-4245-de84-00005459d996','2001','agent-1','close_order',X'5A760A2437386330353935312D663439392D373430312D393139362D373164623039333262343935122437386330353935312D663439392D343234352D646538342D30303030353435396439393620C1843D2A0A736C6176655F323030313204323030313A065841555553444007A20100F001FFFFFFFF07',4,'acked',1,'',1749942984989,1749942985036);
INSERT INTO delivery_journal VALUES('78c05951-f499-778c-81bc-64f0b8c720b5','78c05951-f499-4245-de84-00005459d996','2003','agent-1','close_order',X'5A760A2437386330353935312D663439392D373738632D383162632D363466306238633732306235122437386330353935312D663439392D343234352D646538342D30303030353435396439393620C2843D2A0A736C6176655F323030333204323030333A065841555553444007A20100F001FFFFFFFF07',4,'acked',2,'',1749942984816,1749942985097);
INSERT INTO delivery_journal VALUES('78c05951-f499-7879-99f0-e5a2924fc3fd','78c05951-f499-4245-de84-00005459d996','2003','agent-1','execute_order',X'52C8010A2437386330353935312D663439392D373837392D393966302D653561323932346663336664122437386330353935312D663439392D343234352D646538342D30303030353435396439393618D98DEB85F732220A736C6176655F323030332A04323030333206584155555344380141000000000000D03F480751713D0AD7A3DC9E40621A454E43444D34424748314B514E454A584737433048585A323852A2011908AA8C3F10F8EA908FF73218D98DEB85F73220D98DEB85F732F801DC30E002BC44E80280D13F',4,'acked',1,'',1749942978265,1749942984816);
INSERT INTO delivery_journal VALUES('78c05951-f499-7912-96f9-4217c97492a4','78c05951-f499-4245-de84-00005459d996','2005','agent-1','execute_order',X'52C8010A2437386330353935312D663439392D373931322D393666392D343231376339373439326134122437386330353935312D663439392D343234352D646538342D30303030353435396439393618D98DEB85F732220A736C6176655F323030352A043230303532065841555553443801419A9999999999B93F480751713D0AD7A3DC9E40621A454E43444D34424748314B514E454A584737433048585A323852A2011908AA8C3F10F8EA908FF73218D98DEB85F73220D98DEB85F732F801DC30E002BC44E80280D13F',4,'acked',1,'',1749942978265,1749942978340);
INSERT INTO delivery_journal VALUES('78c05951-f499-7978-9fcf-0711f6ff0544','78c05951-f499-4245-de84-00005459d996','2005','agent-1','close_order',X'5A760A2437386330353935312D663439392D373937382D396663662D303731316636666630353434122437386330353935312D663439392D343234352D646538342D30303030353435396439393620C3843D2A0A736C6176655F323030353204323030353A065841555553444007A20100F001FFFFFFFF07',4,'acked',3,'',1749942978340,1749942985416);
INSERT INTO delivery_journal VALUES('78c05951-f499-7acf-859e-ceb8917e48bf','78c05951-f499-4245-de84-00005459d996','2006','agent-1','close_order',X'5A780A2437386330353935312D663439392D376163662D383539652D636562383931376534386266122437386330353935312D663439392D343234352D646538342D30303030353435396439393620C1843D2A0A736C6176655F323030363204323030363A085841555553442E6D4007A20100F001FFFFFFFF07',4,'acked',1,'',1749942978407,1749943012831);
INSERT INTO delivery_journal VALUES('78c05951-f499-7d6b-a13f-599d8e8d72e2','78c05951-f499-4245-de84-00005459d996','2001','agent-1','execute_order',X'52C8010A2437386330353935312D663439392D376436622D613133662D353939643865386437326532122437386330353935312D663439392D343234352D646538342D30303030353435396439393618D98DEB85F732220A736C6176655F323030312A04323030313206584155555344380141000000000000D03F480751713D0AD7A3DC9E40621A454E43444D34424748314B514E454A584737433048585A323852A2011908AA8C3F10F8EA908FF73218D98DEB85F73220D98DEB85F732F801DC30E002BC44E80280D13F',4,'acked',2,'',1749942978265,1749942984989);
INSERT INTO delivery_journal VALUES('d7db0c84-301f-700f-97c2-0ded2a2fd941','d7db0c84-301f-4a7a-c56f-000018e2fe9d','2006','agent-1','execute_order',X'52D3010A2464376462306338342D333031662D373030662D393763322D306465643261326664393431122464376462306338342D333031662D346137612D633536662D30303030313865326665396418C7F5E985F732220A736C6176655F323030362A043230303632085841555553442E6D380141000000000000F03F48075185EB51B81EF19E4059AE47E17A9418A040621A45505A4152594232524D53583350353551383041454841425152A20119089AA33E10F381908FF73218C7F5E985F73220C7F5E985F732F801D25FE002C615E802EEB83E',4,'acked',1,'its time was used up 0 ms ago',1749942958791,1749942978242);
INSERT INTO delivery_journal VALUES('d7db0c84-301f-7655-b281-df6191723ae0','d7db0c84-301f-4a7a-c56f-000018e2fe9d','2005','agent-1','execute_order',X'52D1010A2464376462306338342D333031662D373635352D623238312D646636313931373233616530122464376462306338342D333031662D346137612D633536662D30303030313865326665396418C7F5E985F732220A736C6176655F323030352A043230303532065841555553443801419A9999999999B93F48075185EB51B81EF19E4059AE47E17A9418A040621A45505A4152594232524D53583350353551383041454841425152A20119089AA33E10F381908FF73218C7F5E985F73220C7F5E985F732F801D25FE002C615E802EEB83E',4,'in_doubt',1,'1 positions could be its fill: 1000001',1749942958791,1749943012896);
INSERT INTO delivery_journal VALUES('d7db0c84-301f-796f-bc43-77fcea596c77','d7db0c84-301f-4a7a-c56f-000018e2fe9d','2001','agent-1','execute_order',X'52D1010A2464376462306338342D333031662D373936662D626334332D373766636561353936633737122464376462306338342D333031662D346137612D633536662D30303030313865326665396418C7F5E985F732220A736C6176655F323030312A04323030313206584155555344380141000000000000D03F4807518FC2F5285CF19E405933333333B318A040621A45505A4152594232524D53583350353551383041454841425152A20119089AA33E10F381908FF73218C7F5E985F73220C7F5E985F732F801D25FE002C615E802EEB83E',4,'acked',1,'its time was used up 0 ms ago',1749942958791,1749942978242);
INSERT INTO delivery_journal VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91','d7db0c84-301f-4a7a-c56f-000018e2fe9d','2002','agent-1','execute_order',X'52D3010A2464376462306338342D333031662D376139362D383232622D653766373663333034653931122464376462306338342D333031662D346137612D633536662D30303030313865326665396418C7F5E985F732220A736C6176655F323030322A043230303232085841555553442E6D380141000000000000F03F48075185EB51B81EF19E4059AE47E17A9418A040621A45505A4152594232524D53583350353551383041454841425152A20119089AA33E10F381908FF73218C7F5E985F73220C7F5E985F732F801D25FE002C615E802EEB83E',4,'acked',1,'older than this EA, and nothing was found',1749942958791,1749943041893);
INSERT INTO delivery_journal VALUES('d7db0c84-301f-7c78-8278-b8e7f9d96bf4','d7db0c84-301f-4a7a-c56f-000018e2fe9d','2003','agent-1','execute_order',X'52D1010A2464376462306338342D333031662D376337382D383237382D623865376639643936626634122464376462306338342D333031662D346137612D633536662D30303030313865326665396418C7F5E985F732220A736C6176655F323030332A04323030333206584155555344380141000000000000D03F48075185EB51B81EF19E4059AE47E17A9418A040621A45505A4152594232524D53583350353551383041454841425152A20119089AA33E10F381908FF73218C7F5E985F73220C7F5E985F732F801D25FE002C615E802EEB83E',4,'acked',2,'its time was used up 0 ms ago',1749942958791,1749942984965);
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
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7203-8a9f-d42332f60cff',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7203-8a9f-d42332f60cff',1749942992029,2,2,'agent-1 began another session',7067);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7203-8a9f-d42332f60cff',1749943011775,2,1,'agent-1 began another session',19746);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7203-8a9f-d42332f60cff',1749943011925,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-778c-81bc-64f0b8c720b5',1749942984966,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7879-99f0-e5a2924fc3fd',1749942978415,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7978-9fcf-0711f6ff0544',1749942978490,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7978-9fcf-0711f6ff0544',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7978-9fcf-0711f6ff0544',1749942985112,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942985112,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942985312,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942985712,2,4,'agent-1 has not acknowledged it',400);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942986512,2,5,'agent-1 has not acknowledged it',800);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942988112,2,6,'agent-1 has not acknowledged it',1600);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942992029,2,7,'agent-1 began another session',3917);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7acf-859e-ceb8917e48bf',1749942992179,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7d6b-a13f-599d8e8d72e2',1749942978415,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('78c05951-f499-7d6b-a13f-599d8e8d72e2',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-700f-97c2-0ded2a2fd941',1749942958941,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-700f-97c2-0ded2a2fd941',1749942966965,2,2,'agent-1 began another session',8024);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942958941,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942966965,2,2,'agent-1 began another session',8024);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942978388,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942985112,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942985312,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942992029,2,4,'agent-1 began another session',6717);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942992179,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749942992329,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7655-b281-df6191723ae0',1749943011775,2,3,'agent-1 began another session',19446);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-796f-bc43-77fcea596c77',1749942958941,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-796f-bc43-77fcea596c77',1749942966965,2,2,'agent-1 began another session',8024);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942958941,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942966965,2,2,'agent-1 began another session',8024);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942978388,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942984962,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942985112,2,2,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942985312,2,3,'agent-1 has not acknowledged it',200);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942985712,2,4,'agent-1 has not acknowledged it',400);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942986512,2,5,'agent-1 has not acknowledged it',800);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942988112,2,6,'agent-1 has not acknowledged it',1600);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749942992029,2,7,'agent-1 began another session',3917);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91',1749943011775,2,1,'agent-1 began another session',19746);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7c78-8278-b8e7f9d96bf4',1749942958941,2,1,'agent-1 has not acknowledged it',150);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7c78-8278-b8e7f9d96bf4',1749942966965,2,2,'agent-1 began another session',8024);
INSERT INTO delivery_retry_event VALUES('d7db0c84-301f-7c78-8278-b8e7f9d96bf4',1749942984962,2,1,'agent-1 has not acknowledged it',150);

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
INSERT INTO executions VALUES('78c05951-f499-7140-8455-3e269eb4f610:3be5b8918eae','78c05951-f499-7140-8455-3e269eb4f610','78c05951-f499-4245-de84-00005459d996','execute','2006','agent-1',1000001,'2000.36','1.00','20','0',NULL,1,'NO_ERROR','',0,0,0,'[]',3,NULL,'{"t0_master_ea_ms":1033770,"t1_agent_recv_ms":1749962470776,"t2_core_recv_ms":1749942978265,"t3_core_send_ms":1749942978265,"t4_agent_recv_ms":1749962479547,"t5_slave_ea_recv_ms":1750066681851,"t6_order_send_ms":1750066681851,"t7_order_filled_ms":1750066681959}',1749942978407,0);
INSERT INTO executions VALUES('78c05951-f499-7203-8a9f-d42332f60cff:b71bcfcb8a61','78c05951-f499-7203-8a9f-d42332f60cff','78c05951-f499-4245-de84-00005459d996','execute','2004','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','older than this EA, and nothing was found',0,0,0,'[]',1,NULL,'{"t0_master_ea_ms":1033770,"t1_agent_recv_ms":1749962470776,"t2_core_recv_ms":1749942978265,"t3_core_send_ms":1749942984812,"t4_agent_recv_ms":1749962512975,"t5_slave_ea_recv_ms":1750002821998,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749943036565,0);
INSERT INTO executions VALUES('78c05951-f499-7879-99f0-e5a2924fc3fd:aa93f742ca2c','78c05951-f499-7879-99f0-e5a2924fc3fd','78c05951-f499-4245-de84-00005459d996','execute','2003','agent-1',1000002,'2000.35','0.12','20','0',NULL,1,'NO_ERROR','',0,1,0,'[]',4,NULL,'{"t0_master_ea_ms":1033770,"t1_agent_recv_ms":1749962470776,"t2_core_recv_ms":1749942978265,"t3_core_send_ms":1749942978265,"t4_agent_recv_ms":1749962479536,"t5_slave_ea_recv_ms":1750021677091,"t6_order_send_ms":1750021677527,"t7_order_filled_ms":1750021677665}',1749942984816,0);
INSERT INTO executions VALUES('78c05951-f499-7912-96f9-4217c97492a4:9c50c8ee5f4d','78c05951-f499-7912-96f9-4217c97492a4','78c05951-f499-4245-de84-00005459d996','execute','2005','agent-1',1000003,'2000.36','0.10','20','0',NULL,1,'NO_ERROR','',0,0,0,'[]',2,NULL,'{"t0_master_ea_ms":1033770,"t1_agent_recv_ms":1749962470776,"t2_core_recv_ms":1749942978265,"t3_core_send_ms":1749942978265,"t4_agent_recv_ms":1749962479547,"t5_slave_ea_recv_ms":1750017468007,"t6_order_send_ms":1750017468007,"t7_order_filled_ms":1750017468046}',1749942978340,0);
INSERT INTO executions VALUES('78c05951-f499-7d6b-a13f-599d8e8d72e2:94b6a963f542','78c05951-f499-7d6b-a13f-599d8e8d72e2','78c05951-f499-4245-de84-00005459d996','execute','2001','agent-1',1000001,'2000.35','0.12','20','0',NULL,1,'NO_ERROR','',0,1,0,'[]',4,NULL,'{"t0_master_ea_ms":1033770,"t1_agent_recv_ms":1749962470776,"t2_core_recv_ms":1749942978265,"t3_core_send_ms":1749942984812,"t4_agent_recv_ms":1749962486077,"t5_slave_ea_recv_ms":1750038811674,"t6_order_send_ms":1750038811674,"t7_order_filled_ms":1750038811855}',1749942984989,0);
INSERT INTO executions VALUES('d7db0c84-301f-700f-97c2-0ded2a2fd941:2858f0cf4ae1','d7db0c84-301f-700f-97c2-0ded2a2fd941','d7db0c84-301f-4a7a-c56f-000018e2fe9d','execute','2006','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','its time was used up 0 ms ago',0,0,0,'[]',1,NULL,'{"t0_master_ea_ms":1020314,"t1_agent_recv_ms":1749962457331,"t2_core_recv_ms":1749942958791,"t3_core_send_ms":1749942966965,"t4_agent_recv_ms":1749962468263,"t5_slave_ea_recv_ms":1750066674705,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749942978242,0);
INSERT INTO executions VALUES('d7db0c84-301f-7655-b281-df6191723ae0:65a366346d91','d7db0c84-301f-7655-b281-df6191723ae0','d7db0c84-301f-4a7a-c56f-000018e2fe9d','execute','2005','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'UNKNOWN','1 positions could be its fill: 1000001',1,1,0,'[1000001]',7,NULL,'{"t0_master_ea_ms":1020314,"t1_agent_recv_ms":1749962457331,"t2_core_recv_ms":1749942958791,"t3_core_send_ms":1749942985312,"t4_agent_recv_ms":1749962512975,"t5_slave_ea_recv_ms":1750017468267,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749943012896,0);
INSERT INTO executions VALUES('d7db0c84-301f-796f-bc43-77fcea596c77:799902cd709a','d7db0c84-301f-796f-bc43-77fcea596c77','d7db0c84-301f-4a7a-c56f-000018e2fe9d','execute','2001','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','its time was used up 0 ms ago',0,0,0,'[]',1,NULL,'{"t0_master_ea_ms":1020314,"t1_agent_recv_ms":1749962457331,"t2_core_recv_ms":1749942958791,"t3_core_send_ms":1749942966965,"t4_agent_recv_ms":1749962468258,"t5_slave_ea_recv_ms":1750038804470,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749942978242,0);
INSERT INTO executions VALUES('d7db0c84-301f-7a96-822b-e7f76c304e91:4463fdbaf63c','d7db0c84-301f-7a96-822b-e7f76c304e91','d7db0c84-301f-4a7a-c56f-000018e2fe9d','execute','2002','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','older than this EA, and nothing was found',0,0,0,'[]',1,NULL,'{"t0_master_ea_ms":1020314,"t1_agent_recv_ms":1749962457331,"t2_core_recv_ms":1749942958791,"t3_core_send_ms":1749942984962,"t4_agent_recv_ms":1749962512975,"t5_slave_ea_recv_ms":1749940776718,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749943041893,0);
INSERT INTO executions VALUES('d7db0c84-301f-7c78-8278-b8e7f9d96bf4:287538f9a731','d7db0c84-301f-7c78-8278-b8e7f9d96bf4','d7db0c84-301f-4a7a-c56f-000018e2fe9d','execute','2003','agent-1',NULL,NULL,NULL,NULL,NULL,NULL,0,'STALE','its time was used up 0 ms ago',0,1,0,'[]',1,NULL,'{"t0_master_ea_ms":1020314,"t1_agent_recv_ms":1749962457331,"t2_core_recv_ms":1749942958791,"t3_core_send_ms":1749942966965,"t4_agent_recv_ms":1749962483655,"t5_slave_ea_recv_ms":1750021669524,"t6_order_send_ms":null,"t7_order_filled_ms":null}',1749942984965,0);
CREATE UNIQUE INDEX executions_success ON executions (command_id) WHERE success = 1 AND repeated = 0;

DROP TABLE IF EXISTS ledger_marks;
CREATE TABLE ledger_marks (
    account_id TEXT PRIMARY KEY,
    ledger_n   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_marks VALUES('2001',6);
INSERT INTO ledger_marks VALUES('2002',1);
INSERT INTO ledger_marks VALUES('2003',7);
INSERT INTO ledger_marks VALUES('2004',1);
INSERT INTO ledger_marks VALUES('2005',7);
INSERT INTO ledger_marks VALUES('2006',6);

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
INSERT INTO schema_version VALUES(1,'journal',1795277497740);
INSERT INTO schema_version VALUES(2,'operations',1795277497740);
INSERT INTO schema_version VALUES(3,'retention',1795277497740);

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
INSERT INTO trade_actions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',0,'open','["open","XAUUSD","BUY","1","1956.78"]',X'5AEE010A2430313937373438662D383830382D376332642D626537612D65656537663563393037326310B2D29BB4F7321A0B6D61737465725F313030322206584155555344280131000000000000F03F3985EB51B81E939E4048C1843D51A4703D0AD7449E405952B81E85EB7D9F406801A2010E08B2D29BB4F732109BCE938FF732AA01076D616769635F30B2010431303032C00102CA013730302D30313937373438663838303837633264626537616565653766356339303732632D373264333538343062663336326362612D3031D102000000000000F03FD80286BC01E002B3C601EA020A53696D2D536572766572',1749943015054);
INSERT INTO trade_actions VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c',2147483647,'close','["close",null]',X'62C1010A2430313937373438662D383830382D376332642D626537612D65656537663563393037326310B8D39BB4F7321A0B6D61737465725F3130303222043130303228C1843D320658415555534441B81E85EB51929E404900000000000034C052066D616E75616C623730302D30313937373438663838303837633264626537616565653766356339303732632D353633626635376638633335663536302D3031A2010E08B8D39BB4F732109BCE938FF732F001FFFFFFFF07C102000000000000F03F',1749943015054);
INSERT INTO trade_actions VALUES('78c05951-f499-4245-de84-00005459d996',0,'open','["open","XAUUSD","BUY","0.02","2000.31"]',X'5A82010A2437386330353935312D663439392D343234352D646538342D30303030353435396439393610AA8C3F1A0B6D61737465725F3130303322065841555553442801317B14AE47E17A943F390AD7A3703D419F40400748C2843D513D0AD7A370DC9E406801A2010B08AA8C3F10F8EA908FF732B2010431303033D8028A44E0029AD03F',1749942978265);
INSERT INTO trade_actions VALUES('78c05951-f499-4245-de84-00005459d996',2147483647,'close','["close",null]',X'62610A2437386330353935312D663439392D343234352D646538342D3030303035343539643939361A0B6D61737465725F3130303322043130303328C2843D3206584155555344380741713D0AD7A3409F40A2010710EDF8908FF732F001FFFFFFFF07',1749942978265);
INSERT INTO trade_actions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',0,'open','["open","XAUUSD","BUY","0.03","2000.31"]',X'5A8B010A2464376462306338342D333031662D346137612D633536662D303030303138653266653964109AA33E1A0B6D61737465725F313030332206584155555344280131B81E85EB51B89E3F390AD7A3703D419F40400748C1843D518FC2F5285CF19E405933333333B318A0406801A2010B089AA33E10F381908FF732B2010431303033D802A615E002B1B83E',1749942958791);
INSERT INTO trade_actions VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d',2147483647,'close','["close",null]',X'62610A2464376462306338342D333031662D346137612D633536662D3030303031386532666539641A0B6D61737465725F3130303322043130303328C1843D3206584155555344380741F6285C8FC2409F40A2010710F8EA908FF732F001FFFFFFFF07',1749942978265);
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
INSERT INTO trades VALUES('0197748f-8808-7c2d-be7a-eee7f5c9072c','1002','master_1002',1000001,'magic_0',0,'XAUUSD','BUY','1.00','1956.78','1937.21','2015.48','','CLOSED','1.00','0','',NULL,1,1749943015054,1749943015054,'["2001","2002","2003","2004","2005","2006"]',1);
INSERT INTO trades VALUES('78c05951-f499-4245-de84-00005459d996','1003','master_1003',1000002,'magic_7',7,'XAUUSD','BUY','0.02','2000.31','1975.11',NULL,'','CLOSED','0.02','0','',NULL,1,1749942978265,1749943036565,'["2001","2002","2003","2004","2005","2006"]',1);
INSERT INTO trades VALUES('d7db0c84-301f-4a7a-c56f-000018e2fe9d','1003','master_1003',1000001,'magic_7',7,'XAUUSD','BUY','0.03','2000.31','1980.34','2060.35','','CLOSED','0.03','0','',NULL,1,1749942958791,1749943041893,'["2001","2002","2003","2004","2005","2006"]',0);
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
