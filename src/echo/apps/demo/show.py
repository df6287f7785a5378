"""What a person sees of the demo: a live table while it runs, a summary at its end."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from echo.apps.demo.cast import Cast, Player
from echo.apps.demo.takings import Latencies, Takings
from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade

NEWS_SHOWN: Final = 4
TROUBLE_SHOWN: Final = 20
REASONS_SHOWN: Final = 2
_DONE: Final = {Outcome.FILLED, Outcome.MODIFIED, Outcome.REDUCED, Outcome.CLOSED}
_LEFT_OUT: Final = {Outcome.OMITTED, Outcome.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known while the demo runs; ``elapsed_s`` is negative before the first tick."""

    elapsed_s: float
    seconds: int
    market: str
    trades: Sequence[JournaledTrade]
    decisions: Sequence[JournaledDecision]
    latencies: Latencies | None
    news: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the summary tells beside the takings; ``folder`` ``None`` = it is gone."""

    seconds: float
    skipped_symbols: Mapping[str, int]
    interrupted: bool
    folder: str | None


def starting(cast: Cast) -> RenderableType:
    """Draw the moments before there is anything to see."""
    masters, slaves = len(cast.masters), len(cast.slaves)
    people = f"{masters} master{'s' * (masters > 1)} and {slaves} slave{'s' * (slaves > 1)}"
    return _framed(Text(f"starting Core, Agent and the terminals of {people} …"))


def moment_table(cast: Cast, moment: Moment) -> RenderableType:
    """Draw one moment: accounts, what was copied to them, why something was not."""
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), header_style="bold underline")
    for heading, chars in (("account", 7), ("broker", 16), ("EA", 8)):
        table.add_column(heading, no_wrap=True, min_width=chars, max_width=chars)
    for heading in ("opened", "changed", "closed", "left out"):
        table.add_column(heading, no_wrap=True, justify="right", min_width=len(heading))
    table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=1)
    seqs: Counter[tuple[AccountId, str]] = Counter()
    for trade in moment.trades:
        seqs.update((trade.master_account_id, _column(seq)) for seq in trade.seqs)
    for player in cast.masters:
        counts = [seqs[player.account_id, column] for column in ("opened", "changed", "closed")]
        table.add_row(*_names(player, "bold cyan"), *map(str, counts), "", "")
    table.add_row()
    by_account: dict[AccountId, list[JournaledDecision]] = {}
    for row in moment.decisions:
        by_account.setdefault(row.account_id, []).append(row)
    for player in cast.slaves:
        table.add_row(*_slave_row(player, by_account.get(player.account_id, [])))
    parts: list[RenderableType] = [table, Text(), _pace(moment)]
    parts += [Text(line, style="yellow") for line in moment.news[-NEWS_SHOWN:]]
    return _framed(Group(*parts))


def _framed(content: RenderableType) -> Panel:
    return Panel(content, title="Echo demo", border_style="dim")


def _column(seq: int) -> str:
    return {SEQ_OPEN: "opened", SEQ_CLOSE: "closed"}.get(seq, "changed")


def _names(player: Player, style: str) -> tuple[RenderableType, ...]:
    version = player.protocol_version
    ea = player.role.value if version >= 3 else f"{player.role.value} v{version}"
    return Text(player.account_id, style=style), player.broker.name, ea


def _slave_row(player: Player, rows: Sequence[JournaledDecision]) -> tuple[RenderableType, ...]:
    done = Counter(row.kind for row in rows if row.outcome in _DONE)
    left_out = [row for row in rows if row.outcome in _LEFT_OUT]
    reasons = Counter(row.code.name for row in left_out)
    in_doubt = sum(row.outcome is Outcome.IN_DOUBT for row in rows)
    named = [f"{count} {name}" for name, count in reasons.most_common(REASONS_SHOWN)]
    return (
        *_names(player, "bold"),
        str(done[ActionKind.OPEN]),
        str(done[ActionKind.MODIFY] + done[ActionKind.REDUCE]),
        str(done[ActionKind.CLOSE]),
        str(len(left_out)),
        Text(", ".join(([f"{in_doubt} in doubt"] if in_doubt else []) + named), style="dim"),
    )


def _pace(moment: Moment) -> Text:
    under_way = sum(row.outcome is Outcome.PENDING for row in moment.decisions)
    text = Text(no_wrap=True, overflow="ellipsis")
    if moment.elapsed_s < 0:
        text.append(f"the market opens in {-moment.elapsed_s:.0f} s")
        return text
    if moment.elapsed_s <= moment.seconds:
        text.append(f"{moment.elapsed_s:.0f} of {moment.seconds} s")
    else:
        text.append("settling")
    text.append(f"   market {moment.market}   {under_way} under way")
    if moment.latencies is not None:
        p50, p95 = moment.latencies.p50, moment.latencies.p95
        text.append(f"   EA to EA p50 {p50:.1f} ms, p95 {p95:.1f} ms", style="green")
    return text


def as_json(takings: Takings, ending: Ending) -> dict[str, Any]:
    """Return the summary as plain values: the keys are the demo's contract with scripts."""
    times = takings.latencies
    return {
        "masters": takings.masters,
        "slaves": takings.slaves,
        "actions": takings.actions,
        "decisions": takings.decisions,
        "filled": takings.outcome(Outcome.FILLED),
        "modified": takings.outcome(Outcome.MODIFIED),
        "reduced": takings.outcome(Outcome.REDUCED),
        "closed": takings.outcome(Outcome.CLOSED),
        "omitted": dict(takings.omitted),
        "failed": dict(takings.failed),
        "outcomes": dict(takings.outcomes),
        "entries": _entries(takings),
        "lost": takings.count("lost"),
        "duplicated": takings.count("duplicated"),
        "orphans": takings.count("orphan"),
        "in_doubt": takings.outcome(Outcome.IN_DOUBT),
        "unexplained": takings.unexplained,
        "latency_ms": None
        if times is None
        else {"p50": times.p50, "p95": times.p95, "p99": times.p99},
        "copies_timed": 0 if times is None else times.count,
        "skipped_symbols": dict(ending.skipped_symbols),
        "seconds": round(ending.seconds, 1),
        "interrupted": ending.interrupted,
        "folder": ending.folder,
    }


def _entries(takings: Takings) -> dict[str, Any] | None:
    found = takings.entries
    if found is None:
        return None
    reasons = (("left_out", found.left_out), ("refused", found.failed))
    return {
        "wanted": found.wanted,
        **{name: {each.code.name: each.count for each in told} for name, told in reasons},
        "shadowed": found.shadowed,
        "waiting": found.waiting,
        "filled": found.filled,
    }


def summary(takings: Takings, ending: Ending) -> RenderableType:
    """Draw the end: what happened, whether the books agree, how long it took."""
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, told in _rows(takings, ending):
        table.add_row(name, told)
    trouble = [
        Text(f"{each.kind}: trade {each.trade_id} account {each.account_id}: {each.sentence}")
        for each in takings.discrepancies[:TROUBLE_SHOWN]
    ]
    more = len(takings.discrepancies) - len(trouble)
    if more > 0:
        trouble.append(Text(f"and {more} more"))
    return _framed(Group(table, Text(), _verdict(takings, ending), *trouble))


def _rows(takings: Takings, ending: Ending) -> Iterator[tuple[str, RenderableType]]:
    yield "accounts", f"{takings.masters} masters, {takings.slaves} slaves"
    yield "actions", f"{takings.actions} of masters, {takings.decisions} decisions for slaves"
    in_order = [each for each in Outcome if takings.outcome(each)]
    told = ", ".join(f"{takings.outcome(each)} {each.replace('_', ' ')}" for each in in_order)
    yield "outcomes", told or "none"
    if takings.entries is not None:
        yield from takings.entries.rows
    yield "omitted", _listed(takings.omitted) or "none"
    yield "failed", _listed(takings.failed) or "none"
    for kind, word in (("lost", "lost"), ("duplicated", "duplicated"), ("orphan", "orphans")):
        yield word, _judged(takings.count(kind))
    yield "unexplained", _judged(takings.unexplained)
    if takings.latencies is not None:
        times = takings.latencies
        yield (
            "EA to EA",
            f"p50 {times.p50:.1f} ms, p95 {times.p95:.1f} ms, p99 {times.p99:.1f} ms"
            f" over {times.count} copies, journal synced, the brokers' own delays apart",
        )
    if ending.skipped_symbols:
        yield "not replayed", f"no ticks for {_listed(ending.skipped_symbols, most=6)}"
    yield "took", f"{ending.seconds:.1f} s"
    if ending.folder is not None:
        yield "kept", Text(f"journal, books and logs in {ending.folder}", overflow="fold")
        asked = f"echoctl why TICKET --config {ending.folder}/echo.toml"
        yield "ask why", Text(asked, overflow="fold")
        asked = f"echoctl trace TICKET --config {ending.folder}/echo.toml"
        yield "see when", Text(asked, overflow="fold")


def _judged(count: int) -> Text:
    return Text(str(count), style="bold red" if count else "bold green")


def _verdict(takings: Takings, ending: Ending) -> Text:
    if ending.interrupted:
        sentence = "Stopped before the end: what was under way has no outcome."
        return Text(sentence, style="bold yellow")
    if takings.discrepancies:
        return Text("Books and journal DISAGREE:", style="bold red")
    return Text("Books and journal agree: nothing lost, nothing twice.", style="bold green")


def _listed(counts: Mapping[str, int], most: int = 12) -> str:
    named = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f", and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(f"{count} {name}" for name, count in named[:most]) + more
