"""Compiles many files of C into one library of Python's, and only those that have changed."""

import hashlib
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = str(sysconfig.get_config_var("EXT_SUFFIX"))
"""How the file of a compiled module ends, for this interpreter."""
_FLAGS: Final = ("-g0", "-DNDEBUG", "-fwrapv", "-w", "-fPIC")


class CannotCompile(Exception):
    """Nothing here compiles C for this interpreter, or it refused to; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of C, and how much of its time the compiler shall spend on it.

    ``level``: what follows ``-O``.
    """

    path: Path
    level: int


class Compiler:
    """The compiler that this interpreter was built with, and a store of what it made.

    Args:
        store: Where objects are kept, by what they are made of.
        includes: Folders that headers are looked for in, beside Python's own.
        headers: Headers that may change; when one does, every object is made anew.
        jobs: So many files are compiled at a time.
    """

    def __init__(
        self, store: Path, includes: Sequence[Path], headers: Iterable[Path], jobs: int
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._used: set[Path] = set()
        folders = (*includes, Path(sysconfig.get_path("include")))
        self._words = [*program("CC"), *_FLAGS, *(f"-I{each}" for each in folders)]
        self._links = program("LDSHARED")
        version = _run([self._words[0], "--version"])
        digest = hashlib.sha256(repr((version, SUFFIX, _FLAGS, self._links)).encode())
        self._alone = digest.digest()
        for each in sorted(headers):
            digest.update(each.read_bytes())
        self._together = digest.digest()
        store.mkdir(parents=True, exist_ok=True)

    def library(
        self, parts: Iterable[Part], target: Path, tell: Callable[[str], None] = print
    ) -> None:
        """Link *parts* as *target*.

        Raises:
            CannotCompile: the compiler refused.
        """
        wanted = {self._place(each, "o", self._together): each for each in parts}
        self._make(wanted, ["-c"], self._words, tell)
        objects = [str(each) for each in wanted]
        _run([*self._links, *objects, "-o", str(target)])

    def modules(
        self, parts: Iterable[tuple[Part, Path]], tell: Callable[[str], None] = print
    ) -> None:
        """Link every part, which includes no header but Python's, as the file named beside it.

        Raises:
            CannotCompile: the compiler refused.
        """
        wanted = {self._place(part, "so", self._alone): (part, target) for part, target in parts}
        each_part = {place: part for place, (part, _) in wanted.items()}
        self._make(each_part, ["-shared"], self._words, tell)
        for place, (_, target) in wanted.items():
            shutil.copy(place, target)

    def forget_others(self) -> None:
        """Throw away what older sources were compiled to."""
        for each in self._store.iterdir():
            if each not in self._used:
                each.unlink(missing_ok=True)

    def _place(self, part: Part, ending: str, known: bytes) -> Path:
        made_of = (known, part.level, hashlib.sha256(part.path.read_bytes()).digest())
        place = self._store / f"{hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]}.{ending}"
        self._used.add(place)
        return place

    def _make(
        self,
        wanted: dict[Path, Part],
        how: Sequence[str],
        words: Sequence[str],
        tell: Callable[[str], None],
    ) -> None:
        new = {place: part for place, part in wanted.items() if not place.exists()}
        tell(f"{len(wanted)} files of C, {len(new)} of them to be compiled")

        def make(place: Path) -> None:
            part, fresh = new[place], place.with_suffix(".new")
            _run([*words, f"-O{part.level}", *how, str(part.path), "-o", str(fresh)])
            fresh.replace(place)

        largest_first = sorted(new, key=lambda each: -new[each].path.stat().st_size)
        crew = ThreadPoolExecutor(self._jobs)
        try:
            for _ in crew.map(make, largest_first):
                pass
        finally:
            crew.shutdown(cancel_futures=True)


def program(name: str) -> list[str]:
    """Return the words that Python's own build names the program *name* by.

    Raises:
        CannotCompile: there is none, or no headers of Python's.
    """
    words = shlex.split(str(sysconfig.get_config_var(name) or ""))
    if not words:
        raise CannotCompile("this interpreter does not know what C compiler it was built with")
    if shutil.which(words[0]) is None:
        raise CannotCompile(f"the C compiler {words[0]} is not installed")
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").exists():
        raise CannotCompile(f"Python's headers are not installed: no Python.h in {headers}")
    return words


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotCompile(f"{words[0]} refused {words[-1]}:\n{done.stderr.strip()}")
    return done.stdout
