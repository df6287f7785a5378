"""What a person sees of the demo: a live table while it runs, a summary at its end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from echo.apps.demo.cast import Cast, Player
from echo.apps.demo.takings import Latencies, Takings
from echo.domain.answers import Outcome
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade

NEWS_SHOWN = 6
TROUBLE_SHOWN = 20
_DONE = {Outcome.FILLED, Outcome.MODIFIED, Outcome.REDUCED, Outcome.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known while the demo runs."""

    elapsed_s: float
    seconds: int
    market: str
    trades: Sequence[JournaledTrade]
    decisions: Sequence[JournaledDecision]
    latencies: Latencies | None
    news: Sequence[str]


def moment_table(cast: Cast, moment: Moment) -> RenderableType:
    """Draw one moment: accounts, what was copied to them, why something was not."""
    table = Table(expand=True, pad_edge=False, header_style="bold")
    for heading in ("account", "broker", "EA", "opened", "changed", "closed", "not copied", "why"):
        right = heading in {"opened", "changed", "closed", "not copied"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "why")
    actions: Counter[AccountId] = Counter()
    for trade in moment.trades:
        actions[trade.master_account_id] += len(trade.seqs)
    for player in cast.masters:
        table.add_row(
            Text(player.account_id, style="bold cyan"),
            player.broker.name,
            f"master v{player.protocol_version}",
            "",
            "",
            "",
            "",
            f"{actions[player.account_id]} actions",
        )
    table.add_section()
    by_account: dict[AccountId, list[JournaledDecision]] = {}
    for row in moment.decisions:
        by_account.setdefault(row.account_id, []).append(row)
    for player in cast.slaves:
        table.add_row(*_slave_row(player, by_account.get(player.account_id, [])))
    parts: list[RenderableType] = [table, _pace(moment)]
    parts += [Text(f"  {line}", style="yellow") for line in moment.news[-NEWS_SHOWN:]]
    return Panel(Group(*parts), title="Echo demo", border_style="dim")


def _slave_row(player: Player, rows: Sequence[JournaledDecision]) -> tuple[RenderableType, ...]:
    done = Counter(row.kind for row in rows if row.outcome in _DONE)
    left = [row for row in rows if row.outcome in {Outcome.OMITTED, Outcome.FAILED}]
    reasons = Counter(row.code.name for row in left)
    return (
        Text(player.account_id, style="bold"),
        player.broker.name,
        f"slave v{player.protocol_version}",
        str(done[ActionKind.OPEN]),
        str(done[ActionKind.MODIFY] + done[ActionKind.REDUCE]),
        str(done[ActionKind.CLOSE]),
        str(len(left)) if left else "",
        ", ".join(f"{count} {name}" for name, count in reasons.most_common(3)),
    )


def _pace(moment: Moment) -> Text:
    pending = sum(row.outcome is Outcome.PENDING for row in moment.decisions)
    text = Text(f"{moment.elapsed_s:4.0f} of {moment.seconds} s   market {moment.market}   ")
    text.append(f"{len(moment.decisions)} decisions, {pending} under way   ")
    if moment.latencies is not None:
        text.append(
            f"EA to EA p50 {moment.latencies.p50:.1f} ms, p95 {moment.latencies.p95:.1f} ms",
            style="green",
        )
    return text


def as_json(takings: Takings, *, seconds: float, skipped: Mapping[str, int]) -> dict[str, Any]:
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
        "lost": takings.count("lost"),
        "duplicated": takings.count("duplicated"),
        "orphans": takings.count("orphan"),
        "in_doubt": takings.outcome(Outcome.IN_DOUBT),
        "unexplained": takings.unexplained,
        "latency_ms": None
        if times is None
        else {"p50": times.p50, "p95": times.p95, "p99": times.p99},
        "copies_timed": 0 if times is None else times.count,
        "skipped_symbols": dict(skipped),
        "seconds": round(seconds, 1),
    }


def summary(takings: Takings, *, seconds: float, skipped: Mapping[str, int]) -> RenderableType:
    """Draw the end: what happened, whether the books agree, how long it took."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_row("masters, slaves", f"{takings.masters}, {takings.slaves}")
    table.add_row("actions", f"{takings.actions} of masters, {takings.decisions} decisions")
    table.add_row("outcomes", _listed(takings.outcomes))
    table.add_row("omitted", _listed(takings.omitted) or "none")
    table.add_row("failed", _listed(takings.failed) or "none")
    for kind, word in (("lost", "lost"), ("duplicated", "duplicated"), ("orphan", "orphans")):
        count = takings.count(kind)
        table.add_row(word, Text(str(count), style="bold red" if count else "bold green"))
    table.add_row("in doubt", str(takings.outcome(Outcome.IN_DOUBT)))
    if takings.latencies is not None:
        times = takings.latencies
        table.add_row(
            "EA to EA",
            f"p50 {times.p50:.2f} ms, p95 {times.p95:.2f} ms, p99 {times.p99:.2f} ms"
            f" over {times.count} copies, journal synced, broker's own delay apart",
        )
    if skipped:
        table.add_row("not replayed", f"no ticks for {_listed(skipped, most=8)}")
    table.add_row("took", f"{seconds:.1f} s")
    trouble = [
        Text(f"{each.kind}: trade {each.trade_id} account {each.account_id}: {each.sentence}")
        for each in takings.discrepancies[:TROUBLE_SHOWN]
    ]
    verdict = (
        Text("Books and journal agree: nothing lost, nothing twice.", style="bold green")
        if not takings.discrepancies
        else Text("Books and journal DISAGREE:", style="bold red")
    )
    return Panel(Group(table, verdict, *trouble), title="Echo demo", border_style="dim")


def _listed(counts: Mapping[str, int], most: int = 12) -> str:
    named = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f", and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(f"{count} {name}" for name, count in named[:most]) + more
