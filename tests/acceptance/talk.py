"""Talks: conversations between terminals, Agent and Core that a trader can read.

One file per promise, named by it.  Blank lines and lines that begin with ``#`` are for the reader.
Names tell the role: ``M1`` is a master's EA on account M1, ``F1`` a follower's on account F1.

    desk                                    the lines below it, indented, are the desk's settings
    F1 connects                             and ``F1 disconnects``
    F1 greets with EURUSD.m as EURUSD       its handshake, its spec report and a first quote;
                                            then ``, protocol 2`` or ``, netting`` if it is so
    F1 quotes EURUSD.m 1.10000 1.10010      bid and ask
    F1 has 10000 USD                        its state
    F1 shows balance 10000, equity 9900     all that it holds; then, as often as there are any,
                                            ``, ticket 7: 1.00 EURUSD bought at 1.1, stop 1.09``
    F1 > {"type":...}                       it writes a line
    F1 < {"type":...}                       it gets a line: the next one of this type
    F1 gets no execute_order for 200 ms     besides those that were named
    F1 sends bytes \xff{\n                  whatever they mean, escapes as in Python
    F1 sends 70000 bytes without an end
    the open of <t1> on F1 is filled        the journal says so; or ``is omitted, SPREAD_EXCEEDED``;
                                            ``close``, or the number of another action
    the Core goes away                      and ``the Core comes back``
    people hear LIMIT_WARN                  an alarm of this code was raised
    after 400 ms

``<t1>`` stands for an id, or for any value: whoever writes it first makes one up, whoever gets it
first learns it.
An object that ends in ``...`` may have other fields, any other object has exactly those named.
Lines that are written leave out ``timestamp_ms``, ``client_id`` and ``account_id``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

MORE: Final = "..."
_VARIABLE: Final = re.compile(r"<(\w+)>")


class TalkError(Exception):
    """A talk that cannot be understood, or that went another way than it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a talk: what happens, and the words that say with what."""

    number: int
    text: str
    act: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole talk; ``settings`` is what the desk's ``echo.toml`` says beside its addresses."""

    name: str
    promise: str
    settings: str
    steps: tuple[Step, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who connects, masters and followers, in the order of their first words."""
        names = (step.words[0] for step in self.steps if step.act == "connects")
        return tuple(dict.fromkeys(names))


_NAME = r"([MF]\d+)"
_FORMS: Final = {
    act: re.compile(pattern)
    for act, pattern in {
        "connects": rf"{_NAME} connects",
        "disconnects": rf"{_NAME} disconnects",
        "greets": rf"{_NAME} greets with (\S+?)(?: as (\w+))?((?:, (?:protocol \d|netting))*)",
        "quotes": rf"{_NAME} quotes (\S+) (\S+) (\S+)",
        "has": rf"{_NAME} has (\S+) ([A-Z]{{3}})",
        "shows": rf"{_NAME} shows balance (\d+), equity (\d+)"
        r"((?:, ticket \d+: \S+ \S+ bought at \S+, stop \S+)*)",
        "writes": rf"{_NAME} > (\{{.*\}})",
        "gets": rf"{_NAME} < (\{{.*\}})",
        "gets_no": rf"{_NAME} gets no (\w+) for (\d+) ms",
        "sends_bytes": rf"{_NAME} sends bytes (.+)",
        "sends_endless": rf"{_NAME} sends (\d+) bytes without an end",
        "journal": rf"the (open|close|\d+) of <(\w+)> on {_NAME} is (\w+)(?:, (\w+))?",
        "core_moves": r"the Core (goes away|comes back)",
        "people_hear": r"people hear ([A-Z_]+)",
        "after": r"after (\d+) ms",
    }.items()
}


def read_talk(path: Path) -> Talk:
    """Read a talk.

    Raises:
        TalkError: a line is none of those that exist.
    """
    promise: list[str] = []
    settings: list[str] = []
    steps: list[Step] = []
    in_desk = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if line.startswith("#") and not steps:
            promise.append(line.removeprefix("#").strip())
        elif in_desk and line.startswith("    "):
            settings.append(text)
        elif text == "desk":
            in_desk = True
        elif text and not line.startswith("#"):
            in_desk = False
            steps.append(_step(path, number, text))
    if not promise or not steps:
        raise TalkError(f"{path.name} needs a promise and steps")
    return Talk(path.stem, " ".join(promise), "\n".join(settings), tuple(steps))


def _step(path: Path, number: int, text: str) -> Step:
    for act, form in _FORMS.items():
        found = form.fullmatch(text)
        if found is not None:
            return Step(number, text, act, tuple(word or "" for word in found.groups()))
    raise TalkError(f"{path.name}:{number}: nobody understands {text!r}")


@dataclass(slots=True)
class Ids:
    """What ``<name>`` stands for, so far."""

    known: dict[str, Any] = field(default_factory=dict)

    def spelled(self, text: str) -> str:
        """Put ids in place of names; a name that is new gets an id of its own."""

        def fresh(found: re.Match[str]) -> str:
            name = found[1]
            number = len(self.known) + 1
            return str(self.known.setdefault(name, f"0190e92e-a6f3-7147-90b5-{number:012x}"))

        return _VARIABLE.sub(fresh, text)

    def matches(self, wanted: object, told: object, where: str = "") -> Iterator[str]:
        """Yield every difference between what was wanted and what was told; learn new ids."""
        if isinstance(wanted, dict) and isinstance(told, dict):
            yield from self._object(wanted, told, where)
        elif isinstance(wanted, list) and isinstance(told, list) and len(wanted) == len(told):
            for place, (each, other) in enumerate(zip(wanted, told, strict=True)):
                yield from self.matches(each, other, f"{where}[{place}]")
        elif isinstance(wanted, str) and (name := _VARIABLE.fullmatch(wanted)):
            if self.known.setdefault(name[1], told) != told:
                yield f"{where} is {told!r}, not {self.known[name[1]]!r}"
        elif wanted != told:
            yield f"{where} is {_shown(told)}, not {_shown(wanted)}"

    def _object(self, wanted: dict[str, Any], told: dict[str, Any], where: str) -> Iterator[str]:
        for key, value in wanted.items():
            if key == MORE:
                continue
            if key not in told:
                yield f"{where}.{key} is missing"
            else:
                yield from self.matches(value, told[key], f"{where}.{key}")
        if MORE not in wanted:
            yield from (f"{where}.{key} is there too" for key in told.keys() - wanted.keys())


def read_json(text: str) -> Any:
    """Read JSON in which an object may end in ``...``; numbers keep their decimals."""
    text = re.sub(r"(\{|,)\s*\.\.\.\s*\}", lambda m: m[1] + f'"{MORE}":true}}', text)
    text = re.sub(r":<(\w+)>", r':"<\1>"', text)
    return json.loads(text, parse_float=Decimal)


def _shown(value: object) -> str:
    return json.dumps(value, default=str)
