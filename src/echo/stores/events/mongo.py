"""Raw events in MongoDB: copied there from the files beside the Core, which stay the first copy.

A MongoDB that is slow, full or away holds up nothing: what it has not got yet lies in the files.
Each event has the id ``<chain>:<seq>``, so that sending one twice changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from echo.domain.facts import Alarm, LinkChanged
from echo.domain.raw_events import Direction, Linked, RawEvent
from echo.ports.errors import EventsUnavailable, SettingsInvalid
from echo.ports.telemetry import FactSink
from echo.stores.events.months import read_events

if TYPE_CHECKING:
    from pymongo.asynchronous.collection import AsyncCollection

COLLECTION: Final = "events"
BATCH_MAX: Final = 500
LOOK_EVERY_S: Final = 0.5
BACKOFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
ANSWER_MS: Final = 2_000
_DUPLICATE: Final = 11_000


class MongoEvents:
    """One collection.

    Args:
        url: The server's address.
        database: The collection is ``events`` in it.
        chain_id: Which Core's events are written or read.
        answer_ms: How long the server may take for anything.

    Raises:
        SettingsInvalid: the driver is not installed, or the address cannot be read.
    """

    def __init__(
        self, url: str, database: str, chain_id: str, *, answer_ms: int = ANSWER_MS
    ) -> None:
        try:
            import pymongo  # an extra: who keeps no events in MongoDB does not need it
            from pymongo.errors import InvalidURI
        except ImportError as error:
            raise SettingsInvalid(["MongoDB needs the extra: echo-copier[mongo]"]) from error
        try:
            self._client: Any = pymongo.AsyncMongoClient(
                url,
                serverSelectionTimeoutMS=answer_ms,
                connectTimeoutMS=answer_ms,
                socketTimeoutMS=answer_ms,
                w=1,
                journal=True,
                appname="echo",
            )
        except (InvalidURI, ValueError) as error:
            raise SettingsInvalid([f"core/events/mongo_url: {error}"]) from error
        self._events: AsyncCollection[dict[str, Any]] = self._client[database][COLLECTION]
        self._chain_id = chain_id

    async def last_seq(self) -> int:
        """Return the number of the last event that is there; 0 = none.

        Raises:
            EventsUnavailable: MongoDB does not answer, or refuses.
        """
        with _translated():
            found = await self._events.find_one(
                {"chain": self._chain_id}, {"seq": 1}, sort=[("seq", -1)]
            )
        return 0 if found is None else int(found["seq"])

    async def insert(self, events: list[Linked]) -> None:
        """Write *events*; those that are there already stay as they are.  Raises as `last_seq`."""
        from pymongo.errors import BulkWriteError

        documents = [_document(self._chain_id, each) for each in events]
        with _translated():
            try:
                await self._events.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                wrong = [
                    each for each in error.details["writeErrors"] if each.get("code") != _DUPLICATE
                ]
                if wrong:
                    raise EventsUnavailable(f"MongoDB refuses: {wrong[0].get('errmsg')}") from error

    async def prepare(self) -> None:
        """See to it that a day and a chain are found quickly.  Raises as `last_seq`."""
        with _translated():
            await self._events.create_index([("chain", 1), ("seq", 1)], unique=True)
            await self._events.create_index([("chain", 1), ("day", 1)])

    async def read(
        self, *, first_day: str = "", last_day: str = "9999-12-31"
    ) -> AsyncIterator[Linked]:
        """Yield what is there of the chain, in order.  Raises as `last_seq`."""
        after = 0
        while True:
            wanted = {
                "chain": self._chain_id,
                "seq": {"$gt": after},
                "day": {"$gte": first_day, "$lte": last_day},
            }
            with _translated():
                page = await self._events.find(wanted).sort("seq", 1).limit(BATCH_MAX).to_list()
            for each in page:
                yield _linked(each)
            if len(page) < BATCH_MAX:
                return
            after = int(page[-1]["seq"])

    async def close(self) -> None:
        """End the connections."""
        await self._client.close()


async def forward(folder: Path, to: MongoEvents, facts: FactSink, place: str) -> None:
    """Copy every event of *folder* to MongoDB, as they come, until cancelled.

    Args:
        place: What people call the server.
    """
    tries, up, after = 0, True, -1
    while True:
        try:
            if after < 0:
                await to.prepare()
                after = await to.last_seq()
            after = await _caught_up(folder, to, after)
        except EventsUnavailable as error:
            if up:
                up = False
                facts.observe(LinkChanged(peer=place, up=False, reason=str(error)))
                sentence = f"{error}; events wait in {folder}"
                facts.observe(Alarm(key="events", code="EVENTS_NOT_FORWARDED", sentence=sentence))
            await asyncio.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
            tries, after = tries + 1, -1
            continue
        if not up:
            facts.observe(LinkChanged(peer=place, up=True))
        tries, up = 0, True
        await asyncio.sleep(LOOK_EVERY_S)


async def _caught_up(folder: Path, to: MongoEvents, after: int) -> int:
    """Send what lies behind *after*, page by page; return the last number sent."""
    while page := await asyncio.to_thread(_page, folder, after):
        await to.insert(page)
        after = page[-1].event.seq
    return after


def _page(folder: Path, after: int) -> list[Linked]:
    found: list[Linked] = []
    for each in read_events(folder, after=after):
        found.append(each)
        if len(found) == BATCH_MAX:
            break
    return found


def _document(chain_id: str, linked: Linked) -> dict[str, Any]:
    event = linked.event
    return {
        "_id": f"{chain_id}:{event.seq}",
        "chain": chain_id,
        "seq": event.seq,
        "day": event.day,
        "wall_ms": event.wall_ms,
        "mono_ms": event.mono_ms,
        "direction": str(event.direction),
        "kind": event.kind,
        # Texts, not documents: the chain is over the bytes.
        "payload": event.payload.decode(),
        "answer": event.answer.decode(),
        "link": linked.link.hex(),
    }


def _linked(document: dict[str, Any]) -> Linked:
    event = RawEvent(
        seq=int(document["seq"]),
        day=str(document["day"]),
        wall_ms=int(document["wall_ms"]),
        mono_ms=int(document["mono_ms"]),
        direction=Direction(document["direction"]),
        kind=str(document["kind"]),
        payload=str(document["payload"]).encode(),
        answer=str(document["answer"]).encode(),
    )
    return Linked(event, bytes.fromhex(document["link"]))


@contextmanager
def _translated() -> Iterator[None]:
    from pymongo.errors import PyMongoError

    try:
        yield
    except PyMongoError as error:
        raise EventsUnavailable(f"MongoDB: {error}") from error
