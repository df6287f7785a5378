"""A program's settings: from wherever they lie, at start and while it runs."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from echo.config.live import Refused, SettingsInForce
from echo.config.reading import Reading, read_settings
from echo.config.schema import find
from echo.config.setting import Reload, Value
from echo.config.showing import reason_shown, shown
from echo.domain.facts import Alarm, InputRefused
from echo.domain.rulings import RefusedSetting
from echo.engine.events import SettingsRead
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
    place: str

    def said(self) -> SettingsRead:
        """Return what all settings in force say, for their history."""
        raw = self.in_force.raw
        return SettingsRead(place=self.place, values=_texts(sorted(raw), raw), whole=True)

    def said_since(
        self, before: Mapping[str, object], refused: Iterable[Refused]
    ) -> SettingsRead | None:
        """Return what has changed, for their history; ``None`` = nothing.

        Args:
            before: What was in force before.
            refused: What was new and not taken over.
        """
        raw = self.in_force.raw
        keys = sorted(
            key
            for key in raw.keys() | before.keys()
            if before.get(key) != raw.get(key) and _counts(key)
        )
        found = SettingsRead(
            place=self.place,
            values=_texts(keys, raw),
            restart=tuple(key for key in keys if _counts(key, only=Reload.RESTART)),
            refused=tuple(
                RefusedSetting(
                    key=each.key,
                    value="" if each.raw is None else shown(each.key, each.raw),
                    reason=reason_shown(each.reason, each.key, each.raw),
                )
                for each in refused
            ),
        )
        return found if found.values or found.refused else None

    async def follow(
        self,
        facts: FactSink,
        apply: Callable[[Mapping[str, Value]], None],
        *,
        mine: tuple[str, ...],
        note: Callable[[SettingsRead], None] = lambda _: None,
    ) -> None:
        """Put every change into force, until cancelled.

        What cannot be used is told, once, and what was in force before stays.

        Args:
            apply: Takes all settings whenever any of them has changed.
            mine: What keys of this program begin with: only of these it is told that they count
                after a restart.
            note: Takes what the settings say, at the beginning and whenever they were changed.
        """
        note(self.said())
        await self.source.keep(self.in_force.raw, facts)
        told: tuple[str, ...] = ()
        known: tuple[Refused, ...] = ()
        async for raw in self.source.changes(facts):
            before = dict(self.in_force.raw)
            change = self.in_force.change(raw)
            said = self.said_since(before, [each for each in change.refused if each not in known])
            known = change.refused
            if said is not None:
                note(said)
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
    name = place if isinstance(place, str) else place.as_posix()
    if isinstance(source, EtcdSettings):
        name = str(etcd_place(name, os.environ))
    return LiveSettings(source=source, reading=reading, in_force=in_force, place=name)


def settings_source(place: Path | str) -> SettingsSource:
    """Return the way to the settings at *place*.

    Raises:
        SettingsInvalid: it is an address that cannot be read.
    """
    text = place if isinstance(place, str) else place.as_posix()
    if is_etcd(text):
        return EtcdSettings(etcd_place(text, os.environ))
    return FileSettings(Path(place))


def _texts(keys: Iterable[str], raw: Mapping[str, object]) -> tuple[tuple[str, str | None], ...]:
    """Return the keys that are settings with an effect, with what they say."""
    return tuple(
        (key, shown(key, raw[key]) if key in raw else None) for key in keys if _counts(key)
    )


def _counts(key: str, *, only: Reload | None = None) -> bool:
    """Whether the key is a setting with an effect, and of that kind."""
    setting = find(key)
    return setting is not None and not setting.ignored and only in {None, setting.reload}
