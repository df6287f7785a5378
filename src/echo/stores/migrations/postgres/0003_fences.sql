-- What an action came to on an account, once it is final, stays.

CREATE TRIGGER copy_decisions_are_final
BEFORE UPDATE OF outcome ON copy_decisions FOR EACH ROW
WHEN (OLD.outcome NOT IN ('pending', 'in_doubt') AND NEW.outcome <> OLD.outcome)
EXECUTE FUNCTION refuse_change('the final outcome of this decision is stored');

-- What the settings said of each key when a Core last saw them, as text; what stands there for a
-- value that nobody may read is not the value.

CREATE TABLE settings_seen (
    key   text COLLATE "C" PRIMARY KEY,
    value text                                     -- NULL: it was taken out
);

ALTER TABLE config_audit
    ADD COLUMN acceptance text NOT NULL DEFAULT 'in_force'
        CHECK (acceptance IN ('in_force', 'restart', 'refused')),
    ADD COLUMN reason text NOT NULL DEFAULT '';

-- Whoever may work with the tables that there were may do so with the new one.

DO $$
DECLARE
    right_of record;
BEGIN
    FOR right_of IN
        SELECT grantee, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'config_audit'
            AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('GRANT %s ON settings_seen TO %I', right_of.privilege_type, right_of.grantee);
    END LOOP;
END $$;
