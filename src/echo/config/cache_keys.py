"""Settings of what is kept for a while instead of being read again."""

from typing import Final

from echo.config.setting import Reload, Setting, ignored, path, switch, text, whole

CACHE_KEYS: Final[tuple[Setting, ...]] = (
    whole(
        "core/overviews/max_age_ms",
        5_000,
        "Age at which an overview of the journal is read anew; 0 = whenever it is asked for.",
        low=0,
        high=600_000,
        unit="ms",
    ),
    text(
        "redis/host",
        None,
        "Name or address of a Redis that keeps overviews for all Cores of a journal, or the path"
        " of its socket; unset = each Core keeps its own.",
    ),
    whole("redis/port", 6_379, "Port of that Redis.", low=1, high=65_535),
    whole("redis/database", 0, "Number of the database there.", low=0, high=1_023),
    text("redis/user", None, "User that the Core comes as; unset = the default one."),
    path("redis/password_file", None, "File with the password; without it none is shown."),
    text("redis/prefix", "echo", "Begins every key, so that others may use the same database."),
    switch(
        "redis/tls",
        False,
        "Whether the way there is encrypted and the server's certificate checked; beyond this"
        " machine it must be.",
        reload=Reload.RESTART,
    ),
    path("redis/ca_file", None, "Authority that must have signed that certificate."),
    whole(
        "redis/timeout_ms",
        100,
        "How long an answer is waited for; then the journal is read instead.",
        low=10,
        high=5_000,
        unit="ms",
    ),
    ignored("redis/password", "Secrets do not lie among settings: give redis/password_file."),
)
