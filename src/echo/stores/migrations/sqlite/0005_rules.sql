-- Rules that people change while the Core runs, and the history of all that was changed.

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

CREATE VIEW v_risk_policies AS
SELECT h.*
FROM risk_policy_history h
WHERE h.version = (
    SELECT max(l.version) FROM risk_policy_history l
    WHERE l.account_id = h.account_id AND l.strategy_id = h.strategy_id AND l.origin = h.origin
);

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

CREATE TABLE config_audit (
    changed_at_ms INTEGER NOT NULL,
    key           TEXT NOT NULL,
    value_before  TEXT NOT NULL,                    -- empty: there was none
    value_after   TEXT NOT NULL,                    -- empty: there is none
    changed_by    TEXT NOT NULL,
    PRIMARY KEY (changed_at_ms, key, value_after)
) STRICT, WITHOUT ROWID;
