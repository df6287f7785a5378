"""PostgreSQL's errors, turned into the errors of the journal's port: once, at the door.

An error that the server reports has undone the transaction.  A connection that breaks while a
commit is under way leaves it open whether the commit stands.
"""

import socket
from typing import Final

import asyncpg

from echo.ports.errors import CommitUnknown, EchoError, JournalRefused, JournalUnavailable

FENCED: Final = "EC001"
CONTRADICTED: Final = "EC002"
"""States that the functions and triggers of the schema report."""

DRIVER_ERRORS: Final = (
    *(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError),
    # Raised when the server's farewell and the next question cross each other.
    asyncpg.InternalClientError,
)
"""Everything that the driver raises for a server that is not as it should be."""

_ADVICE: Final = {
    "25006": "the server takes no writes: is it a standby, or set to read only",
    "28": "the server does not let this user in: check pg_hba.conf, user and password",
    "3D000": "there is no such database: make it with createdb",
    "42501": "this user may not do that: run echoctl store migrate with --writer",
    "42704": "there is no such thing on the server: make a role with createuser",
    "53100": "the server's disk is full: make room",
    "53200": "the server is out of memory",
    "53300": "the server has no connection left: raise max_connections, or end idle ones",
    "55P03": "another session holds a lock: look into pg_locks",
    "57014": "the server ended the statement for its time limit",
    "57P": "the server is going down, or coming up",
    "58": "the server's disk reports an error",
}


def explain(error: BaseException) -> str:
    """Say what *error* means for an operator, the server's own words last."""
    said = str(error) or type(error).__name__
    state = _state(error)
    for prefix, advice in _ADVICE.items():
        if state.startswith(prefix):
            return f"{advice} ({said})"
    if isinstance(error, socket.gaierror):
        return f"nobody knows a server of that name: correct postgres/host ({said})"
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return f"nobody listens there: start the server, or correct its address ({said})"
    if isinstance(error, TimeoutError):
        return "the server does not answer"
    return said


def translated(name: str, error: BaseException, *, committing: bool = False) -> EchoError:
    """Return what *error* is for the journal's port.

    Args:
        name: What the operator calls the store.
        committing: A commit was under way: without an answer it may stand.
    """
    sentence = f"{name}: {explain(error)}"
    state = _state(error)
    if state.startswith(("EC", "22", "23")):
        return JournalRefused(sentence)
    if committing and is_broken(error):
        return CommitUnknown(sentence)
    return JournalUnavailable(sentence)


def is_broken(error: BaseException) -> bool:
    """Whether the connection is of no use any more, and what was under way on it unknown."""
    if not isinstance(error, asyncpg.PostgresError):
        return True
    # 57P01 to 57P05 end the session; 08 is the driver's own word for a connection that is gone.
    return _state(error).startswith(("08", "57P", "25P04"))


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")
