"""House rule: the operator's manual is one manual in two languages.

Every page for operators has its twin in Spanish.  Twins have the same headings, tables, commands,
code and numbers, so that whoever changes the one is told to follow up the other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from tests.house.sources import ROOT, read, shown

ENGLISH = ROOT / "docs" / "how-to"
SPANISH = ROOT / "docs" / "es"
FOR_DEVELOPERS = {"add-a-dependency.md", "add-a-module.md", "change-a-message.md"}
CONTENTS = "README.md"
GLOSSARY = "glosario.md"

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMENTED = {"console", "toml"}
# What is told to the reader beside a command or a setting is translated, with the text around it.
COMMENT = re.compile(r" {2,}# .*$", re.MULTILINE)
SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
TABLE = re.compile(r"(?:^ *\|.*\n?)+", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page and its twin have in common, whatever the language.

    Attributes:
        blocks: Code between fences, in order, without comments beside commands and settings.
        levels: Of the headings, in order.
        tables: How many lines and how many columns each has, in order.
        spans: What stands in code font within the text.
        numbers: As they are written in the text, code left out.
        links: Pages that it leads to, from the root of the checkout.
    """

    blocks: list[str]
    levels: list[int]
    tables: list[tuple[int, int]]
    spans: set[str]
    numbers: set[str]
    links: set[str]


def parse(text: str, folder: Path) -> Page:
    prose = FENCE.sub("", text)
    paragraphs = re.split(r"\n\s*\n", prose)
    spans = {
        " ".join(span.split()) for paragraph in paragraphs for _, span in SPAN.findall(paragraph)
    }
    bare = SPAN.sub("`", prose)
    targets = {target for target, _ in LINK.findall(bare) if target}
    return Page(
        blocks=[
            COMMENT.sub("", code) if language in COMMENTED else code
            for _, language, code in FENCE.findall(text)
        ],
        levels=[len(marks) for marks, _ in HEADING.findall(prose)],
        tables=[
            (table.strip().count("\n") + 1, table.splitlines()[0].count("|") - 1)
            for table in TABLE.findall(bare)
        ],
        spans=spans,
        numbers=set(NUMBER.findall(LINK.sub("]", bare))),
        links={shown((folder / target).resolve()) for target in targets},
    )


def operator_pages(manual: Path) -> dict[str, Path]:
    """Pages of a manual that have a twin, by their place in it; tables of contents are alone."""
    pages = {page.relative_to(manual).as_posix(): page for page in sorted(manual.rglob("*.md"))}
    return {
        name: page
        for name, page in pages.items()
        if name not in FOR_DEVELOPERS | {CONTENTS, GLOSSARY}
    }


def in_spanish(link: str) -> str:
    """Where the Spanish manual leads to, when the English one leads to *link*."""
    page = ROOT / link
    if not page.is_relative_to(ENGLISH):
        return link
    twin = SPANISH / page.relative_to(ENGLISH)
    return shown(twin) if twin.is_file() else link


def differences(english: Page, spanish: Page) -> Iterator[str]:
    """Say in sentences where the twin in Spanish is not what the English page is."""
    if len(english.blocks) != len(spanish.blocks):
        yield f"English has {len(english.blocks)} code blocks, Spanish {len(spanish.blocks)}"
    for number, (left, right) in enumerate(zip(english.blocks, spanish.blocks, strict=False), 1):
        lines = zip_longest(left.splitlines(), right.splitlines(), fillvalue="no line")
        for line, other in [pair for pair in lines if pair[0] != pair[1]][:1]:
            yield f"code block {number}: English has {line!r}, Spanish {other!r}"
    if english.levels != spanish.levels:
        yield f"headings have the levels {english.levels} in English, {spanish.levels} in Spanish"
    if english.tables != spanish.tables:
        yield f"tables (lines, columns): {english.tables} in English, {spanish.tables} in Spanish"
    kinds = {
        "code": (english.spans, spanish.spans),
        "numbers": (english.numbers, spanish.numbers),
    }
    for kind, (left_set, right_set) in kinds.items():
        if missing := sorted(left_set - right_set):
            yield f"{kind} that Spanish lacks: {', '.join(missing)}"
        if left_over := sorted(right_set - left_set):
            yield f"{kind} that only Spanish has: {', '.join(left_over)}"
    wanted = {in_spanish(link) for link in english.links if not link.startswith("docs/es/")}
    if missing := sorted(wanted - spanish.links):
        yield f"links that Spanish lacks: {', '.join(missing)}"


def slugs(page: Path) -> set[str]:
    """Names under which the headings of a page can be reached."""
    titles = (title for _, title in HEADING.findall(FENCE.sub("", read(page))))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_for_operators_has_its_twin_in_spanish() -> None:
    alone = [
        f"{shown(page)}: write {shown(SPANISH / name)}, and list it in {CONTENTS} there"
        for name, page in operator_pages(ENGLISH).items()
        if not (SPANISH / name).is_file()
    ]

    assert not alone, "\n".join(["", *alone])


def test_no_twin_is_orphaned() -> None:
    orphans = [
        f"{shown(page)}: its English page {shown(ENGLISH / name)} is gone; rename or remove it"
        for name, page in operator_pages(SPANISH).items()
        if not (ENGLISH / name).is_file()
    ]

    assert not orphans, "\n".join(["", *orphans])


@pytest.mark.parametrize("name", operator_pages(ENGLISH))
def test_twins_say_the_same(name: str) -> None:
    english, spanish = ENGLISH / name, SPANISH / name
    found = list(
        differences(
            parse(read(english), english.parent),
            parse(read(spanish) if spanish.is_file() else "", spanish.parent),
        )
    )

    assert not found, "\n".join(
        [
            "",
            f"{shown(english)} and {shown(spanish)} are not in step: follow up the one"
            " that was not changed.",
            *(f"  {sentence}" for sentence in found),
        ]
    )


@pytest.mark.parametrize("manual", [ENGLISH, SPANISH], ids=["english", "spanish"])
def test_the_table_of_contents_names_every_page(manual: Path) -> None:
    contents = parse(read(manual / CONTENTS), manual)
    alerts = parse(read(manual / "alerts" / CONTENTS), manual / "alerts")
    missing = [
        shown(page)
        for page in operator_pages(manual).values()
        if shown(page) not in contents.links | alerts.links
    ]

    assert not missing, "\n".join(["", *missing])


def test_the_spanish_manual_leads_to_spanish_pages() -> None:
    offences = [
        f"{shown(page)}: leads to {link}, which is also {in_spanish(link)}"
        for page in operator_pages(SPANISH).values()
        for link in sorted(parse(read(page), page.parent).links)
        if in_spanish(link) != link
    ]

    assert not offences, "\n".join(["", *offences])


def test_every_link_to_a_heading_finds_it() -> None:
    pages = [*ENGLISH.rglob("*.md"), *SPANISH.rglob("*.md")]
    offences = [
        f"{shown(page)}: no heading #{heading} in {target or 'the same page'}"
        for page in sorted(pages)
        for target, heading in LINK.findall(FENCE.sub("", read(page)))
        if heading and heading not in slugs(page.parent / target if target else page)
    ]

    assert not offences, "\n".join(["", *offences])


def test_the_spanish_glossary_explains_what_programs_answer() -> None:
    told = parse(read(SPANISH / GLOSSARY), SPANISH).spans
    answers = {outcome.value for outcome in Outcome} | {code.name for code in ErrorCode}

    assert sorted(answers - told - {ErrorCode.NO_ERROR.name}) == []


SAMPLE = """# Stop

After 30 s: `echoctl pause`, see [why](find-out-why.md).

| a | b |
|---|---|
| `core/mode` | 5 |

```console
$ echoctl pause   # now
paused
```
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("30 s", "60 s", "numbers that Spanish lacks: 30"),
        ("`echoctl pause`", "`echoctl flatten`", "code that Spanish lacks: echoctl pause"),
        ("| `core/mode` | 5 |", "| `core/mode` 5 |\n| |", "tables (lines, columns)"),
        ("# Stop", "# Stop\n\n## Now", "headings have the levels [1]"),
        ("\npaused\n", "\n", "code block 1: English has 'paused', Spanish 'no line'"),
        ("After", "Pasados", ""),
        (
            "(../es/find-out-why.md)",
            "(look-back.md)",
            "links that Spanish lacks: docs/es/find-out-why.md",
        ),
        ("# now", "# ahora", ""),
    ],
    ids=["number", "command", "table", "heading", "output", "words", "link", "comment"],
)
def test_the_check_itself_tells_what_differs(old: str, new: str, told: str) -> None:
    twin = SAMPLE.replace("(find-out-why.md)", "(../es/find-out-why.md)").replace(old, new)
    found = " ".join(differences(parse(SAMPLE, ENGLISH), parse(twin, ENGLISH)))

    assert told in found if told else found == ""
