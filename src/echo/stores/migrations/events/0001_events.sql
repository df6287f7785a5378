-- One month of raw events.  Append-only: triggers refuse what would change the past, and each
-- row's link is a hash over the row and the link before it, so that going round them shows.

CREATE TABLE chain (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    chain_id    TEXT NOT NULL,                 -- the same in every month of one Core
    before_seq  INTEGER NOT NULL,              -- the last event of the months before; 0 = none
    before_link BLOB NOT NULL CHECK (length(before_link) = 32),
    before_day  TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    seq       INTEGER PRIMARY KEY,
    day       TEXT NOT NULL,                   -- YYYY-MM-DD, UTC
    wall_ms   INTEGER NOT NULL,
    mono_ms   INTEGER NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'core')),
    kind      TEXT NOT NULL,
    payload   BLOB NOT NULL,                   -- JSON, byte for byte as hashed
    answer    BLOB NOT NULL,                   -- JSON, or empty
    link      BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE INDEX events_by_day ON events (day);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'raw events are append-only'); END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'raw events are append-only'); END;
