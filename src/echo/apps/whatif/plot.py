"""A what-if as a picture: what each account would have made, against its limit."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

from echo.apps.whatif.comparison import AccountDifference, Comparison
from echo.domain.ids import AccountId
from echo.domain.raw_events import day_of

WIDTH: Final = 860
PANEL: Final = 190
LEFT: Final = 80
RIGHT: Final = 160
TOP: Final = 34
BOTTOM: Final = 30
BEFORE: Final = "#7a7a7a"
AFTER: Final = "#0b6bcb"
LIMIT: Final = "#c0392b"

Points = Sequence[tuple[int, Decimal]]


def as_svg(
    comparison: Comparison,
    limits: Mapping[AccountId, Decimal],
    currencies: Mapping[AccountId, str] | None = None,
) -> str:
    """Return one panel for each account, readable in any browser.

    Args:
        limits: What an account may lose in a day, > 0; a line where there is one.
        currencies: What each account's money is in.
    """
    panels = [each for each in comparison.accounts if each.before.curve or each.after.curve]
    height = max(1, len(panels)) * PANEL + TOP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">What if: profit and loss since the beginning'
        f' <tspan fill="{BEFORE}">as it was</tspan>,'
        f' <tspan fill="{AFTER}">under the other policy</tspan></text>',
    ]
    for index, each in enumerate(panels):
        currency = (currencies or {}).get(each.account_id, "")
        parts += _panel(each, TOP + index * PANEL, limits.get(each.account_id), currency)
    if not panels:
        parts.append(f'<text x="{LEFT}" y="{TOP + 40}">No account held anything.</text>')
    return "\n".join([*parts, "</svg>\n"])


def _panel(
    account: AccountDifference, top: int, limit: Decimal | None, currency: str
) -> Iterator[str]:
    before, after = account.before.curve, account.after.curve
    floors = [] if limit is None else list(_floors(after or before, limit))
    values = [value for _, value in (*before, *after)] + [Decimal(0)]
    values += [floor for _, _, floor in floors]
    stamps = [at_ms for at_ms, _ in (*before, *after)]
    scale = _Scale(min(stamps), max(stamps), min(values), max(values), top)
    yield (
        f'<text x="{LEFT}" y="{top + 12}" font-weight="bold">'
        f"{escape(account.account_id)} {escape(currency)}</text>"
    )
    for value in dict.fromkeys((scale.low, Decimal(0), scale.high)):
        y = scale.y(value)
        yield (
            f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:.0f}</text>'
        )
    for first, last, floor in floors:
        y = scale.y(floor)
        yield (
            f'<line x1="{scale.x(first)}" y1="{y}" x2="{scale.x(last)}" y2="{y}"'
            f' stroke="{LIMIT}" stroke-dasharray="2 3"/>'
        )
    if limit is not None:
        yield (
            f'<text x="{WIDTH - RIGHT + 6}" y="{top + 58}" fill="{LIMIT}">'
            f"may lose {limit:.0f} a day</text>"
        )
    yield _line(before, scale, BEFORE, 'stroke-dasharray="5 3"')
    yield _line(after, scale, AFTER, "")
    for side, colour, down in ((account.before, BEFORE, 0), (account.after, AFTER, 14)):
        yield (
            f'<text x="{WIDTH - RIGHT + 6}" y="{top + 30 + down}" fill="{colour}">'
            f"{side.profit:+.2f}, worst day {side.worst_day[1]:.2f}</text>"
        )


def _floors(points: Points, limit: Decimal) -> Iterator[tuple[int, int, Decimal]]:
    """Yield for each UTC day its first and last moment, and what must not be gone below."""
    start = Decimal(0)
    for _, moments in groupby(points, key=lambda point: day_of(point[0])):
        day = list(moments)
        yield day[0][0], day[-1][0], start - limit
        start = day[-1][1]


class _Scale:
    """Where moments and amounts lie in a panel."""

    def __init__(self, first: int, last: int, low: Decimal, high: Decimal, top: int) -> None:
        self._first, self._span = first, max(1, last - first)
        self.low, self.high = low, high if high > low else low + 1
        self._top = top

    def x(self, at_ms: int) -> float:
        return round(LEFT + (at_ms - self._first) / self._span * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: Decimal) -> float:
        share = float((self.high - value) / (self.high - self.low))
        return round(self._top + 20 + share * (PANEL - 20 - BOTTOM), 1)


def _line(points: Points, scale: _Scale, colour: str, style: str) -> str:
    """Return steps: between two moments nothing is known to have changed."""
    if not points:
        return ""
    places: list[str] = []
    y = scale.y(points[0][1])
    for at_ms, value in points:
        x = scale.x(at_ms)
        places.append(f"{x},{y}")
        y = scale.y(value)
        places.append(f"{x},{y}")
    return f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" {style}/>'
