"""Overviews of the Core's journal: which store is added up, and which caches stand before it."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from echo.apps.journals import Place, demand_driver, place_of
from echo.apps.live_settings import LiveSettings
from echo.apps.operator_desk import OperatorDesk
from echo.apps.standby import Waiting
from echo.apps.telemetry import Told
from echo.config.cache import RedisSettings, cache_settings
from echo.config.setting import Value
from echo.config.settings import CoreSettings
from echo.links.admin_pages import Beside
from echo.links.system_clock import SystemClock
from echo.ports.cache import Cache
from echo.ports.errors import SettingsInvalid
from echo.ports.overviews import OverviewSource
from echo.ports.telemetry import FactSink
from echo.services.core.overviews import Overviews
from echo.services.core.service import CoreService
from echo.stores.memory_cache import MemoryCache
from echo.stores.sqlite.overviews import SqliteOverviews


def overviews(settings: CoreSettings, values: Mapping[str, Value], facts: FactSink) -> Overviews:
    """Return what adds the Core's journal up, with the caches of its settings.

    Raises:
        SettingsInvalid: a driver is not installed, or a password's file cannot be read.
    """
    caches, clock = cache_settings(values), SystemClock()
    return Overviews(
        _source(place_of(settings)),
        MemoryCache(clock),
        None if caches.redis is None else _redis(caches.redis),
        clock,
        facts,
        max_age_ms=caches.max_age_ms,
    )


async def open_desk(
    desk: OperatorDesk,
    service: CoreService,
    settings: CoreSettings,
    live: LiveSettings,
    told: Told,
    waits: Waiting | None,
) -> None:
    """Serve operators, overviews included, until the desk is closed.

    Args:
        waits: Knows how this Core waits for its turn; ``None`` = no other one shares the journal,
            and operators find this one at once.

    Raises:
        SettingsInvalid: as `overviews`.
    """
    found = overviews(settings, live.reading.values, told)
    if waits is None:
        desk.announce()
    try:
        beside = Beside(overview=found.ask, caches=told.caches)
        await desk.open(service, beside, None if waits is None else waits.standby)
    finally:
        await found.close()


def _source(place: Place) -> OverviewSource:
    if isinstance(place, Path):
        return SqliteOverviews(place)
    demand_driver()
    from echo.stores.postgres.overviews import PostgresOverviews  # its driver is an extra

    return PostgresOverviews(place)


def _redis(settings: RedisSettings) -> Cache:
    if find_spec("redis") is None:
        raise SettingsInvalid(
            ["redis/host is set and needs the extra: pip install 'echo-copier[redis]'"]
        )
    from echo.stores.redis.cache import RedisCache, RedisTarget  # as above

    return RedisCache(
        RedisTarget(
            host=settings.host,
            port=settings.port,
            database=settings.database,
            user=settings.user,
            password=_password(settings.password_file),
            prefix=settings.prefix,
            tls=settings.tls,
            ca_file=settings.ca_file,
            timeout_ms=settings.timeout_ms,
        )
    )


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid([f"redis/password_file {file} cannot be read: {error}"]) from error
