#!/bin/sh
# Starts a program of Echo.  Of all its secrets only MongoDB's comes by the environment: its address
# and its password are one text.  It is put there for this process, from the secret's file.
set -eu
umask 077
secrets=${ECHO_SECRETS:-/run/secrets}
if [ -r "$secrets/mongo_core" ]; then
    ECHO_MONGO_URL="mongodb://echo_core:$(cat "$secrets/mongo_core")@mongo:27017/?authSource=echo"
    export ECHO_MONGO_URL
fi
exec "$@"
