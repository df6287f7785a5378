"""A waterfall as one HTML page with drawings in SVG: no script, nothing fetched, light and dark."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Final

from echo.apps.waterfall.scale import Scale, scale_of
from echo.apps.waterfall.steps import ActionFall, Copy, Step, Waterfall
from echo.domain.ids import SEQ_CLOSE

WIDTH: Final = 1_000
LEFT: Final = 258
RIGHT: Final = 112
ROW: Final = 20
HEAD: Final = 28
TOP: Final = 24
SHORTEST: Final = 2.5
COPIES_MAX: Final = 25
"""Followers that are drawn of an action, the slowest; all of them are in the JSON."""

COMPONENTS: Final = {
    "master_ea": "master's terminal",
    "agent": "Agent",
    "core": "Core",
    "slave_ea": "slave's terminal",
    "broker": "broker",
}


def as_html(fall: Waterfall) -> str:
    """Return the page."""
    style = (files("echo.apps.waterfall") / "page.css").read_text(encoding="utf-8")
    body = "\n".join(_body(fall))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Trade {escape(fall.inquest.trade_id)}</title><style>\n{style}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def action_name(seq: int, kind: str) -> str:
    """Return what an action is called among those of its trade."""
    return kind if seq in {0, SEQ_CLOSE} else f"{kind} {seq}"


def moment(at_ms: int) -> str:
    """Return a Unix time as people write it, in UTC."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def took(step: Step) -> str:
    """Say how long a step took; stamps are whole milliseconds."""
    if step.remark:
        return f"{step.lasts_ms:,} ms ?" if step.lasts_ms else "?"
    return f"{step.lasts_ms:,} ms" if step.lasts_ms else "< 1 ms"


def _body(fall: Waterfall) -> Iterator[str]:
    trade = fall.inquest.trade
    yield f"<header><h1>{escape(trade.symbol)} {trade.side.value.lower()} {trade.lot}</h1><p>"
    yield f"trade {escape(trade.trade_id)}<br>master {escape(trade.master_account_id)}, ticket"
    yield f" {trade.master_ticket}, {trade.status.lower()}<br>"
    if fall.traced:
        yield f"trace <code>{fall.trace_id}</code>"
    else:
        yield "its EA begins no trace: the steps are those of the journal's stamps alone"
    yield "</p><p class=key>"
    yield from (f"<span><i class={name}></i>{told}</span> " for name, told in COMPONENTS.items())
    yield "</p></header>"
    for each in fall.actions:
        yield from _section(each)
    yield "<footer>Stamps are whole milliseconds of each host's own clock; a step whose two clocks"
    yield " disagree is hatched, and says by how much.</footer>"


def _section(fall: ActionFall) -> Iterator[str]:
    name = escape(action_name(fall.seq, fall.kind))
    yield f"<section><h2>{name}</h2><p>{moment(fall.begun_at_ms)} UTC: {escape(fall.sentence)}</p>"
    drawn = [each for each in fall.copies if each.steps]
    if fall.shared or drawn:
        yield _drawing(fall, drawn[:COPIES_MAX])
    if len(drawn) > COPIES_MAX:
        yield f"<p>and {len(drawn) - COPIES_MAX} faster ones</p>"
    apart = [each for each in fall.copies if not each.steps]
    if apart:
        yield "<table><tr><th>follower</th><th>outcome</th><th>why</th></tr>"
        for each in apart:
            told = (each.account_id, each.outcome.value.replace("_", " "), each.why)
            yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in told) + "</tr>"
        yield "</table>"
    yield "</section>"


def _drawing(fall: ActionFall, copies: Sequence[Copy]) -> str:
    scale = scale_of(fall)
    y, parts = float(TOP), []
    for step in fall.shared:
        parts.append(_row(step, scale, y))
        y += ROW
    for copy in copies:
        parts.append(_copy_head(copy, y))
        y += HEAD
        for step in copy.steps:
            parts.append(_row(step, scale, y))
            y += ROW
    height = y + 8
    told = "Steps of an action, one row each, in milliseconds since it began"
    return (
        "<div class=drawing>"
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{told}">'
        f"{''.join(_axis(scale, height))}{''.join(parts)}</svg></div>"
    )


def _axis(scale: Scale, height: float) -> Iterator[str]:
    yield (
        '<defs><pattern id="doubt" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect width="3" height="6" class="hatch"/></pattern></defs>'
    )
    for at_ms in scale.ticks():
        x = _x(scale, at_ms)
        yield f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height:.0f}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="12" class="tick">{at_ms:,} ms</text>'


def came_to(copy: Copy) -> str:
    """Say what became of a copy, and after how long."""
    told = copy.outcome.value.replace("_", " ")
    if copy.done_ms is not None:
        told += f" after {copy.done_ms:,} ms"
    elif copy.steps:
        told += ", its terminal's times are not known"
    if copy.to_order_ms is not None:
        told += f", its order on the way after {copy.to_order_ms:,} ms"
    return f"{told}: {copy.why}" if copy.why else told


def _copy_head(copy: Copy, y: float) -> str:
    return (
        f'<text x="0" y="{y + 21:.0f}" class="account">{escape(copy.account_id)}</text>'
        f'<text x="{LEFT}" y="{y + 21:.0f}" class="outcome">{escape(came_to(copy))}</text>'
    )


def _row(step: Step, scale: Scale, y: float) -> str:
    """Draw a step; what is left to the broker is drawn in the broker's colour."""
    order_ms = step.end_ms if step.order_ms is None else step.order_ms
    bars = [_bar(scale, step.start_ms, order_ms, y, step.component)]
    if order_ms < step.end_ms:
        bars.append(_bar(scale, order_ms, step.end_ms, y, "broker"))
    if step.remark:
        bars.append(_bar(scale, step.start_ms, step.end_ms, y, "doubt"))
    if scale.runs_on(step):
        edge = WIDTH - RIGHT
        bars.append(f'<path d="M{edge} {y + 3:.0f} l6 6 l-6 6 z" class="broker"/>')
    told = f"{step.told}: {took(step)}" + (f"; {step.remark}" if step.remark else "")
    return (
        f"<g><title>{escape(told)}</title>"
        f'<text x="{LEFT - 12}" y="{y + 14:.0f}" class="label">{escape(step.told)}</text>'
        f"{''.join(bars)}"
        f'<text x="{WIDTH}" y="{y + 14:.0f}" class="value">{took(step)}</text></g>'
    )


def _bar(scale: Scale, start_ms: float, end_ms: float, y: float, name: str) -> str:
    x, end = _x(scale, start_ms), _x(scale, end_ms)
    width = max(SHORTEST, end - x)
    return f'<rect x="{x:.1f}" y="{y + 3:.0f}" width="{width:.1f}" height="12" class="{name}"/>'


def _x(scale: Scale, at_ms: float) -> float:
    return LEFT + scale.share(at_ms) * (WIDTH - LEFT - RIGHT)
