"""Settings out of ``echo.toml``: read at start, watched afterwards."""

from pathlib import Path

from echo.config.reading import Reading, read_settings
from echo.config.toml_file import NotToml, flatten_toml
from echo.ports.errors import SettingsInvalid


class FileSettings:
    """One file.  What cannot be used is refused with every reason, and what was in force stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._looked: tuple[int, int] | None = None

    def load(self) -> Reading:
        """Read the file.

        Raises:
            SettingsInvalid: there is no such file, it is not TOML, or a setting is wrong.
        """
        try:
            stat = self._path.stat()
            text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsInvalid([f"{self._path}: {error.strerror}"]) from error
        except UnicodeDecodeError as error:
            raise SettingsInvalid([f"{self._path} is not UTF-8 text"]) from error
        self._seen = (stat.st_mtime_ns, stat.st_size)
        try:
            reading = read_settings(flatten_toml(text))
        except NotToml as error:
            raise SettingsInvalid([f"{self._path} is not TOML: {error}"]) from error
        if reading.complaints:
            raise SettingsInvalid([f"{self._path}: {each}" for each in reading.complaints])
        return reading

    def poll(self) -> Reading | None:
        """Read the file again if it has changed; ``None`` = it has not, or is still changing.

        A changed file is read when two looks in a row find it the same: many editors empty a
        file before they fill it, and an empty file would be a valid one.  A file that is gone
        changes nothing.

        Raises:
            SettingsInvalid: it has changed into something that cannot be used; raised once.
        """
        try:
            stat = self._path.stat()
        except OSError:
            return None
        found = (stat.st_mtime_ns, stat.st_size)
        settled, self._looked = found == self._looked, found
        if found == self._seen or not settled:
            return None
        return self.load()
