-- An Agent's own memory: a map from key to unfinished work, and the number given out last.

CREATE TABLE identity (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    ledger_id TEXT NOT NULL,
    n         INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
    key          TEXT PRIMARY KEY,
    n            INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    account_id   TEXT NOT NULL,
    message_type TEXT NOT NULL,                     -- 'action', 'command' or 'result'
    payload      BLOB NOT NULL,
    boot_id      TEXT NOT NULL,
    boot_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
