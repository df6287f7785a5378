"""A server, a database and a schema out of one line."""

from pathlib import Path

import pytest

from echo.stores.postgres.target import PostgresTarget, read_target, ssl_mode


def test_the_shortest_address_names_user_host_and_database() -> None:
    assert read_target("postgresql://ana@db/desk") == PostgresTarget(
        host="db", port=5_432, database="desk", user="ana"
    )


def test_everything_can_be_said() -> None:
    url = "postgres://a%40b:p%2Fw@[::1]:6000/desk?schema=two&sslmode=verify-full&sslrootcert=/ca"

    assert read_target(url) == PostgresTarget(
        host="::1",
        port=6_000,
        database="desk",
        user="a@b",
        password="p/w",
        schema="two",
        sslmode="verify-full",
        ca_file=Path("/ca"),
    )


def test_the_folder_of_a_socket_is_a_host() -> None:
    assert read_target("postgresql://ana@/desk?host=/run/postgresql").host == "/run/postgresql"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///desk", "does not begin with"),
        ("postgresql://db/desk", "must name a user"),
        ("postgresql://ana@db", "must name a user"),
        ("postgresql://ana@db/desk?sslmode=perhaps", "sslmode perhaps is none of"),
        ("postgresql://ana@db/desk?pool=3", "it says pool"),
        ("postgresql://ana@db/desk?schema=Robert'); DROP", "schema"),
    ],
)
def test_what_is_not_understood_is_refused(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_target(url)


def test_the_password_is_never_shown() -> None:
    target = read_target("postgresql://ana:hunter2@db/desk")

    assert "hunter2" not in f"{target} {target!r}"
    assert str(target) == "postgresql://ana@db:5432/desk#echo"


def test_names_of_encryption_are_those_of_the_server() -> None:
    assert ssl_mode("verify-ca") == "verify-ca"
