-- What the two roles may do that need no more: one that a Core works with, one that looks on.
-- The names of schema and role stand in braces and are quoted by the server.

-- name: writer
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
REVOKE INSERT, UPDATE, DELETE ON {schema}.schema_version, {schema}.schema_functions FROM {role};
REVOKE INSERT, DELETE ON {schema}.writer FROM {role};
REVOKE UPDATE, DELETE ON {schema}.risk_policy_edits FROM {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role};

-- name: reader
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
