"""A program's settings: from wherever they lie, at start and while it runs."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from echo.config.live import SettingsInForce
from echo.config.reading import Reading, read_settings
from echo.config.setting import Value
from echo.domain.facts import Alarm, InputRefused
from echo.ports.errors import SettingsInvalid
from echo.ports.settings import SettingsSource
from echo.ports.telemetry import FactSink
from echo.stores.etcd.place import etcd_place, is_etcd
from echo.stores.etcd.settings import EtcdSettings
from echo.stores.file import FileSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """What a program started with, and the way to hear of changes."""

    source: SettingsSource
    reading: Reading
    in_force: SettingsInForce

    async def follow(
        self,
        facts: FactSink,
        apply: Callable[[Mapping[str, Value]], None],
        *,
        mine: tuple[str, ...],
    ) -> None:
        """Put every change into force, until cancelled.

        What cannot be used is told, once, and what was in force before stays.

        Args:
            apply: Takes all settings whenever any of them has changed.
            mine: What keys of this program begin with: only of these it is told that they count
                after a restart.
        """
        await self.source.keep(self.in_force.raw, facts)
        told: tuple[str, ...] = ()
        async for raw in self.source.changes(facts):
            change = self.in_force.change(raw)
            if change.complaints and change.complaints != told:
                sentence = "\n".join(change.complaints)
                facts.observe(Alarm(key="settings", code="SETTINGS_INVALID", sentence=sentence))
            told = change.complaints
            if change.reading is None:
                continue
            for key in filter(lambda key: key.startswith(mine), change.restart):
                sentence = f"{key} was changed: that counts after a restart"
                facts.observe(InputRefused(peer="settings", reason="restart", sentence=sentence))
            for sentence in change.reading.warnings:
                facts.observe(InputRefused(peer="settings", reason="no_effect", sentence=sentence))
            apply(change.reading.values)
            await self.source.keep(self.in_force.raw, facts)


async def live_settings(place: Path | str) -> LiveSettings:
    """Read the settings at *place*, a file or an address of etcd.

    Raises:
        SettingsInvalid: they cannot be read, or a program must not start with them.
    """
    source = settings_source(place)
    try:
        raw = await source.fetch()
    except SettingsInvalid:
        await source.close()
        raise
    reading = read_settings(raw, strangers=source.strangers)
    if reading.complaints:
        await source.close()
        raise SettingsInvalid([f"{place}: {each}" for each in reading.complaints])
    in_force = SettingsInForce(raw, strangers=source.strangers)
    return LiveSettings(source=source, reading=reading, in_force=in_force)


def settings_source(place: Path | str) -> SettingsSource:
    """Return the way to the settings at *place*.

    Raises:
        SettingsInvalid: it is an address that cannot be read.
    """
    text = place if isinstance(place, str) else place.as_posix()
    if is_etcd(text):
        return EtcdSettings(etcd_place(text, os.environ))
    return FileSettings(Path(place))
