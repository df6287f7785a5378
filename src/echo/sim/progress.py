"""Progress kept in a file: one line for each block of seeds that is done, and nothing rewritten.

Whoever is killed loses the blocks under way, and perhaps the line that was being written.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from echo.sim.report import Report
from echo.sim.revision import code_digest, revision
from echo.stores.store_lock import StoreLock

VERSION: Final = 1
BEGINNING: Final = b'{"version":'
BLOCK_MOST: Final = 50
BLOCKS_LEAST: Final = 64


class ProgressRefused(Exception):
    """The file belongs to another run, or is not one of ours."""


def blocks(seeds: range) -> list[range]:
    """Split *seeds*: small enough to be shared, large enough to be worth a line."""
    size = max(1, min(BLOCK_MOST, len(seeds) // BLOCKS_LEAST))
    return [seeds[first : first + size] for first in range(0, len(seeds), size)]


class Progress:
    """The file of one run.

    Args:
        path: Made when it is not there.
        report: What the run sums up; what the file knows is added to it.
        options: What must be the same for the run to go on; JSON values.

    Raises:
        ProgressRefused: the file is another run's, or broken before its end.
        StoreLocked: another process writes it.
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path, report: Report, options: dict[str, Any]) -> None:
        self._lock = StoreLock(path)
        try:
            self._done, whole = _read(path, report, options)
            self._file: IO[bytes] = path.open("ab")
            if self._file.tell() > whole:
                self._file.truncate(whole)
            if not whole:
                self._write({"version": VERSION, "revision": revision(), **_header(options)})
        except BaseException:
            self._lock.release()
            raise

    def left(self, of: Sequence[range]) -> list[range]:
        """Return those blocks that are still to be done."""
        return [each for each in of if (each.start, each.stop) not in self._done]

    def note(self, block: range, part: Report) -> None:
        """Keep what came of a block."""
        self._write({"from": block.start, "to": block.stop, "sum": part.plain()})

    def close(self) -> None:
        """Release the file."""
        self._file.close()
        self._lock.release()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _header(options: dict[str, Any]) -> dict[str, Any]:
    return {"code": code_digest(), "options": options}


def _read(path: Path, report: Report, options: dict[str, Any]) -> tuple[set[tuple[int, int]], int]:
    """Add what is done to *report*; return its blocks and how many bytes are whole lines."""
    if not path.exists():
        return set(), 0
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if not whole and data[: len(BEGINNING)] != BEGINNING[: len(data)]:
        raise ProgressRefused(f"{path} is no progress of a run")
    lines = data[:whole].splitlines()
    done: set[tuple[int, int]] = set()
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            if number == 1:
                _same(path, said, options)
                continue
            block = (int(said["from"]), int(said["to"]))
            if block not in done:
                report.absorb(Report.of(said["sum"]))
                done.add(block)
        except (ValueError, KeyError, TypeError) as error:
            raise ProgressRefused(
                f"{path} is no progress of a run: line {number} is broken ({error})"
            ) from error
    return done, whole


def _same(path: Path, said: dict[str, Any], options: dict[str, Any]) -> None:
    wanted = {"version": VERSION, **_header(options)}
    for name in ("version", "options", "code"):
        if said[name] != wanted[name]:
            raise ProgressRefused(
                f"{path} keeps the progress of another run: its {name} is"
                f" {json.dumps(said[name])} (revision {said['revision']}), not"
                f" {json.dumps(wanted[name])} (revision {revision()});"
                " name another file, or remove this one"
            )
