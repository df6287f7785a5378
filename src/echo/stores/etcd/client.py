"""A client of etcd's v3 API: read a prefix, write keys, watch from a revision on.

Only what settings need, on the gRPC library that Echo has anyway; see the decision records for
what was compared.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import grpc
import grpc.aio

from echo.ports.errors import EchoError, LinkDown, SettingsInvalid
from echo.stores.etcd.place import EtcdPlace
from echo.wire.pb import etcd_pb2 as pb

OPS_MAX: Final = 128
"""Keys that etcd changes in one transaction, unless it was told otherwise."""
MESSAGE_BYTES_MAX: Final = 64 << 20
PAGE_KEYS: Final = 2_000

# A silent member is noticed within ten seconds; without its own ping timeout gRPC waits a minute.
_OPTIONS: Final = (
    ("grpc.keepalive_time_ms", 5_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.enable_retries", 0),
)
_REFUSED: Final = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNIMPLEMENTED,
}

_WITH_LEADER: Final = ("hasleader", "true")
"""A member that lost the others ends the watch; without this it would stand, and be silent."""

T = TypeVar("T")


class Compacted(EchoError):
    """What happened since a revision is no longer known: read everything again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What lay under a prefix at one revision: key, without the prefix, to value."""

    revision: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one revision, or several in a row, changed; a value ``None`` = the key is gone.

    ``revision``: the last of them; 0 = the watch stands, and nothing is known yet.
    """

    revision: int
    changes: Mapping[str, str | None]


class EtcdClient:
    """One connection to one cluster; the next member is asked when one does not answer.

    All calls raise ``LinkDown`` when no member answers in time, and ``SettingsInvalid`` when etcd
    refuses: no right, wrong password, too large.
    """

    def __init__(self, place: EtcdPlace) -> None:
        self._place = place
        self._prefix = place.prefix.encode()
        self._at = 0
        self._channel: grpc.aio.Channel | None = None
        self._token: str | None = None

    async def read(self) -> Snapshot:
        """Return everything under the prefix, as of one revision."""
        values: dict[str, str] = {}
        start, revision = self._prefix, 0
        while True:
            request = pb.RangeRequest(
                key=start, range_end=_end(self._prefix), limit=PAGE_KEYS, revision=revision
            )
            answer = await self._call("KV/Range", request, pb.RangeResponse)
            revision = revision or answer.header.revision
            for pair in answer.kvs:
                values[self._key(pair.key)] = _text(pair.key, pair.value)
            if not answer.more:
                return Snapshot(revision=revision, values=values)
            start = answer.kvs[-1].key + b"\0"

    async def write(self, changes: Mapping[str, str | None]) -> int:
        """Put *changes*, at most `OPS_MAX`, in one transaction; a value ``None`` deletes the key.

        Returns:
            The revision that they made.
        """
        operations = [
            pb.RequestOp(
                request_delete_range=pb.DeleteRangeRequest(key=self._prefix + key.encode())
            )
            if value is None
            else pb.RequestOp(
                request_put=pb.PutRequest(key=self._prefix + key.encode(), value=value.encode())
            )
            for key, value in changes.items()
        ]
        answer = await self._call("KV/Txn", pb.TxnRequest(success=operations), pb.TxnResponse)
        return answer.header.revision

    async def write_all(self, changes: Mapping[str, str | None]) -> None:
        """Put any number of *changes*, in as few transactions as etcd allows.

        Readers may see some of them before the others; what does not fit together alone is not
        taken over by them until the rest is there.
        """
        names = list(changes)
        for start in range(0, len(names), OPS_MAX):
            await self.write({name: changes[name] for name in names[start : start + OPS_MAX]})

    async def watch(self, revision: int) -> AsyncGenerator[Step, None]:
        """Yield an empty step once the watch stands, then what changes from *revision* on.

        Raises:
            Compacted: so old a revision is no longer known.
            LinkDown: the member is gone; watch again from the revision after the last step.
        """
        request = pb.WatchRequest(
            create_request=pb.WatchCreateRequest(
                key=self._prefix,
                range_end=_end(self._prefix),
                start_revision=revision,
                progress_notify=True,
            )
        )
        channel = await self._ready()
        method = channel.stream_stream(
            "/etcdserverpb.Watch/Watch",
            request_serializer=pb.WatchRequest.SerializeToString,
            response_deserializer=pb.WatchResponse.FromString,
        )
        call = method(metadata=(*self._metadata(), _WITH_LEADER))
        try:
            async with asyncio.timeout(self._place.timeout_s):
                await call.write(request)
                created = await call.read()
            if not isinstance(created, pb.WatchResponse):
                raise LinkDown(str(self._place), "the watch ended before it began")
            self._refuse_cancelled(created)
            yield Step(revision=0, changes={})
            while isinstance(answer := await call.read(), pb.WatchResponse):
                self._refuse_cancelled(answer)
                yield self._step(answer)
            raise LinkDown(str(self._place), "the watch ended")
        except TimeoutError:
            await self._next_member()
            raise LinkDown(str(self._place), "no answer in time") from None
        except grpc.aio.AioRpcError as error:
            await self._next_member()
            raise self._explained(error) from error
        finally:
            call.cancel()

    async def close(self) -> None:
        """End the connection."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    def _step(self, answer: pb.WatchResponse) -> Step:
        # Of a watch that catches up, the header names a revision that is still to come.
        revisions = [event.kv.mod_revision for event in answer.events]
        return Step(
            revision=max(revisions, default=answer.header.revision),
            changes={
                self._key(event.kv.key): None
                if event.type == pb.Event.DELETE
                else _text(event.kv.key, event.kv.value)
                for event in answer.events
            },
        )

    def _refuse_cancelled(self, answer: pb.WatchResponse) -> None:
        if answer.compact_revision:
            raise Compacted(f"{self._place} knows nothing before {answer.compact_revision}")
        if answer.canceled:
            # An expired token is one of the causes.
            self._token = None
            raise LinkDown(str(self._place), answer.cancel_reason or "the watch was cancelled")

    def _key(self, key: bytes) -> str:
        return key.removeprefix(self._prefix).decode("utf-8", "replace")

    async def _call(
        self, method: str, request: object, answer: type[T], *, alone: bool = False
    ) -> T:
        """Ask one member after the other; log in again, once, when the token has expired."""
        renewed = False
        why: EchoError = LinkDown(str(self._place))
        tries = len(self._place.endpoints)
        while tries > 0:
            try:
                channel = self._open() if alone else await self._ready()
                unary = channel.unary_unary(
                    f"/etcdserverpb.{method}",
                    request_serializer=_serialised,
                    response_deserializer=_reader(answer),
                )
                call: Awaitable[T] = unary(
                    request, timeout=self._place.timeout_s, metadata=self._metadata()
                )
                return await call
            except grpc.aio.AioRpcError as error:
                if self._token is not None and _token_expired(error) and not renewed:
                    renewed, self._token = True, None
                    continue
                why = self._explained(error)
                if isinstance(why, SettingsInvalid):
                    raise why from error
                await self._next_member()
                tries -= 1
        raise why

    async def _ready(self) -> grpc.aio.Channel:
        """Return an open channel, logged in."""
        if self._place.user is not None and self._token is None:
            request = pb.AuthenticateRequest(name=self._place.user, password=self._place.password)
            answer = await self._call(
                "Auth/Authenticate", request, pb.AuthenticateResponse, alone=True
            )
            self._token = answer.token
        return self._open()

    def _open(self) -> grpc.aio.Channel:
        if self._channel is None:
            endpoint = self._place.endpoints[self._at % len(self._place.endpoints)]
            if self._place.tls:
                credentials = _credentials(self._place)
                self._channel = grpc.aio.secure_channel(endpoint, credentials, _OPTIONS)
            else:
                self._channel = grpc.aio.insecure_channel(endpoint, _OPTIONS)
        return self._channel

    async def _next_member(self) -> None:
        self._at += 1
        self._token = None
        await self.close()

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return () if self._token is None else (("token", self._token),)

    def _explained(self, error: grpc.aio.AioRpcError) -> EchoError:
        said = error.details() or error.code().name
        unauthenticated = error.code() is grpc.StatusCode.UNAUTHENTICATED
        if error.code() in _REFUSED or unauthenticated:
            return SettingsInvalid([f"{self._place} refuses: {said}"])
        return LinkDown(str(self._place), said)


def _token_expired(error: grpc.aio.AioRpcError) -> bool:
    return error.code() is grpc.StatusCode.UNAUTHENTICATED


def _serialised(request: object) -> bytes:
    return request.SerializeToString()  # type: ignore[attr-defined, no-any-return]  # any request


def _reader(answer: type[T]) -> Callable[[bytes], T]:
    return answer.FromString  # type: ignore[attr-defined, no-any-return]  # any answer


def _credentials(place: EtcdPlace) -> grpc.ChannelCredentials:
    try:
        files: Sequence[bytes | None] = [
            None if path is None else path.read_bytes()
            for path in (place.ca_file, place.key_file, place.cert_file)
        ]
    except OSError as error:
        raise SettingsInvalid(
            [f"TLS file of {place}: {error.filename}: {error.strerror}"]
        ) from None
    return grpc.ssl_channel_credentials(*files)


def _end(prefix: bytes) -> bytes:
    """Return the first key behind all that begin with *prefix*, which ends in a slash."""
    return prefix[:-1] + bytes([prefix[-1] + 1])


def _text(key: bytes, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        # Readable enough to be refused by name, whatever the setting is.
        return f"\N{REPLACEMENT CHARACTER} {key!r} is not UTF-8"
