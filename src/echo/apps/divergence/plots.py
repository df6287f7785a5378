"""Plots of divergence as inline SVG; colours are classes, so that the page chooses them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import Final

from echo.domain.divergence import Part
from echo.domain.divergence_totals import Total

WIDTH: Final = 640
ROW: Final = 30
LABEL: Final = 132
VALUE: Final = 84
TOP: Final = 8
LINES_HEIGHT: Final = 220

NAMES: Final = {
    Part.ENTRY_SLIP: "Entry slip",
    Part.SPREAD: "Spread",
    Part.EXIT_SLIP: "Exit slip",
    Part.EARLY_CLOSE: "Early close",
    Part.ROUNDING: "Rounding",
    Part.MISSED: "Missed",
    Part.SWAP_COMMISSION: "Swap, commission",
}
"""In the order in which they are shown."""

Line = Sequence[tuple[int, Decimal, Decimal]]


def bars(
    parts: Mapping[Part, Decimal], currency: str, unknown: Collection[Part] = frozenset()
) -> str:
    """Draw one bar for each part: what cost money to the left, what made some to the right.

    Of an *unknown* part nothing is known of some copies; where it has no sum, it is no nought.
    """
    scale = _Scale((*parts.values(), Decimal(0)), LABEL, WIDTH - VALUE)
    height = TOP + ROW * len(NAMES) + TOP
    drawn = [_zero(scale, height)]
    for place, (part, name) in enumerate(NAMES.items()):
        money = parts.get(part, Decimal(0))
        told = "?" if not money and part in unknown else f"{money:+.2f}"
        y = TOP + place * ROW
        drawn += [
            f'<text x="{LABEL - 10}" y="{y + 19}" class="label">{escape(name)}</text>',
            _bar(scale, Decimal(0), money, y + 6, part, f"{name} {money:+.2f} {currency}"),
            f'<text x="{WIDTH}" y="{y + 19}" class="value">{told}</text>',
        ]
    return _svg(height, f"What the difference is made of, in {currency}", drawn)


def stacks(rows: Sequence[Total], currency: str) -> str:
    """Draw one row for each total: its parts stacked on either side of nothing, and their sum."""
    ends = [Decimal(0)]
    for each in rows:
        ends += [sum((m for m in each.parts.values() if m < 0), Decimal(0))]
        ends += [sum((m for m in each.parts.values() if m > 0), Decimal(0))]
    scale = _Scale(ends, LABEL, WIDTH - VALUE)
    height = TOP + ROW * len(rows) + TOP
    drawn = [_zero(scale, height)]
    for place, each in enumerate(rows):
        y = TOP + place * ROW
        drawn.append(f'<text x="{LABEL - 10}" y="{y + 19}" class="label">{_short(each.key)}</text>')
        drawn += _stacked(scale, each, y + 6, currency)
        x = scale.at(each.difference)
        drawn += [
            f'<line x1="{x}" y1="{y + 2}" x2="{x}" y2="{y + 28}" class="sum"/>',
            f'<text x="{WIDTH}" y="{y + 19}" class="value">{each.difference:+.2f}</text>',
        ]
    return _svg(height, f"Parts of the difference, row by row, in {currency}", drawn)


def lines(line: Line, currency: str) -> str:
    """Draw how reference and result grew, step by step: between closes nothing changes."""
    values = [Decimal(0)] + [value for _, *both in line for value in both]
    low, high = min(values), max(values)
    high = high if high > low else low + 1
    first, span = line[0][0], max(1, line[-1][0] - line[0][0])
    bottom, left, right = LINES_HEIGHT - 30, 70, WIDTH - 8

    def x(at_ms: int) -> str:
        return f"{left + (at_ms - first) / span * (right - left):.1f}"

    def y(value: Decimal) -> str:
        return f"{12 + float((high - value) / (high - low)) * (bottom - 12):.1f}"

    drawn = []
    for value in sorted({low, Decimal(0), high}):
        drawn += [
            f'<line x1="{left}" y1="{y(value)}" x2="{right}" y2="{y(value)}" class="grid"/>',
            f'<text x="{left - 8}" y="{float(y(value)) + 4:.1f}" class="label">{value:.0f}</text>',
        ]
    for place, kind in enumerate(("reference", "result"), start=1):
        before = y(Decimal(0))
        points = [f"{left},{before}"]
        for each in line:
            after = y(Decimal(each[place]))
            points += [f"{x(each[0])},{before}", f"{x(each[0])},{after}"]
            before = after
        drawn.append(f'<polyline points="{" ".join(points)}" class="{kind}"/>')
    drawn += [
        f'<text x="{left}" y="{LINES_HEIGHT - 6}" class="start">{_moment(line[0][0])}</text>',
        f'<text x="{right}" y="{LINES_HEIGHT - 6}" class="label">{_moment(line[-1][0])}</text>',
    ]
    return _svg(LINES_HEIGHT, f"Result and what it would have been, in {currency}", drawn)


class _Scale:
    """Where amounts lie between two edges; zero is among them."""

    def __init__(self, values: Iterable[Decimal], left: int, right: int) -> None:
        found = [*values, Decimal(0)]
        self._low, high = min(found), max(found)
        self._span = high - self._low or Decimal(1)
        self._left, self._wide = left, right - left - 12

    def at(self, money: Decimal) -> float:
        return round(self._left + float((money - self._low) / self._span) * self._wide, 1)


def _stacked(scale: _Scale, row: Total, y: int, currency: str) -> Iterator[str]:
    ends = {True: Decimal(0), False: Decimal(0)}
    for part, name in NAMES.items():
        money = row.parts[part]
        if money:
            start = ends[money > 0]
            ends[money > 0] = start + money
            told = f"{row.key}: {name} {money:+.2f} {currency}"
            yield _bar(scale, start, start + money, y, part, told)


def _bar(scale: _Scale, start: Decimal, end: Decimal, y: int, part: Part, told: str) -> str:
    if not round(end - start, 2):
        return ""
    first, last = sorted((scale.at(start), scale.at(end)))
    return (
        f'<rect x="{first}" y="{y}" width="{max(last - first, 1):.1f}" height="18" rx="2"'
        f' class="{part}"><title>{escape(told)}</title></rect>'
    )


def _zero(scale: _Scale, height: int) -> str:
    x = scale.at(Decimal(0))
    return f'<line x1="{x}" y1="0" x2="{x}" y2="{height}" class="zero"/>'


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M}"


def _short(key: str) -> str:
    return escape(key if len(key) <= 18 else f"{key[:17]}…")


def _svg(height: int, told: str, drawn: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(told)}">'
        f"{''.join(drawn)}</svg>"
    )
