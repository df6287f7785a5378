"""What a running program says about itself, for the command line and for whoever watches it."""

import json
import os
from pathlib import Path


class StateFile:
    """One small JSON file, replaced whole; it is gone when its program has ended in order.

    A program that never came to say anything leaves the file of the one that runs alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = False

    def write(self, *, ready: bool, address: str, admin: str | None = None) -> None:
        """Say whether the program serves, and where; *admin*: where operators ask it."""
        fresh = self._path.with_suffix(".new")
        said = {"ready": ready, "pid": os.getpid(), "address": address}
        fresh.write_text(json.dumps(said if admin is None else {**said, "admin": admin}))
        fresh.replace(self._path)
        self._written = True

    def remove(self) -> None:
        """Say nothing any more."""
        if self._written:
            self._path.unlink(missing_ok=True)
