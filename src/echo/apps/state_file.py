"""What a running program says about itself, for the command line and for whoever watches it."""

import json
import os
from pathlib import Path


class StateFile:
    """One small JSON file, replaced whole; it is gone when its program has ended in order."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, *, ready: bool, address: str) -> None:
        """Say whether the program serves, and where."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"ready": ready, "pid": os.getpid(), "address": address}))
        fresh.replace(self._path)

    def remove(self) -> None:
        """Say nothing any more."""
        self._path.unlink(missing_ok=True)
