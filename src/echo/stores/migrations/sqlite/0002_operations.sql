-- What people had the running Core do.  A settlement is an outcome that no program could know:
-- this row is how it is told from one that a terminal reported.

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
