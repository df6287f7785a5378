"""``echoctl``: every command is one function; none of them holds a rule of trading."""

import asyncio
import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from echo.apps.chaos.command import chaos
from echo.apps.cli import (
    agent,
    audit,
    config,
    handshake,
    limits,
    modes,
    overviews,
    policies,
    policy,
    replay,
    replicator,
    report,
    status,
    store,
    symbols,
    trace,
    whatif,
    why,
    windows,
)
from echo.apps.demo.cast import Cast
from echo.apps.demo.options import SECONDS, SPEED, DemoOptions, DemoRefused
from echo.apps.demo.performance import Performance, Result
from echo.apps.demo.show import Moment, as_json, moment_table, starting, summary
from echo.apps.demo.troupe import ProgramFailed

EXIT_REFUSED = 2

app = typer.Typer(
    name="echoctl",
    help="Echo, a self-hosted trade copier.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


app.add_typer(policy.app)
app.add_typer(windows.app)
app.add_typer(symbols.app)


app.add_typer(agent.app, name="agent")
app.add_typer(replicator.app, name="replicator")
app.add_typer(audit.app, name="audit")
app.add_typer(store.app, name="store")
app.add_typer(limits.app)
app.add_typer(handshake.app, name="handshake")
app.add_typer(config.app, name="config")
app.add_typer(report.app, name="report")


@app.callback()
def root() -> None:
    """Echo, a self-hosted trade copier."""


app.command()(chaos)
app.command()(replay.replay)
app.command()(whatif.whatif)
app.command()(why.why)
app.command()(trace.trace)
app.command()(status.status)
policy.app.command("get")(policies.get)
policy.app.command("set")(policies.set_)
policy.app.command("import")(policies.import_)
policy.app.command()(policies.withdraw)
audit.app.command()(why.changes)
for _report in (overviews.trades, overviews.decisions, overviews.latency):
    report.app.command()(_report)
store.app.command()(overviews.caches)
for _name, _command in modes.COMMANDS.items():
    app.command(_name)(_command)


@app.command()
def demo(
    seconds: Annotated[int, typer.Option(help="How long masters trade, in s.")] = SECONDS,
    speed: Annotated[str, typer.Option(help="Market seconds per second.")] = str(SPEED),
    masters: Annotated[int, typer.Option(help="How many master accounts.")] = 2,
    slaves: Annotated[int, typer.Option(help="How many slave accounts.")] = 6,
    legacy: Annotated[int, typer.Option(help="How many slaves run an EA of protocol 2.")] = 0,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="History to replay: MT4 statement, MT5 report (HTML, xlsx) or CSV."),
    ] = None,
    ticks: Annotated[
        list[str] | None, typer.Option(help="Ticks to replay it on: FILE, or SYMBOL=FILE.")
    ] = None,
    broker_delay: Annotated[
        str, typer.Option(help="How long brokers take: real (as measured) or 0.")
    ] = "real",
    state: Annotated[
        Path | None, typer.Option(help="Folder for journal, books and logs; kept at the end.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Keep the folder even if it is a fresh one.")] = False,
    record: Annotated[
        bool, typer.Option(help="Have the Core write down every event, for replay.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(help="Keep the journal on a server: postgresql://user@host/database."),
    ] = None,
    terminals: Annotated[
        str, typer.Option(help="What is on the charts: paper, or ea (the EAs' own MQL, compiled).")
    ] = "paper",
    otlp: Annotated[
        str | None,
        typer.Option(help="Send figures, traces and logs to this collector: host:port."),
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Show the Core's figures at this port, the Agent's at the next."),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Copy real account histories over real ticks, between paper terminals.

    Exit code 1 if anything was lost, duplicated or left unexplained; 2 if it cannot be played.
    """
    try:
        options = DemoOptions(
            seconds=seconds,
            speed=_decimal("--speed", speed),
            masters=masters,
            slaves=slaves,
            legacy=legacy,
            data=tuple(data or ()),
            ticks=tuple(ticks or ()),
            broker_delay=broker_delay,
            state=state,
            keep=keep,
            record=record,
            store=store,
            terminals=terminals,
            otlp=otlp,
            metrics_port=metrics_port,
            json=as_json_,
        )
        result = _quietly(options) if as_json_ else _shown(options)
    except (DemoRefused, ProgramFailed) as error:
        print(f"echoctl demo: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from None
    raise typer.Exit(result.exit_code)


def main() -> None:
    """Run the command line."""
    app()


def _quietly(options: DemoOptions) -> Result:
    performance = Performance(options, seen=lambda _cast, _moment: None, told=_aside)
    result = asyncio.run(performance.play())
    print(json.dumps(as_json(result.takings, result.ending)))
    return result


def _shown(options: DemoOptions) -> Result:
    console = Console()
    if not console.is_terminal:
        performance = Performance(options, seen=lambda _cast, _moment: None, told=_aside)
        result = asyncio.run(performance.play())
    else:
        # Drawn when there is something new, and at no other time: that does not flicker.
        with Live(console=console, auto_refresh=False, transient=True) as live:

            def seen(cast: Cast, moment: Moment) -> None:
                live.update(moment_table(cast, moment), refresh=True)

            performance = Performance(options, seen=seen, told=lambda _line: None)
            live.update(starting(performance.cast), refresh=True)
            result = asyncio.run(performance.play())
    console.print(summary(result.takings, result.ending))
    return result


def _aside(line: str) -> None:
    print(line, file=sys.stderr)


def _decimal(option: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise DemoRefused(f"{option} {text} is not a number") from None


if __name__ == "__main__":
    main()
