#!/bin/sh
# Makes two roles: one owns the tables, the Core works with them and can change none of them.
# Run once, when the server makes its database; echoctl store migrate --writer does the rest.
set -eu
secrets=${ECHO_SECRETS:-/run/echo}
export secrets
psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username postgres --dbname echo <<'SQL'
\set owner `cat "$secrets/postgres_owner"`
\set core `cat "$secrets/postgres_core"`
CREATE ROLE echo_owner LOGIN CONNECTION LIMIT 5 PASSWORD :'owner';
CREATE ROLE echo_core LOGIN CONNECTION LIMIT 20 PASSWORD :'core';
REVOKE ALL ON DATABASE echo FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE echo TO echo_owner;
GRANT CONNECT ON DATABASE echo TO echo_core;
SQL
