"""House rule: a module fits in one sitting, a function on one screen."""

import ast

from tests.house.sources import python_files, read, shown, tree

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 70

JUDGED = ("src", "tools", "bench")


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {shown(p): len(read(p).splitlines()) for p in python_files(*JUDGED)}

    assert {name: n for name, n in lengths.items() if n > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{shown(path)}:{node.lineno}: {node.name} has {lines} lines"
        for path in python_files(*JUDGED)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]

    assert not too_long, "\n".join(["", *too_long])
