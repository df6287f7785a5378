#!/bin/sh
# Makes .venv fit for a purpose: "run" (programs), "full" (with every extra that a program can use)
# or "dev" (programs, tests and checks).
#
#   tools/bootstrap.sh run|full|dev
#
# Plain pip, hashes required, nothing outside the checkout is touched.  A stamp holds the
# checksum of what was installed, so that a second call costs nothing and a changed lock is
# installed over the old one.  PYTHON=/path/to/python3.12 chooses the interpreter.
set -eu

purpose=${1:?usage: tools/bootstrap.sh run|full|dev}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
case $purpose in
    run) lock=requirements.lock ;;
    full) lock=deploy/compose/requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "tools/bootstrap.sh: unknown purpose '$purpose' (run, full or dev)" >&2; exit 2 ;;
esac

recent_enough='import sys; sys.exit(sys.version_info < (3, 11))'

choose_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$recent_enough" 2>/dev/null
        then
            command -v "$candidate"
            return
        fi
    done
    if [ -n "${PYTHON:-}" ]; then
        echo "PYTHON=$PYTHON does not run, or is older than Python 3.11." >&2
        return 1
    fi
    found=$(python3 --version 2>&1 || true)
    echo "Echo needs Python 3.11 or newer; found: ${found:-none}." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
    return 1
}

# Windows keeps the interpreter in Scripts, everyone else in bin.
venv_python() {
    for candidate in .venv/bin/python .venv/Scripts/python.exe; do
        if [ -x "$candidate" ] && "$candidate" -c "$recent_enough" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

python=$(venv_python)
if [ -z "$python" ]; then
    chosen=$(choose_python)
    echo "Making .venv with $("$chosen" --version)"
    rm -rf .venv
    if ! "$chosen" -m venv .venv; then
        echo "$chosen cannot make virtual environments; on Debian: apt install python3-venv" >&2
        exit 1
    fi
    python=$(venv_python)
fi

checksum() {
    cat "$1" pyproject.toml | "$python" -c \
        'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

installed() { # installed PURPOSE LOCK
    [ "$(cat ".venv/.echo-$1" 2>/dev/null || true)" = "$(checksum "$2")" ]
}

# Developing includes running: the dev lock pins everything that the other one pins.
if installed "$purpose" "$lock" || installed dev requirements-dev.lock; then
    exit 0
fi

echo "Installing $lock into .venv (once per lock)"
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$python" -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
checksum "$lock" > ".venv/.echo-$purpose"
