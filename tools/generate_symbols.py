"""Generate the page that says how well brokers' names are understood.

    python -m tools.generate_symbols

A test compares the committed page with a fresh run.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from echo.apps.cli.symbol_lists import SymbolList, read_lists
from echo.domain.instruments import CATALOGUE, NAMES
from echo.domain.market_watch import Listed
from echo.domain.symbols import read_symbol

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "symbols.md"
SEEN = ROOT / "tests" / "data" / "symbols"
MEANT = {"DAX40": "GER40", "SP500": "US500"}
"""What the recorded spellings call otherwise than the catalogue does."""

_HEAD = """# Symbols

Echo copies between brokers that call one instrument by different names. `echoctl symbols resolve`
answers what a name means, without a running Core; `echoctl symbols coverage --file` counts what is
read rightly, refused or wrongly in a list whose meaning is known. What becomes of a name that is
refused is on the page about [registration](registration.md).

The catalogue holds {instruments} instruments under {names} names: pairs of 34 currencies, metals,
energies, indices, coins and softs. A spelling is a name with something before or behind it. What
is before or behind is taken off where it cannot be part of another name; everything else is
refused, with the instrument that it may be, for an operator to decide in `SymbolMappings`.

What is taken off: marks (`# . _ @ ! [ ]`), words for an account or a feed (`.pro`, `.ecn`, `.raw`,
`.cash`, `spot`), one letter, and behind a code such as `EURUSD` or `US30` up to five letters that
are set off. What says which contract it is stays on record: `mini`, `micro`, `cent`, and an expiry
(`_Z6`, `-DEC26`, `-F`, `ft`), which is never preferred to the cash price. What makes a name
doubtful: another currency or coin (`BTCUSDT`), an exchange (`GOLD.N`), a direction, a multiple or
a measure (`.short`, `X10`, `.vol`), a unit (`XAUUSDkg`), a second instrument (`BRENT-WTI`), and any
other word behind a word (`Goldman`). `OIL` is Brent at some brokers and WTI at others: both are
candidates. `tests/data/symbols/conventions.csv` has 1600 such names with what they mean.

## How recorded lists are read

| list | names | right | refused | wrong |
|---|---:|---:|---:|---:|
{rows}

The first three are the whole market watches of MT4 servers, the next two all instruments of two
brokers; the others are spellings of one instrument, collected at 241 brokers (the data and its
origin are in `tests/data/symbols`). A name of an instrument that is not in the catalogue, such as a
bond, is right when it is refused.

## What is refused

| name | why | may be |
|---|---|---|
{refused}
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


def page() -> str:
    """Return the page."""
    recorded = ("market_watches.csv", "oanda_fxcm.csv")
    lists = [*(each for name in recorded for each in read_lists(SEEN / name)), *_spellings()]
    rows = [
        f"| {each.server} | " + " | ".join(map(str, each.counted().values())) + " |"
        for each in lists
    ]
    return _HEAD.format(
        instruments=len(CATALOGUE),
        names=len(NAMES),
        rows="\n".join(rows),
        refused="\n".join(_refused(lists)),
    )


def _spellings() -> list[SymbolList]:
    found = json.loads((SEEN / "spellings.json").read_text(encoding="utf-8"))
    return [
        SymbolList(
            f"spellings of {MEANT.get(meant, meant)}",
            tuple(map(Listed, names)),
            dict.fromkeys(names, MEANT.get(meant, meant)),
        )
        for meant, names in found.items()
    ]


def _refused(lists: Iterable[SymbolList]) -> list[str]:
    names = sorted({name for each in lists for name in each.meant})
    readings = [reading for name in names if (reading := read_symbol(name)).canonical is None]
    return [
        f"| `{each.name}` | {each.sentence} | {', '.join(each.candidates) or '—'} |"
        for each in readings
    ]


if __name__ == "__main__":
    main()
