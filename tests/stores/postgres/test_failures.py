"""Each of the server's errors is what it is for the port, with what to do about it."""

import socket

import asyncpg
import pytest

from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable
from echo.stores.postgres.failures import explain, is_broken, translated


def of_state(state: str, said: str = "words") -> asyncpg.PostgresError:
    error: asyncpg.PostgresError = asyncpg.PostgresError.new({"C": state, "M": said})
    return error


@pytest.mark.parametrize("state", ["EC001", "EC002", "23505", "22P02"])
def test_what_contradicts_the_store_is_refused(state: str) -> None:
    assert isinstance(translated("pg", of_state(state), committing=True), JournalRefused)


@pytest.mark.parametrize(
    "state", ["53100", "53300", "25006", "57014", "55P03", "42501", "40001", "28P01", "XX000"]
)
def test_an_error_that_the_server_reports_has_changed_nothing(state: str) -> None:
    failure = translated("pg", of_state(state), committing=True)

    assert type(failure) is JournalUnavailable


@pytest.mark.parametrize(
    "error",
    [
        of_state("57P01"),
        of_state("08006"),
        ConnectionResetError("reset"),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("crossed"),
    ],
)
def test_a_commit_without_an_answer_may_stand(error: Exception) -> None:
    assert is_broken(error)
    assert isinstance(translated("pg", error, committing=True), CommitUnknown)
    assert isinstance(translated("pg", error), JournalUnavailable)


def test_an_operator_is_told_what_to_do_and_what_the_server_said() -> None:
    assert (
        explain(of_state("53100", "no space")) == "the server's disk is full: make room (no space)"
    )
    assert "pg_hba.conf" in explain(of_state("28P01"))
    assert explain(TimeoutError()) == "the server does not answer"
    assert explain(OSError("odd")) == "odd"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(111, "refused"), "nobody listens there: start the server"),
        (FileNotFoundError(2, "no socket"), "nobody listens there: start the server"),
        (socket.gaierror(-2, "not known"), "nobody knows a server of that name: correct"),
        (of_state("42704", 'role "x" does not exist'), "make a role with createuser"),
    ],
)
def test_a_server_that_is_not_there_is_said_with_what_to_do(error: Exception, said: str) -> None:
    assert said in explain(error)
    assert isinstance(translated("pg", error), JournalUnavailable)


def test_the_store_is_named() -> None:
    assert str(translated("the desk", of_state("XX000", "odd"))) == "the desk: odd"
