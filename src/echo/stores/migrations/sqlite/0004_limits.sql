-- What is remembered of each account's limits: from what they count, and how far they were used.
-- The columns before the last are for people; the Core reads the last.

CREATE TABLE limits_state (
    account_id    TEXT PRIMARY KEY,
    pack          TEXT NOT NULL,                    -- empty: the limits are from no pack
    stage         TEXT NOT NULL,                    -- clear, warn, stop_entries, flatten
    updated_at_ms INTEGER NOT NULL,
    state         TEXT NOT NULL                     -- JSON
) STRICT, WITHOUT ROWID;
