"""The table of all safeguards, as the page shows it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.ablations.safeguard import OF_THE_STORY, Safeguard
from tests.ablations.safeguards import HOPS, SAFEGUARDS

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "delivery.md"
BEGIN: Final = "<!-- ablations: written by `make ablations`, do not edit -->"
END: Final = "<!-- ablations: end -->"

BROKEN: Final = {
    OF_THE_STORY: "what the story expects by itself",
    1: "something is lost",
    2: "something is done twice",
    3: "a position without its master's",
    5: "an order after its time",
    6: "a promise about what is not on disk",
    7: "a ticket that is not its fill's",
    9: "an outcome that changes",
    10: "changes out of order",
    11: "volume or levels that are not the master's",
    14: "somebody moved by an old session",
    15: "two sessions of one name",
    16: "an order on an account that is not the EA's",
    18: "something pending for ever",
    25: "an outcome of which people are not told exactly once",
}
HEAD: Final = (
    "| safeguard | what it promises | when it is off | noticed as | in the story | by chance |",
    "|---|---|---|---|---|---|",
)
UNKNOWN: Final = "not searched"


def table(by_chance: Mapping[str, str]) -> str:
    """Return all of it; *by_chance*: what a search among seeds has found, by safeguard."""
    parts = []
    for hop in HOPS:
        rows = [_row(each, by_chance) for each in SAFEGUARDS if each.hop == hop]
        parts.append("\n".join((f"### {hop[0].upper()}{hop[1:]}", "", *HEAD, *rows)))
    return "\n\n".join(parts)


def _row(safeguard: Safeguard, by_chance: Mapping[str, str]) -> str:
    noticed = BROKEN[safeguard.notices]
    if safeguard.notices != OF_THE_STORY:
        noticed += f" ({safeguard.notices})"
    if safeguard.behind:
        noticed += f"; in this story only when *{'* and *'.join(safeguard.behind)}* is off too"
    if safeguard.remark:
        noticed += f"; {safeguard.remark}"
    cells = (
        safeguard.name,
        safeguard.promise,
        safeguard.off,
        noticed,
        safeguard.story.name,
        by_chance.get(safeguard.name, UNKNOWN),
    )
    return f"| {' | '.join(cells)} |"


def figures(page: str) -> dict[str, str]:
    """Return the last column of the table in *page*, by safeguard."""
    cells = re.findall(r"^\| ([^|]+) \|.*\| ([^|]+) \|$", _between(page), re.MULTILINE)
    return {name: found for name, found in cells if name != "safeguard"}


def with_table(page: str, by_chance: Mapping[str, str]) -> str:
    """Return *page* with its table written anew."""
    before, after = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
    return f"{before}\n\n{table(by_chance)}\n\n{after}"


def _between(page: str) -> str:
    return page[page.index(BEGIN) + len(BEGIN) : page.index(END)]
