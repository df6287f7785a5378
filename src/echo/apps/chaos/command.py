"""``echoctl chaos``."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from echo.apps.chaos.campaign import campaign
from echo.apps.chaos.options import ROUNDS, SECONDS, ChaosOptions, ChaosRefused
from echo.apps.chaos.tally import as_json
from echo.apps.demo.troupe import ProgramFailed

EXIT_REFUSED = 2


def chaos(
    rounds: Annotated[int, typer.Option(help="How many rounds.")] = ROUNDS,
    seconds: Annotated[int, typer.Option(help="How long masters trade in each, in s.")] = SECONDS,
    seed: Annotated[int, typer.Option(help="Which weather; with the round's number.")] = 1,
    first: Annotated[int, typer.Option(help="Number of the first round.")] = 0,
    state: Annotated[
        Path | None, typer.Option(help="Folder for journals, books and logs; kept at the end.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Keep the folders of good rounds too.")] = False,
    store: Annotated[
        str | None,
        typer.Option(help="Keep the journals on a server: postgresql://user@host/database."),
    ] = None,
    store_restart: Annotated[
        str | None,
        typer.Option(help="Command that ends that server and brings it back, once in a round."),
    ] = None,
    terminals: Annotated[
        str, typer.Option(help="What is on the charts: paper, or ea (the EAs' own MQL, compiled).")
    ] = "paper",
    cores: Annotated[
        int, typer.Option(help="2: a second Core waits, and takes over when the first falls.")
    ] = 1,
    as_json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Kill, freeze, cut off and starve real programs, then compare brokers' books and journal.

    Exit code 1 if anything was lost, duplicated, late, orphaned or left unexplained.
    """
    try:
        options = ChaosOptions(
            rounds=rounds,
            first=first,
            seconds=seconds,
            seed=seed,
            state=state,
            keep=keep,
            store=store,
            store_restart=store_restart,
            terminals=terminals,
            cores=cores,
        )
        result = asyncio.run(campaign(options, _aside))
    except (ChaosRefused, ProgramFailed) as error:
        print(f"echoctl chaos: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_REFUSED) from None
    figures = as_json(result.rounds, result.seconds)
    figures["folder"] = None if result.folder is None else str(result.folder)
    print(json.dumps(figures, indent=None if as_json_ else 2))
    raise typer.Exit(result.exit_code)


def _aside(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
