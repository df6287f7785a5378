"""Where the journal is kept."""

from typing import Final

from echo.config.setting import Reload, Setting, choice, ignored, path, text, whole

STORE_KEYS: Final[tuple[Setting, ...]] = (
    choice(
        "core/store/kind",
        "sqlite",
        ("sqlite", "postgres"),
        "What the journal is kept in: a file in the Core's folder, or a PostgreSQL server.",
        reload=Reload.RESTART,
    ),
    text("postgres/host", None, "Name or address of the server, or the folder of its socket."),
    whole("postgres/port", 5_432, "Port of the server.", low=1, high=65_535),
    text("postgres/database", None, "Database that holds the schema."),
    text("postgres/user", None, "User that the Core comes as."),
    path(
        "postgres/password_file",
        None,
        "File with that user's password; without it PGPASSWORD or the user's password file.",
    ),
    text("postgres/schema", "echo", "Schema that holds the journal: one per desk."),
    choice(
        "postgres/sslmode",
        "prefer",
        ("disable", "prefer", "require", "verify-ca", "verify-full"),
        "How much is encrypted and checked; beyond this machine at least require.",
        reload=Reload.RESTART,
    ),
    path("postgres/ca_file", None, "Authority that must have signed the server's certificate."),
    ignored("postgres/password", "Secrets do not lie among settings: give postgres/password_file."),
    ignored("postgres/pool_max_conns", "One session writes, another one listens."),
    ignored("postgres/pool_min_conns", "One session writes, another one listens."),
)
