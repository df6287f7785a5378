-- What is remembered of each account's limits, and the rules that people change while the Core runs.

ALTER TYPE copy_outcome ADD VALUE 'shadowed';

CREATE TABLE limits_state (
    account_id    text COLLATE "C" PRIMARY KEY,
    pack          text NOT NULL,                   -- empty: the limits are from no pack
    stage         text NOT NULL,                   -- clear, warn, stop_entries, flatten
    updated_at_ms bigint NOT NULL,
    state         json NOT NULL                    -- what the Core reads
);

CREATE TABLE risk_policy_history (                 -- every version; the latest of an origin counts
    account_id    text COLLATE "C" NOT NULL,
    strategy_id   text COLLATE "C" NOT NULL,
    version       bigint NOT NULL,
    origin        text COLLATE "C" NOT NULL CHECK (origin IN ('settings', 'desk')),
    policy        json,                            -- NULL: withdrawn
    policy_before json,                            -- NULL: there was none
    changed_at_ms bigint NOT NULL,
    changed_by    text NOT NULL,
    PRIMARY KEY (account_id, strategy_id, version)
);

CREATE VIEW risk_policies AS
SELECT DISTINCT ON (account_id, strategy_id, origin) *
FROM risk_policy_history ORDER BY account_id, strategy_id, origin, version DESC;

CREATE TABLE windows (
    window_id       text COLLATE "C" PRIMARY KEY,
    account_id      text NOT NULL,                 -- '*': every account
    symbol          text NOT NULL,                 -- canonical, a currency, or '*'
    starts_at_ms    bigint NOT NULL,
    ends_at_ms      bigint NOT NULL,
    pre_buffer_sec  bigint NOT NULL,
    post_buffer_sec bigint NOT NULL,
    notes           text NOT NULL,
    source          text NOT NULL,
    removed         boolean NOT NULL,
    changed_at_ms   bigint NOT NULL,
    changed_by      text NOT NULL
);

CREATE TABLE copy_modes (
    scope         text COLLATE "C" NOT NULL CHECK (scope IN ('all', 'master', 'account')),
    target        text COLLATE "C" NOT NULL,       -- empty: everything
    mode          text NOT NULL,
    set_by        text NOT NULL,
    since_ms      bigint,
    changed_at_ms bigint NOT NULL,
    changed_by    text NOT NULL,
    PRIMARY KEY (scope, target)
);

CREATE TABLE config_audit (
    changed_at_ms bigint NOT NULL,
    key           text COLLATE "C" NOT NULL,
    value_before  text NOT NULL,                   -- empty: there was none
    value_after   text COLLATE "C" NOT NULL,       -- empty: there is none
    changed_by    text NOT NULL,
    PRIMARY KEY (changed_at_ms, key, value_after)
);
