"""A cache in Redis, for several processes; the only place that knows its driver.

Redis is asked in one round trip and waited for a moment only.  Whatever hinders it is one error,
and whoever asked goes to where the truth is.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from echo.ports.errors import CacheUnavailable

VALUE_BYTES_MAX: Final = 4 << 20
"""A longer value is neither put nor believed: somebody else put it there."""
CONNECTIONS_MAX: Final = 4
NO_TEXT: Final = ("WRONGTYPE", "Command # 1 (GETRANGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisTarget:
    """Which Redis, and who comes.

    Args:
        host: A name, an address, or the path of a Unix socket.
        prefix: Begins every key, so that others may use the same database.
        password: ``None`` = none is shown.
        tls: Whether the way there is encrypted and the server's certificate checked.
        ca_file: Authority that must have signed it; ``None`` = the system's.
        timeout_ms: For so long an answer is waited for.
    """

    host: str
    port: int = 6_379
    database: int = 0
    user: str | None = None
    password: str | None = None
    prefix: str = "echo"
    tls: bool = False
    ca_file: Path | None = None
    timeout_ms: int = 100

    def __repr__(self) -> str:
        return f"RedisTarget({self})"

    def __str__(self) -> str:
        """Name it for people; the password is no part of the name."""
        where = self.host if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"{'rediss' if self.tls else 'redis'}://{where}/{self.database}#{self.prefix}"


class RedisCache:
    """Keeps entries under ``<prefix>:<key>``; connects when it is first asked."""

    def __init__(self, target: RedisTarget) -> None:
        self._target = target
        self._client = _client(target)

    async def get(self, key: str) -> tuple[bytes, int] | None:
        """As `Cache`."""
        name = f"{self._target.prefix}:{key}"
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.getrange(name, 0, VALUE_BYTES_MAX)
                pipe.pttl(name)
                data, left_ms = await pipe.execute()
        except ResponseError as error:
            if str(error).startswith(NO_TEXT):
                return None  # somebody else put something there
            raise self._unavailable(error) from error
        except (RedisError, OSError, ValueError) as error:
            raise self._unavailable(error) from error
        if not data or len(data) > VALUE_BYTES_MAX:
            return None
        return bytes(data), int(left_ms)

    async def put(self, key: str, data: bytes, *, lasts_ms: int) -> None:
        """As `Cache`."""
        if len(data) > VALUE_BYTES_MAX:
            return
        try:
            await self._client.set(f"{self._target.prefix}:{key}", data, px=lasts_ms)
        except (RedisError, OSError, ValueError) as error:
            raise self._unavailable(error) from error

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    def _unavailable(self, error: Exception) -> CacheUnavailable:
        return CacheUnavailable(f"{self._target}: {error or type(error).__name__}")


def _client(target: RedisTarget) -> Redis:
    timeout_s = target.timeout_ms / 1_000
    on_socket = target.host.startswith("/")
    return Redis(
        host="localhost" if on_socket else target.host,
        port=target.port,
        unix_socket_path=target.host if on_socket else None,
        db=target.database,
        username=target.user,
        password=target.password,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        # Asked once: a second try would only take longer than the journal does.
        retry=Retry(NoBackoff(), 0),
        max_connections=CONNECTIONS_MAX,
        ssl=target.tls,
        ssl_cert_reqs=ssl.CERT_REQUIRED,
        ssl_check_hostname=True,
        ssl_ca_certs=None if target.ca_file is None else str(target.ca_file),
    )
