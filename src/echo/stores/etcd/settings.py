"""Settings out of etcd: read at start, watched afterwards without missing a revision."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from echo.domain.facts import Alarm, LinkChanged
from echo.ports.errors import EchoError, LinkDown, SettingsInvalid
from echo.ports.telemetry import FactSink
from echo.stores.etcd.client import Compacted, EtcdClient, Step
from echo.stores.etcd.place import EtcdPlace
from echo.stores.etcd.snapshot_file import SnapshotFile

SETTLE_S: Final = 0.05
"""What is written within so long counts as one change: an import is several transactions."""
SETTLE_S_MAX: Final = 0.5
"""Whoever writes without end must not keep what was written from being seen."""
BACKOFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class EtcdSettings:
    """One prefix in etcd, as a `SettingsSource`.

    While no member answers, what is known stays in force; after that, what was missed is asked
    for from the last known revision on, or everything if etcd has forgotten that.
    """

    strangers = True

    def __init__(self, place: EtcdPlace) -> None:
        self._place = place
        self._client = EtcdClient(place)
        self._kept = None if place.snapshot is None else SnapshotFile(place.snapshot)
        self._values: dict[str, str] = {}
        self._revision: int | None = None
        self._from_snapshot: str | None = None

    async def fetch(self) -> Mapping[str, object]:
        """Return what lies under the prefix; from the snapshot if no member answers.

        Raises:
            SettingsInvalid: no member answers and there is no snapshot; or etcd refuses.
        """
        try:
            await self._read()
        except LinkDown as error:
            kept = None if self._kept is None else self._kept.read()
            if kept is None:
                hint = "start etcd, or keep ?snapshot=FILE to start without it"
                raise SettingsInvalid([f"{error}", hint]) from error
            self._values, self._from_snapshot = dict(kept), str(error)
        return dict(self._values)

    async def keep(self, values: Mapping[str, object], facts: FactSink) -> None:
        """Write *values*, which are in force, to the snapshot, if there is to be one."""
        if self._kept is None:
            return
        texts = {key: str(value) for key, value in values.items()}
        try:
            await asyncio.to_thread(self._kept.write, texts)
        except OSError as error:
            sentence = f"{self._place.snapshot} cannot be written: {error.strerror}"
            facts.observe(Alarm(key="settings", code="SNAPSHOT_FAILED", sentence=sentence))

    async def changes(self, facts: FactSink) -> AsyncIterator[Mapping[str, object]]:
        """Yield everything under the prefix whenever it has changed."""
        reach = _Reach(self._place, facts)
        if self._from_snapshot is not None:
            reach.started_without(self._from_snapshot)
        try:
            while True:
                try:
                    if self._revision is None:
                        before = dict(self._values)
                        await self._read()
                        reach.found()
                        if self._values != before:
                            yield dict(self._values)
                    async for changed in self._steps():
                        reach.found()
                        if changed:
                            yield dict(self._values)
                except Compacted:
                    self._revision = None
                except (LinkDown, SettingsInvalid) as error:
                    await asyncio.sleep(reach.lost(error))
        finally:
            await self._client.close()

    async def close(self) -> None:
        """End the connection."""
        await self._client.close()

    async def _read(self) -> None:
        found = await self._client.read()
        self._values, self._revision = dict(found.values), found.revision

    async def _steps(self) -> AsyncIterator[bool]:
        """Follow the watch: yield False once it stands, True whenever something has changed.

        Changes that follow each other at once are one, for no longer than `SETTLE_S_MAX`.
        """
        loop = asyncio.get_running_loop()
        assert self._revision is not None  # noqa: S101 -- read before it is watched
        watching = self._client.watch(self._revision + 1)
        pending: asyncio.Future[Step] | None = None
        changed_s: float | None = None
        try:
            while True:
                pending = pending or asyncio.ensure_future(_following(watching))
                await asyncio.wait({pending}, timeout=None if changed_s is None else SETTLE_S)
                if changed_s is not None and (
                    not pending.done()
                    or pending.exception() is not None
                    or loop.time() - changed_s >= SETTLE_S_MAX
                ):
                    changed_s = None
                    yield True
                    continue
                step = await pending
                pending = None
                if self._take(step):
                    changed_s = loop.time() if changed_s is None else changed_s
                elif changed_s is None:
                    yield False
        finally:
            if pending is not None:
                pending.cancel()
                await asyncio.gather(pending, return_exceptions=True)
            await watching.aclose()

    def _take(self, step: Step) -> bool:
        """Carry out *step*; return whether it changed anything."""
        assert self._revision is not None  # noqa: S101 -- read before it is watched
        self._revision = max(self._revision, step.revision)
        for key, value in step.changes.items():
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
        return bool(step.changes)


class _Reach:
    """Whether etcd answers: told when that changes, and how long to wait before asking again."""

    def __init__(self, place: EtcdPlace, facts: FactSink) -> None:
        self._place, self._facts = place, facts
        self._tries = 0
        self._down = False

    def started_without(self, reason: str) -> None:
        self._down = True
        self._alarm("SETTINGS_FROM_SNAPSHOT", f"started from {self._place.snapshot}: {reason}")

    def found(self) -> None:
        self._tries = 0
        if self._down:
            self._down = False
            self._facts.observe(LinkChanged(peer=str(self._place), up=True))

    def lost(self, error: EchoError) -> float:
        """Return the seconds to wait."""
        if not self._down:
            self._down = True
            self._facts.observe(LinkChanged(peer=str(self._place), up=False, reason=str(error)))
            self._alarm("SETTINGS_UNREACHABLE", f"{error}; the settings known stay in force")
        pause_s = BACKOFF_S[min(self._tries, len(BACKOFF_S) - 1)]
        self._tries += 1
        return pause_s

    def _alarm(self, code: str, sentence: str) -> None:
        self._facts.observe(Alarm(key="settings", code=code, sentence=sentence))


async def _following(steps: AsyncIterator[Step]) -> Step:
    return await anext(steps)
