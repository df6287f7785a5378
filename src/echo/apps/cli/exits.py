"""How ``echoctl`` ends: exit codes, and sentences that say what to do next."""

import json
import sys
from typing import Final, NoReturn

import typer

EXIT_PROBLEM: Final = 1
"""A problem was found, or the Core refused."""
EXIT_USAGE: Final = 2
"""The options or the settings cannot be used."""
EXIT_UNREACHABLE: Final = 3
"""No Core answers."""

CODES: Final = {
    EXIT_PROBLEM: "problem",
    EXIT_USAGE: "usage",
    EXIT_UNREACHABLE: "unreachable",
}


def give_up(
    command: str, code: int, sentence: str, hint: str = "", *, as_json: bool = False, why: str = ""
) -> NoReturn:
    """End with *code*; say why, and with *hint* what to do next.

    Args:
        command: What was called, as it was typed.
        as_json: Also print one JSON object with ``code`` and ``sentence`` for programs.
        why: The code in that object; by default what the exit code means.
    """
    for line in sentence.splitlines():
        print(f"echoctl {command}: {line}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)
    if as_json:
        print(json.dumps({"code": why or CODES[code], "sentence": sentence}))
    raise typer.Exit(code)
