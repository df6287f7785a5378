"""SQLite's errors, turned into the errors of a port: once, at the door."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from echo.ports.errors import EchoError

_ADVICE: tuple[tuple[type[apsw.Error], str], ...] = (
    (apsw.FullError, "the disk, or the size that the store may have, is full: make room"),
    (apsw.BusyError, "another process holds it"),
    (apsw.LockedError, "another process holds it"),
    (apsw.ReadOnlyError, "it may not be written: check owner and permissions"),
    (apsw.CantOpenError, "it cannot be opened: check that the folder exists and is writable"),
    (apsw.IOError, "the disk reports an error"),
    (apsw.NotADBError, "it is not a store of Echo"),
    (apsw.CorruptError, "it is damaged: keep a copy of it and restore a backup"),
)


def explain(error: apsw.Error) -> str:
    """Say what *error* means for an operator, SQLite's own words last."""
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return f"{advice} ({error})"
    return str(error)


@contextmanager
def translated(
    name: str, *, passing: type[EchoError], refused: type[EchoError], committing: type[EchoError]
) -> Iterator[None]:
    """Turn SQLite's errors inside the block into those of a port.

    Args:
        name: What the operator calls the store, such as its path.
        passing: For everything that may be better later: nothing was written.
        refused: For a row that contradicts a stored one.
        committing: For an error of the disk during the commit itself: it may have been written.
    """
    try:
        yield
    except apsw.ConstraintError as error:
        raise refused(f"{name}: {error}") from error
    except UnclearCommitError as error:
        raise committing(f"{name}: {error}") from error
    except apsw.Error as error:
        raise passing(f"{name}: {explain(error)}") from error


class UnclearCommitError(Exception):
    """The disk failed while a transaction was being made durable."""


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Run the block in one transaction: all of it is on disk afterwards, or none of it happened.

    Raises:
        UnclearCommitError: an I/O error in the commit itself: after a crash it may stand.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    try:
        connection.execute("COMMIT")
    except apsw.IOError as error:
        _roll_back(connection)
        raise UnclearCommitError(explain(error)) from error
    except apsw.Error:
        _roll_back(connection)
        raise


def _roll_back(connection: apsw.Connection) -> None:
    # SQLite has rolled back by itself after some errors, and then there is nothing to roll back.
    if connection.in_transaction:
        connection.execute("ROLLBACK")
