#!/bin/sh
# Starts PostgreSQL with TLS.  Secrets belong to whoever made them; the server's user gets copies of
# its own, in memory, because it refuses a key that others may read.
set -eu
install -d -o postgres -g postgres -m 0700 /run/echo
install -d -o postgres -g postgres -m 0775 /run/postgresql
for secret in postgres_root postgres_owner postgres_core postgres_cert postgres_key; do
    install -o postgres -g postgres -m 0400 "/run/secrets/$secret" "/run/echo/$secret"
done
exec docker-entrypoint.sh postgres \
    -c ssl=on -c ssl_cert_file=/run/echo/postgres_cert -c ssl_key_file=/run/echo/postgres_key \
    -c ssl_min_protocol_version=TLSv1.3 -c password_encryption=scram-sha-256 \
    -c hba_file=/etc/echo/pg_hba.conf
