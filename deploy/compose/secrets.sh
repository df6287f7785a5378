#!/bin/sh
# Makes what compose.yaml needs to be secret: a small authority, certificates, passwords.
#
#   ./secrets.sh                     everything that is not there yet, into secrets/
#   ./secrets.sh --agent AGENT_ID    and a certificate for that Agent, to take to its machine
#
# ECHO_NAMES="core.example.com 192.0.2.7": under which names Agents reach this machine.
# Nothing is ever overwritten: remove a file to have it made anew.  Certificates last ten years;
# whoever holds secrets/ca.key can make more, so take it off this machine when you have them.
set -eu
umask 077
cd "$(dirname "$0")"
folder=${ECHO_SECRETS:-secrets}
agent=
case ${1:-} in
    "") ;;
    --agent) agent=${2:?usage: secrets.sh --agent AGENT_ID} ;;
    *) echo "usage: secrets.sh [--agent AGENT_ID]" >&2; exit 2 ;;
esac
case $agent in
    *[!a-zA-Z0-9_.-]*) echo "secrets.sh: $agent is no name of an Agent" >&2; exit 2 ;;
esac
mkdir -p "$folder"
cd "$folder"

if [ ! -e ca.key ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -sha256 \
        -subj "/CN=Echo $(date -u +%Y-%m-%d)" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -keyout ca.key -out ca.crt 2>/dev/null
    chmod 644 ca.crt
fi

certificate() { # certificate NAME ALTERNATIVES USAGE
    [ ! -e "$1.key" ] || return 0
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.csr" 2>/dev/null
    {
        echo "subjectAltName=$2"
        echo "extendedKeyUsage=$3"
        echo "basicConstraints=critical,CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
    } > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -sha256 \
        -extfile "$1.ext" -out "$1.crt" 2>/dev/null
    rm -f "$1.csr" "$1.ext"
    echo "made $folder/$1.crt"
}

alternatives() { # alternatives NAME...
    printf 'DNS:localhost,IP:127.0.0.1'
    for name in "$@"; do
        case $name in
            *[!0-9.:]*) printf ',DNS:%s' "$name" ;;
            *) printf ',IP:%s' "$name" ;;
        esac
    done
}

# shellcheck disable=SC2086  # a list of names
certificate core "$(alternatives core ${ECHO_NAMES:-})" serverAuth,clientAuth
# shellcheck disable=SC2086  # a list of names
certificate otelcol "$(alternatives otelcol ${ECHO_NAMES:-})" serverAuth
certificate postgres "$(alternatives postgres)" serverAuth
certificate etcd "$(alternatives etcd)" serverAuth,clientAuth
if [ -n "$agent" ]; then
    certificate "$agent" "DNS:$agent" clientAuth
fi

for name in postgres_root postgres_owner postgres_core mongo_root mongo_core grafana_admin; do
    if [ ! -e "$name" ]; then
        openssl rand -hex 24 | tr -d '\n' > "$name"
        echo "made $folder/$name"
    fi
done
