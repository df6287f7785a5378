-- Who may write.  Whoever opens the journal raises the epoch, every commit looks at it: a Core that
-- was overtaken writes nothing, whatever became of the lock that should have kept it out.

CREATE TABLE writer (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch    INTEGER NOT NULL
) STRICT;

INSERT INTO writer (only_row, epoch) VALUES (1, 0);

-- What an action came to on an account, once it is final, stays.

CREATE TRIGGER copy_decisions_are_final
BEFORE UPDATE OF outcome ON copy_decisions
WHEN OLD.outcome NOT IN ('pending', 'in_doubt') AND NEW.outcome <> OLD.outcome
BEGIN
    SELECT RAISE(ABORT, 'the final outcome of this decision is stored');
END;

-- What the settings said of each key when a Core last saw them, as text; what stands there for a
-- value that nobody may read is not the value.

CREATE TABLE settings_seen (
    key   TEXT PRIMARY KEY,
    value TEXT                                      -- NULL: it was taken out
) STRICT, WITHOUT ROWID;

ALTER TABLE config_audit ADD COLUMN acceptance TEXT NOT NULL DEFAULT 'in_force'
    CHECK (acceptance IN ('in_force', 'restart', 'refused'));
ALTER TABLE config_audit ADD COLUMN reason TEXT NOT NULL DEFAULT '';
