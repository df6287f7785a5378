"""What a running program says about itself, for the command line and for whoever watches it."""

import json
import os
from pathlib import Path
from typing import Final

CORE_STATE: Final = "core.state.json"
"""The Core's file of this kind."""


class StateFile:
    """One small JSON file, replaced whole; it is gone when its program has ended in order.

    Of two programs that share a folder, the one that became ready last is the one to speak of:
    the other leaves what it says alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, *, ready: bool, address: str, admin: str | None = None) -> None:
        """Say whether the program serves, and where; *admin*: where operators ask it."""
        if not ready and self._speaker() not in (None, os.getpid()):
            return
        fresh = self._path.with_suffix(".new")
        said = {"ready": ready, "pid": os.getpid(), "address": address}
        fresh.write_text(json.dumps(said if admin is None else {**said, "admin": admin}))
        fresh.replace(self._path)

    def remove(self) -> None:
        """Say nothing any more."""
        if self._speaker() == os.getpid():
            self._path.unlink(missing_ok=True)

    def _speaker(self) -> int | None:
        """Return whose file it is; ``None`` = there is none that could be read."""
        try:
            return int(json.loads(self._path.read_bytes())["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def admin_address(folder: Path) -> str | None:
    """Return where operators ask the Core that speaks in *folder*; ``None`` = it says nothing."""
    try:
        told = json.loads((folder / CORE_STATE).read_text(encoding="utf-8"))
        address = str(told["admin"])
        host, _, port = address.rpartition(":")
        return address if host and port.isdigit() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
