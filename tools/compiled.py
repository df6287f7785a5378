"""Compiles the pure rooms, for runs of the world that take hours: ``python -m tools.compiled``.

Prints the folder to put on PYTHONPATH: a copy of the package whose domain, engine, bridge,
terminal and world are compiled by mypyc, and whose other rooms are as they are.  It lies under
``build/compiled``, named by what it was made of, and is made once.  What it answers is the
interpreter's answer; why the programs themselves are not run that way:
docs/adr/0024-the-world-is-compiled-for-long-runs.md.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from echo.sim.revision import PACKAGE, revision
from tools import plain_values
from tools.c_library import SUFFIX, CannotCompile, Compiler, Part, program
from tools.plain_classes import NotPlain, plain

if TYPE_CHECKING:
    from mypy.build import BuildSource

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "src" / "echo"
BUILT: Final = ROOT / "build" / "compiled"
ROOMS: Final = (
    *("domain", "ports", "wire/pipe", "engine", "bridge", "terminal", "sim"),
    *("wire/identifiers.py", "services/agent/hearing.py"),
    *("stores/memory.py", "stores/memory_rules.py"),
)
"""Rooms without a clock, a socket or a file, and what the world borrows of others: nothing else
gains much."""
INTERPRETED: Final = (
    *("*/__init__.py", "sim/__main__.py", "sim/desk/*", "terminal/histories/*"),
    *("domain/sealing.py", "domain/copies.py", "domain/plain_values.py"),
)
"""What stays as it is: data, what is run by name, what waits for others, and what makes classes."""
SELDOM: Final = (
    *("sim/campaign*", "sim/corpus*", "sim/crash_*", "sim/crew*", "sim/cuts*", "sim/notation*"),
    *("sim/profiles*", "sim/progress*", "sim/rep*", "sim/revision*", "sim/scenario*"),
    *("sim/shrink*", "sim/small_worlds*", "sim/spelling*", "sim/story*", "ports/*"),
    *("*/operator*", "*/recovery*", "*/registry*", "terminal/legacy*"),
)
"""What no world spends its time in: the C compiler need not, either."""
GROUP: Final = "echo"
CANNOT: Final = 3
_COPIES: Final = "from echo.domain.plain_values import replace as replace\n"
_OPTIONS: Final = """[mypy]
explicit_package_bases = True
mypy_path = .
ignore_missing_imports = True
# To type checkers a class that was written out is no dataclass: fields() will not take it.
disable_error_code = arg-type
[mypy-echo.domain.plain_values]
ignore_errors = True
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile, unless that was done before, and print where; return 3 where nothing can."""
    parser = argparse.ArgumentParser(prog="python -m tools.compiled", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes of C")
    chosen = parser.parse_args(arguments)
    try:
        program("CC")
        folder = compiled(SOURCES, BUILT, jobs=chosen.jobs)
    except (CannotCompile, NotPlain) as error:
        _tell(f"Not compiled, the world will be interpreted: {error}")
        return CANNOT
    print(folder)
    return 0


def compiled(package: Path, built: Path, *, jobs: int, rooms: Iterable[str] = ROOMS) -> Path:
    """Return the folder under *built* that holds *package* compiled; make it first, if need be.

    Args:
        package: The folder of the package, which must be called ``echo``.
        built: Where such folders are kept, and the objects that they are linked of.
        jobs: So many C compilers work at a time.
        rooms: Which of its rooms and modules are compiled.

    Raises:
        CannotCompile: mypyc or the C compiler refused.
        NotPlain: a dataclass cannot be written out.
    """
    if (done := built / digest(package)).exists():
        return done
    built.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=built, prefix="new-") as place:
        tree = Path(place) / "tree"
        shutil.copytree(package, tree / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        # Somebody may be editing: the name is that of what was copied.
        done = built / digest(tree / package.name)
        modules = rewrite(tree / package.name, rooms)
        _sign(tree)
        _compile(tree, modules, Path(place) / "c", built / "objects", jobs)
        with contextlib.suppress(FileExistsError, OSError):
            tree.rename(done)
    return done


def _sign(tree: Path) -> None:
    """Have `echo.sim.revision` find what git says of the sources, where git knows of no file."""
    signed = tree / f"{PACKAGE.replace('-', '_')}-0.dist-info"
    signed.mkdir()
    text = f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {revision()}\n"
    (signed / "METADATA").write_text(text, encoding="utf-8")


def digest(package: Path) -> str:
    """Return a digest of all that decides what is compiled."""
    made = hashlib.sha256(f"{SUFFIX} {sys.version} {version('mypy')}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name in {"compiled.py", "c_library.py", "plain_classes.py", "plain_values.py"}:
            made.update(path.read_bytes())
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            made.update(str(path.relative_to(package)).encode())
            made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()[:16]


def rewrite(package: Path, rooms: Iterable[str] = ROOMS) -> list[Path]:
    """Write the dataclasses of *package* out in place; return the modules that are to be compiled.

    Raises:
        NotPlain: one of them cannot be written out, and in which file.
    """
    shutil.copy(plain_values.__file__, package / "domain" / "plain_values.py")
    (package / "domain" / "copies.py").write_text(_COPIES, encoding="utf-8")
    modules = []
    for path in sorted(modules_of(package, rooms)):
        within = path.relative_to(package)
        if any(within.match(pattern) for pattern in INTERPRETED):
            continue
        text = path.read_text(encoding="utf-8")
        try:
            path.write_text(plain(text), encoding="utf-8")
        except NotPlain as error:
            raise NotPlain(f"{within}: {error}") from None
        # A compiled module does not know its own docstring, nor classes that take keywords.
        if "__doc__" not in text and "(Struct" not in text:
            modules.append(path)
    return modules


def modules_of(package: Path, rooms: Iterable[str] = ROOMS) -> Iterator[Path]:
    """Yield the modules of *rooms*, of which some are a single module."""
    for place in (package / room for room in rooms):
        yield from [place] if place.is_file() else place.rglob("*.py")


def _compile(tree: Path, modules: Sequence[Path], place: Path, store: Path, jobs: int) -> None:
    try:
        from mypyc.build import generate_c_extension_shim, include_dir
    except ImportError as error:
        raise CannotCompile(f"mypyc cannot be used here: {error}") from error
    _tell(f"{len(modules)} modules are turned into C; compiling them takes minutes, once")
    names = [str(each.relative_to(tree)) for each in modules]
    with _inside(tree):
        sources, texts, includes = _generate(names, place)
    runtime = Path(include_dir())
    headers = [*place.rglob("*.h"), *runtime.rglob("*.h")]
    compiler = Compiler(store, [place, runtime, *includes], headers, jobs)
    compiler.library(_parts(texts), tree / f"{GROUP}__mypyc{SUFFIX}", _tell)
    doors = []
    for source in sources:
        last = source.module.rpartition(".")[2]
        shim = generate_c_extension_shim(source.module, last, str(place / "doors"), GROUP)
        target = tree.joinpath(*source.module.split(".")).with_name(f"{last}{SUFFIX}")
        doors.append((Part(path=Path(shim), level=0), target))
    compiler.modules(doors, _tell)
    compiler.forget_others()


def _generate(names: list[str], place: Path) -> tuple[list["BuildSource"], list[Path], list[Path]]:
    """Return what was taken, the files of C that it became, and the folders they include from."""
    from mypyc.build import include_dir, mypyc_build
    from mypyc.common import RUNTIME_C_FILES
    from mypyc.options import CompilerOptions

    place.mkdir()
    options = place / "mypy.ini"
    options.write_text(_OPTIONS, encoding="utf-8")
    wanted = CompilerOptions(multi_file=True, target_dir=str(place), group_name=GROUP)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            groups, made, deps = mypyc_build(
                [f"--config-file={options}", *names], wanted, always_use_shared_lib=True
            )
    except SystemExit as error:
        raise CannotCompile("mypyc refused; what it said stands above") from error
    runtime = Path(include_dir())
    texts = [Path(each) for paths, _ in made for each in paths]
    texts += [runtime / each for each in RUNTIME_C_FILES]
    texts += [runtime / each.path for each in deps if each.path.endswith(".c")]
    includes = [runtime / folder for each in deps for folder in each.include_dirs]
    return [source for group, _ in groups for source in group], texts, includes


def _parts(texts: Iterable[Path]) -> Iterator[Part]:
    for path in texts:
        within = path.stem.removeprefix("__native_").replace("___", "/")
        module = Path(within.removeprefix(f"{GROUP}/"))
        seldom = module.name == GROUP or any(module.match(each) for each in SELDOM)
        yield Part(path=path, level=0 if seldom else 1)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in *folder*: mypyc writes into C where a module lies, as it was named."""
    with contextlib.chdir(folder):
        yield


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
