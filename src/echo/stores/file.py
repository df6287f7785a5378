"""Settings out of ``echo.toml``: read at start, watched afterwards."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from echo.config.reading import Reading, read_settings
from echo.config.toml_file import NotToml, flatten_toml
from echo.domain.facts import Alarm
from echo.ports.errors import SettingsInvalid
from echo.ports.telemetry import FactSink

LOOK_EVERY_S: Final = 0.2
"""How often the file is looked at: a change is read at the second look that finds it."""


class FileSettings:
    """One file, as a `SettingsSource`.

    Args:
        path: The file.
        look_every_s: Pause between two looks at it while it is watched.
    """

    strangers = False

    def __init__(self, path: Path, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._path, self._look_every_s = path, look_every_s
        self._seen: tuple[int, int] | None = None
        self._looked: tuple[int, int] | None = None

    def load(self) -> Reading:
        """Read the file, and judge it.

        Raises:
            SettingsInvalid: there is no such file, it is not TOML, or a setting is wrong.
        """
        reading = read_settings(self.read())
        if reading.complaints:
            raise SettingsInvalid([f"{self._path}: {each}" for each in reading.complaints])
        return reading

    async def fetch(self) -> Mapping[str, object]:
        """Return what the file holds now.  Raises ``SettingsInvalid``, as `read`."""
        return self.read()

    def read(self) -> Mapping[str, object]:
        """Return the file's raw settings.

        Raises:
            SettingsInvalid: there is no such file, or it is not TOML.
        """
        try:
            stat = self._path.stat()
            text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsInvalid([f"{self._path}: {error.strerror}"]) from error
        except UnicodeDecodeError as error:
            raise SettingsInvalid([f"{self._path} is not UTF-8 text"]) from error
        finally:
            # Also when it cannot be used: that is told once, not at every look.
            self._seen = self._stamp()
        self._seen = (stat.st_mtime_ns, stat.st_size)
        try:
            return flatten_toml(text)
        except NotToml as error:
            raise SettingsInvalid([f"{self._path} is not TOML: {error}"]) from error

    async def changes(self, facts: FactSink) -> AsyncIterator[Mapping[str, object]]:
        """Yield the file's raw settings whenever it has changed into something readable."""
        while True:
            await asyncio.sleep(self._look_every_s)
            try:
                raw = self.poll()
            except SettingsInvalid as error:
                facts.observe(Alarm(key="settings", code="SETTINGS_INVALID", sentence=str(error)))
                continue
            if raw is not None:
                yield raw

    async def keep(self, values: Mapping[str, object], facts: FactSink) -> None:
        """Do nothing: the file itself is there at the next start."""

    async def close(self) -> None:
        """Do nothing: no file is kept open."""

    def poll(self) -> Mapping[str, object] | None:
        """Read the file again if it has changed; ``None`` = it has not, or is still changing.

        A changed file is read when two looks in a row find it the same: many editors empty a
        file before they fill it, and an empty file would be a valid one.  A file that is gone
        changes nothing.

        Raises:
            SettingsInvalid: it has changed into something that is no TOML; raised once.
        """
        found = self._stamp()
        if found is None:
            return None
        settled, self._looked = found == self._looked, found
        if found == self._seen or not settled:
            return None
        return self.read()

    def _stamp(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size
