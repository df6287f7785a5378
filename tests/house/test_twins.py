"""House rule: every module has a test module of its own, at the mirrored place.

Ports only say what adapters must do; they are tested where that is done, by one contract suite
that every adapter runs.
"""

import ast
from pathlib import Path

from tests.house.sources import PACKAGE, ROOT, python_files, shown

WITHOUT_TWIN = {"__init__", "__main__"}


def twin_of(module: Path) -> Path:
    """``src/echo/domain/sizing.py`` is tested by ``tests/domain/test_sizing.py``."""
    folder = module.relative_to(PACKAGE).parent
    return ROOT / "tests" / folder / f"test_{module.stem.lstrip('_')}.py"


def _only_promises(module: Path) -> bool:
    """Whether a module defines Protocols and nothing that could be run."""
    body = ast.parse(module.read_text(encoding="utf-8")).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    return bool(classes) and all(
        any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
        for node in classes
    )


def test_every_module_has_a_twin() -> None:
    alone = [
        f"{shown(module)}: write {shown(twin_of(module))}"
        for module in python_files("src/echo")
        if module.stem not in WITHOUT_TWIN
        and not _only_promises(module)
        and not twin_of(module).is_file()
    ]

    assert not alone, "\n".join(["", *alone])


def test_a_twin_lies_at_the_mirrored_place() -> None:
    assert shown(twin_of(PACKAGE / "domain" / "sizing.py")) == "tests/domain/test_sizing.py"
    assert shown(twin_of(PACKAGE / "clock.py")) == "tests/test_clock.py"
