"""Which PostgreSQL, which database in it, and who comes."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import parse_qs, unquote, urlsplit

SslMode = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]

SCHEMA_PATTERN: Final = r"[a-z_][a-z0-9_]{0,62}"
DEFAULT_PORT: Final = 5_432
_SCHEMES: Final = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresTarget:
    """Where the journal is kept.

    Args:
        host: A name, an address, or the folder of a Unix socket.
        password: ``None`` = what ``PGPASSWORD`` or the password file of the user says.
        schema: Holds all tables; lower case, as it is written unquoted.
        sslmode: As PostgreSQL's own programs understand it; beyond this machine ``verify-full``.
        ca_file: Authority that must have signed the server's certificate; ``None`` = the system's.
    """

    host: str
    database: str
    user: str
    port: int = DEFAULT_PORT
    password: str | None = None
    schema: str = "echo"
    sslmode: SslMode = "prefer"
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(SCHEMA_PATTERN, self.schema):
            raise ValueError(f"schema {self.schema!r} is not {SCHEMA_PATTERN}")

    def __repr__(self) -> str:
        return f"PostgresTarget({self})"

    def __str__(self) -> str:
        """Name it for people; the password is no part of the name."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.database}#{self.schema}"


def read_target(url: str) -> PostgresTarget:
    """Read ``postgresql://user[:password]@host[:port]/database[?schema=…&sslmode=…]``.

    Raises:
        ValueError: it is none, or says something that is not understood.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError("it does not begin with postgresql://")
    asked = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=True).items()}
    database = unquote(parts.path.removeprefix("/"))
    host = asked.pop("host", unquote(parts.hostname or ""))
    if not (host and database and parts.username):
        raise ValueError("it must name a user, a host and a database")
    schema, sslmode = asked.pop("schema", "echo"), asked.pop("sslmode", "prefer")
    ca_file = asked.pop("sslrootcert", None)
    if asked:
        raise ValueError(f"it says {', '.join(sorted(asked))}, which is not understood")
    return PostgresTarget(
        host=host,
        port=parts.port or DEFAULT_PORT,
        database=database,
        user=unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        schema=schema,
        sslmode=ssl_mode(sslmode),
        ca_file=None if ca_file is None else Path(ca_file),
    )


def ssl_mode(name: str) -> SslMode:
    """Read one of PostgreSQL's names for how much is encrypted and checked."""
    for each in get_args(SslMode):
        if each == name:
            mode: SslMode = each
            return mode
    raise ValueError(f"sslmode {name} is none of {', '.join(get_args(SslMode))}")
