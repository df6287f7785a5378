-- Statements of an Agent's ledger.

-- name: put_entry
INSERT OR REPLACE INTO entries (
    key, n, kind, account_id, message_type, payload, boot_id, boot_ms
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: drop_entry
DELETE FROM entries WHERE key = ?;

-- name: raise_n
UPDATE identity SET n = max(n, ?);

-- name: mint
INSERT INTO identity (one, ledger_id, n) VALUES (1, ?, 0) ON CONFLICT DO NOTHING;

-- name: identity
SELECT ledger_id, n FROM identity;

-- name: entries
SELECT key, n, kind, account_id, message_type, payload, boot_id, boot_ms
FROM entries ORDER BY n, key;
