"""The report on divergence as one HTML page: no script, nothing fetched, light and dark."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from echo.apps.divergence.findings import Findings
from echo.apps.divergence.plots import NAMES, bars, lines, stacks
from echo.domain.divergence import MAY_LACK, Divergence, Part
from echo.domain.divergence_totals import By, Total, running
from echo.domain.trade_results import MISSED, CopyResult

WORST_MAX: Final = 25
NOTHING: Final = '<span class="nothing">0</span>'
ID_CHARS: Final = 13
"""Of a trade's id, enough to ask ``echoctl why`` for it."""

ROWS_MAX: Final = 40
"""Rows of a plot; tables beside it have as many, JSON has all."""

TITLES: Final = {By.ACCOUNT: "By account", By.STRATEGY: "By strategy", By.DAY: "By day"}


def as_html(findings: Findings) -> str:
    """Return the page."""
    style = (files("echo.apps.divergence") / "page.css").read_text(encoding="utf-8")
    body = "\n".join(_body(findings))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Divergence</title><style>\n{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _name(findings: Findings) -> str:
    place = findings.journal
    return place.name if isinstance(place, Path) else str(place)


def _body(findings: Findings) -> Iterator[str]:
    first, last = findings.span.first or "the beginning", findings.span.last or "now"
    yield f"<header><h1>Divergence</h1><p>{first} to {last}, UTC · {escape(_name(findings))}"
    yield f"<br>{len(findings.told)} of {len(findings.results)} copies can be told,"
    yield f" {findings.open_trades} trades are still open at their masters</p></header>"
    if not findings.told:
        yield "<p>No copy of a closed trade can be told.</p>"
    by_day = findings.totals(By.DAY)
    for currency in dict.fromkeys(each.currency for each in by_day if each.copies):
        yield from _currency(findings, currency)
    yield from _gaps(findings)


def _currency(findings: Findings, currency: str) -> Iterator[str]:
    shown = escape(currency or "currency not known")
    rows = [each for each in findings.totals(By.DAY) if each.currency == currency]
    whole = _sum(rows, currency)
    yield f"<section><h2>{shown}</h2><dl>"
    for name, money in (
        ("Masters, at the wanted sizes", whole.reference),
        ("Copies", whole.result),
        ("Difference", whole.difference),
    ):
        yield f"<div><dt>{name}</dt><dd{_sign(money)}>{money:+,.2f}</dd></div>"
    yield f"<div><dt>Copies told, missed</dt><dd>{whole.copies}, {whole.missed}</dd></div></dl>"
    yield "<h3>What it is made of</h3><div class=pair>"
    unknown = [part for part, count in whole.lacking.items() if count]
    yield f"{bars(whole.parts, currency, unknown)}{_parts(whole)}</div>"
    line = running(findings.results)[currency]
    yield "<h3>How it grew</h3><p class=key><span><i class=reference></i>masters, at the wanted"
    yield " sizes</span> <span><i class=result></i>copies</span></p>"
    yield f"<div class=pair>{lines(line, currency)}{_table(rows[-ROWS_MAX:], 'day')}</div>"
    for by in (By.ACCOUNT, By.STRATEGY, By.DAY):
        rows = [each for each in findings.totals(by) if each.currency == currency][-ROWS_MAX:]
        yield f"<h3>{TITLES[by]}</h3>{_legend()}"
        yield f"<div class=pair>{stacks(rows, currency)}{_table(rows, by)}</div>"
    worst = [pair for pair in findings.told if pair[0].currency == currency][:WORST_MAX]
    yield f"<h3>The dearest copies</h3>{_copies(worst)}</section>"


def _sum(rows: Iterable[Total], currency: str) -> Total:
    whole = Total(key="", currency=currency)
    for each in rows:
        whole.merge(each)
    return whole


def _parts(whole: Total) -> str:
    rows = [(name, _part(whole, part), _lacking(whole, part)) for part, name in NAMES.items()]
    rows.append(("<b>Difference</b>", f"<b>{_money(whole.difference)}</b>", ""))
    return _rows(("Part", "Money", "Not known of"), rows)


def _part(whole: Total, part: Part) -> str:
    money = whole.parts[part]
    return "?" if not money and whole.lacking.get(part) else _money(money)


def _lacking(whole: Total, part: Part) -> str:
    count = whole.lacking.get(part, 0)
    return f"{count} copies" if count else ""


def _table(rows: Sequence[Total], name: str) -> str:
    heads = (name.capitalize(), "Masters", "Copies", "Difference", "Told", "Missed", "Not known")
    return _rows(
        heads,
        (
            (
                escape(each.key),
                *map(_money, (each.reference, each.result, each.difference)),
                *map(str, (each.copies, each.missed, each.not_known)),
            )
            for each in rows
        ),
    )


def _copies(worst: Iterable[tuple[CopyResult, Divergence]]) -> str:
    heads = ("Closed (UTC)", "Trade", "Account", "Symbol", "Lots", "Difference", *NAMES.values())
    return _rows(
        heads,
        (
            (
                f"{datetime.fromtimestamp(each.closed_at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S}",
                f'<code title="{escape(each.trade_id)}">{escape(each.trade_id[:ID_CHARS])}…</code>',
                escape(each.account_id),
                escape(f"{each.symbol} {each.side}"),
                f"missed, {each.why}" if each.outcome in MISSED else f"{each.lot.normalize():f}",
                _money(found.difference),
                *(_money(found.parts[part]) if part in found.parts else "" for part in NAMES),
            )
            for each, found in worst
        ),
    )


def _gaps(findings: Findings) -> Iterator[str]:
    yield "<section><h2>What is not known</h2><ul>"
    for sentence, count in findings.not_known.items():
        yield f"<li>{count} copies are in no sum. Not known: {escape(sentence)}</li>"
    for part, count in findings.lacking.items():
        if part in MAY_LACK:
            yield f"<li>{NAMES[part]}: not known of {count} copies that are told</li>"
    if findings.deals_from is None:
        yield "<li>There are no raw events, hence no deals: swap, commission, early closes</li>"
    if not (findings.not_known or findings.lacking or findings.deals_from is None):
        yield "<li>Nothing: every part of every copy is told</li>"
    yield "</ul></section>"


def _legend() -> str:
    keys = "".join(
        f"<span><i class={part}></i>{escape(name)}</span> " for part, name in NAMES.items()
    )
    return f"<p class=key>{keys}<span><i class=sum></i>difference</span></p>"


def _rows(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<div class=table><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _money(money: Decimal) -> str:
    return f"<span{_sign(money)}>{money:+,.2f}</span>" if round(money, 2) else NOTHING


def _sign(money: Decimal) -> str:
    shown = round(money, 2)
    return "" if not shown else ' class="plus"' if shown > 0 else ' class="minus"'
