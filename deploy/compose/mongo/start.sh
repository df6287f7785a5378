#!/bin/sh
# Starts MongoDB.  Secrets belong to whoever made them; the server's user gets copies, in memory.
set -eu
install -d -o mongodb -g mongodb -m 0700 /run/echo
for secret in mongo_root mongo_core; do
    install -o mongodb -g mongodb -m 0400 "/run/secrets/$secret" "/run/echo/$secret"
done
exec docker-entrypoint.sh mongod --wiredTigerCacheSizeGB 0.5
