"""``echoctl config``: settings looked at, changed, checked, and moved between a file and etcd."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.live_settings import settings_source
from echo.config.reading import Reading, read_settings
from echo.config.schema import find, nearest
from echo.config.setting import Reload, Setting
from echo.config.spelling import as_text, as_toml
from echo.config.toml_edit import CannotEdit, with_setting
from echo.config.toml_file import NotToml
from echo.config.values import BadValue, read_value
from echo.ports.errors import EchoError, LinkDown, SettingsInvalid
from echo.stores.etcd.client import EtcdClient
from echo.stores.etcd.place import etcd_place, is_etcd

SECRETS: Final = frozenset({"postgres/password"})
"""Never written to etcd: everybody who may read settings would read them."""

Place = Annotated[
    str, typer.Option("--config", help="Where the settings lie: a file, or etcd://host:port/echo.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(
    help="Settings: look, change, check, move.\n\n"
    "Exit codes: 0 done, or all is well; 1 a problem; 2 nothing to read, or no such setting.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """Settings: look, change, check, move."""


@app.command()
def get(
    key: Annotated[str | None, typer.Argument(help="One key; without it all that are set.")] = None,
    config: Place = "echo.toml",
    as_json: AsJson = False,
) -> None:
    """Show what a setting is, or everything that is set."""
    raw = _fetched("config get", config, as_json=as_json)
    reading = read_settings(raw, strangers=True)
    if key is None:
        _show_all(raw, as_json=as_json)
        return
    setting = _setting("config get", key, as_json=as_json)
    canonical = "/".join((*key.split("/")[:-1], setting.parts[-1]))
    value = reading.values.get(canonical, setting.default)
    spelled = None if value is None else as_text(value)
    if as_json:
        told = {"key": canonical, "value": spelled, "set": canonical in raw or key in raw}
        print(msgspec.json.encode(told).decode())
    else:
        print("" if spelled is None else spelled)


@app.command("set")
def set_(
    key: Annotated[str, typer.Argument(help="The key, such as core/delivery/max_retries.")],
    value: Annotated[str | None, typer.Argument(help="Its value; lists as CSV or JSON.")] = None,
    config: Place = "echo.toml",
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the key out: its default counts again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change one setting; refused as a whole if the settings could not be used with it."""
    command = "config set"
    if remove == (value is not None):
        give_up(command, EXIT_USAGE, "give a value, or --remove", as_json=as_json)
    setting = _setting(command, key, as_json=as_json)
    raw = dict(_fetched(command, config, as_json=as_json))
    try:
        wanted = None if value is None else _typed(setting, key, value)
        changed = {name: each for name, each in raw.items() if name != key}
        if wanted is not None:
            changed[key] = wanted
        _demand_usable(changed, raw, strangers=is_etcd(config))
        if is_etcd(config):
            _put(config, {key: None if wanted is None else as_text(wanted)})
        else:
            _rewrite(Path(config), key, wanted)
    except (BadValue, SettingsInvalid, CannotEdit, NotToml) as error:
        give_up(command, EXIT_USAGE, str(error), as_json=as_json)
    except (EchoError, OSError) as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    if as_json:
        told = {"key": key, "value": value, "counts": str(setting.reload)}
        print(msgspec.json.encode(told).decode())
    else:
        print(f"{key} = {value if value is not None else '(default)'}: counts {setting.reload}")


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A file, or an address of etcd.")],
    to: Annotated[str, typer.Option("--to", help="An address such as etcd://host:2379/echo.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also take out settings that FROM does not have.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put all settings of a file into etcd; nothing is written if one of them cannot be used."""
    command = "config import"
    if not is_etcd(to):
        hint = "a file is written by: echoctl config export --from FROM --output FILE"
        give_up(command, EXIT_USAGE, f"{to} is no address of etcd", hint, as_json=as_json)
    raw = _fetched(command, source, as_json=as_json)
    there = _fetched(command, to, as_json=as_json)
    left_out = sorted(SECRETS & raw.keys())
    texts = {key: as_text(value) for key, value in raw.items() if key not in SECRETS}
    changes: dict[str, str | None] = {
        key: text for key, text in texts.items() if there.get(key) != text
    }
    if replace:
        gone = [key for key in there if key not in texts and find(key) is not None]
        changes |= dict.fromkeys(gone)
    after = {key: text for key, text in {**there, **changes}.items() if text is not None}
    try:
        _demand_usable(after, {}, strangers=True)
        _put(to, changes)
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), "nothing was written", as_json=as_json)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    removed = sum(text is None for text in changes.values())
    told = {
        "written": len(changes) - removed,
        "removed": removed,
        "same": len(texts) - (len(changes) - removed),
        "left_out": left_out,
    }
    if as_json:
        print(msgspec.json.encode(told).decode())
    else:
        print(f"{told['written']} written, {told['removed']} removed, {told['same']} were so")
        for key in left_out:
            print(f"{key} is a secret and was not written: set it in the environment")


@app.command()
def export(
    source: Annotated[
        str, typer.Option("--from", help="A file, or an address such as etcd://host:2379/echo.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", help="The file to write; by default it is printed.")
    ] = None,
) -> None:
    """Write all settings as one ``echo.toml``; keys that are no settings are told and left out."""
    command = "config export"
    raw = _fetched(command, source)
    known = {key: _native(key, each) for key, each in raw.items() if find(key) is not None}
    for key in sorted(raw.keys() - known.keys()):
        print(f"echoctl {command}: {key} is not a setting: left out", file=sys.stderr)
    try:
        text = as_toml(known)
        if output is None:
            print(text, end="")
        else:
            _write(output, text)
    except (OSError, ValueError) as error:
        give_up(command, EXIT_PROBLEM, str(error))


@app.command()
def check(
    place: Annotated[str, typer.Argument(help="A file, or an address of etcd.")] = "echo.toml",
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with settings, and what they will not do."""
    raw = _fetched("config check", place, as_json=as_json)
    reading = read_settings(raw, strangers=is_etcd(place))
    if as_json:
        print(
            msgspec.json.encode(
                {
                    "ok": not reading.complaints,
                    "set": len(raw),
                    "complaints": reading.complaints,
                    "warnings": reading.warnings,
                }
            ).decode()
        )
    else:
        for sentence in reading.complaints:
            print(f"wrong: {sentence}")
        for sentence in reading.warnings:
            print(f"note: {sentence}")
        if not reading.complaints:
            print(f"{place}: {len(raw)} settings, all can be used")
    if reading.complaints:
        raise typer.Exit(EXIT_PROBLEM)


def _fetched(command: str, place: str, *, as_json: bool = False) -> Mapping[str, object]:
    async def fetch() -> Mapping[str, object]:
        source = settings_source(place)
        try:
            return await source.fetch()
        finally:
            await source.close()

    try:
        return asyncio.run(fetch())
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), as_json=as_json)


def _put(place: str, changes: Mapping[str, str | None]) -> None:
    async def put() -> None:
        client = EtcdClient(etcd_place(place, os.environ))
        try:
            await client.write_all(changes)
        except LinkDown as error:
            raise SettingsInvalid([f"{error}: not, or not all, was written"]) from error
        finally:
            await client.close()

    asyncio.run(put())


def _setting(command: str, key: str, *, as_json: bool) -> Setting:
    setting = find(key)
    if setting is None:
        meant = nearest(key)
        hint = f"did you mean {meant}?" if meant else ""
        give_up(command, EXIT_USAGE, f"{key} is not a setting", hint, as_json=as_json)
    return setting


def _typed(setting: Setting, key: str, text: str) -> object:
    value = text if setting.ignored else read_value(setting, key, text)
    return list(value) if isinstance(value, tuple) else value


def _native(key: str, raw: object) -> object:
    """Return *raw* as a file spells it; what cannot be read stays as it is."""
    setting = find(key)
    if setting is None or not isinstance(raw, str):
        return raw
    try:
        return _typed(setting, key, raw)
    except BadValue:
        return raw


def _demand_usable(
    wanted: Mapping[str, object], now: Mapping[str, object], *, strangers: bool
) -> Reading:
    """Raise ``SettingsInvalid`` with whatever is wrong with *wanted* and was not with *now*."""
    before = read_settings(now, strangers=strangers).complaints
    reading = read_settings(wanted, strangers=strangers)
    found = [each for each in reading.complaints if each not in before]
    if found:
        raise SettingsInvalid(found)
    return reading


def _rewrite(path: Path, key: str, raw: object | None) -> None:
    _write(path, with_setting(path.read_text(encoding="utf-8"), key, raw))


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole; it names accounts and sizes, so a new one is its owner's."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    beside = path.with_name(f"{path.name}.new")
    beside.touch(mode=0o600)
    beside.write_text(text, encoding="utf-8")
    beside.chmod(mode)
    beside.replace(path)


def _show_all(raw: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode({key: as_text(raw[key]) for key in sorted(raw)}).decode())
        return
    console = Console()
    table = Table("setting", "value", "counts")
    for key in sorted(raw):
        setting = find(key)
        counts = "not a setting" if setting is None else str(setting.reload or Reload.RESTART)
        table.add_row(key, as_text(raw[key]), "never" if setting and setting.ignored else counts)
    console.print(table)
