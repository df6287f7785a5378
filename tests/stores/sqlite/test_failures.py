"""SQLite's errors become the port's, with advice; a transaction is all or nothing."""

from collections.abc import Iterator

import apsw
import pytest

from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable
from echo.stores.sqlite.failures import UnclearCommitError, explain, transaction, translated


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    yield connection
    connection.close()


def numbers(connection: apsw.Connection) -> list[int]:
    return [n for (n,) in connection.execute("SELECT n FROM numbers ORDER BY n")]


def door(error: Exception) -> None:
    with translated(
        "journal.db",
        passing=JournalUnavailable,
        refused=JournalRefused,
        committing=CommitUnknown,
    ):
        raise error


@pytest.mark.parametrize(
    ("error", "raised", "advice"),
    [
        (apsw.FullError("full"), JournalUnavailable, "make room"),
        (apsw.BusyError("busy"), JournalUnavailable, "another process"),
        (apsw.LockedError("locked"), JournalUnavailable, "another process"),
        (apsw.IOError("io"), JournalUnavailable, "disk reports an error"),
        (apsw.CantOpenError("no"), JournalUnavailable, "cannot be opened"),
        (apsw.ReadOnlyError("ro"), JournalUnavailable, "may not be written"),
        (apsw.CorruptError("bad"), JournalUnavailable, "damaged"),
        (apsw.NotADBError("no"), JournalUnavailable, "not a store"),
        (apsw.InternalError("odd"), JournalUnavailable, "odd"),
        (apsw.ConstraintError("twice"), JournalRefused, "twice"),
        (UnclearCommitError("half"), CommitUnknown, "half"),
    ],
)
def test_each_error_means_one_thing_to_the_caller(
    error: Exception, raised: type[Exception], advice: str
) -> None:
    with pytest.raises(raised, match=rf"journal\.db: .*{advice}") as caught:
        door(error)

    assert caught.value.__cause__ is error


def test_errors_of_others_pass_the_door_unchanged() -> None:
    with pytest.raises(KeyError):
        door(KeyError("not SQLite's"))


def test_advice_ends_in_the_words_of_sqlite() -> None:
    assert explain(apsw.FullError("FullError: x")).endswith("make room (FullError: x)")


def test_transaction_is_kept_whole(connection: apsw.Connection) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO numbers VALUES (1), (2)")

    assert numbers(connection) == [1, 2]


@pytest.mark.parametrize("error", [KeyError("caller"), apsw.FullError("disk")])
def test_transaction_is_undone_whole(connection: apsw.Connection, error: Exception) -> None:
    def fails() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")
            raise error

    with pytest.raises(type(error)):
        fails()

    assert numbers(connection) == []
    assert not connection.in_transaction


def test_statement_that_ends_the_transaction_itself_is_undone_too(
    connection: apsw.Connection,
) -> None:
    """After some errors SQLite has rolled back already."""

    def fails() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")
            connection.execute("INSERT OR ROLLBACK INTO numbers VALUES (1)")

    with pytest.raises(apsw.ConstraintError):
        fails()

    assert numbers(connection) == []


@pytest.mark.parametrize(
    ("error", "raised"),
    [(apsw.IOError("sync"), UnclearCommitError), (apsw.FullError("full"), apsw.FullError)],
)
def test_failing_commit_says_whether_it_may_stand(
    connection: apsw.Connection, error: apsw.Error, raised: type[Exception]
) -> None:
    def refuse() -> bool:
        raise error

    connection.set_commit_hook(refuse)

    def fails() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")

    with pytest.raises(raised):
        fails()

    connection.set_commit_hook(None)
    assert numbers(connection) == []
