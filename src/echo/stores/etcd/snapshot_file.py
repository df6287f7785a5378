"""The last good settings on disk: what a start without etcd goes by, if it may."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from echo.ports.errors import SettingsInvalid

_FORM: Final = "echo-settings/1"


class SnapshotFile:
    """One file; replaced as a whole, so that a kill leaves the old one or the new one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, values: Mapping[str, str]) -> None:
        """Replace what is kept.

        Raises:
            OSError: it cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.unlink(missing_ok=True)
        text = json.dumps({"form": _FORM, "values": dict(values)}, indent=1, sort_keys=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def read(self) -> Mapping[str, str] | None:
        """Return what is kept; ``None`` = nothing.

        Raises:
            SettingsInvalid: there is a file, and it is none of these.
        """
        with suppress(FileNotFoundError):
            try:
                told = json.loads(self._path.read_text(encoding="utf-8"))
                if told["form"] == _FORM:
                    return {str(key): str(value) for key, value in told["values"].items()}
            except FileNotFoundError:
                raise
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise SettingsInvalid([f"{self._path} cannot be read: {error}"]) from error
            raise SettingsInvalid([f"{self._path} is no snapshot of settings"])
        return None
