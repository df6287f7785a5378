"""Windows and switches out of settings."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from echo.config.setting import Value
from echo.domain.ids import AccountId
from echo.domain.instruments import CATALOGUE
from echo.domain.modes import EVERYTHING, Mode, Scope, Switch
from echo.domain.windows import (
    DEFAULT_RULES,
    Window,
    WindowAction,
    WindowRules,
    WindowSource,
    is_about_something,
)

ANY_ACCOUNT: Final = "*"
_MS_DIGITS_MAX: Final = 15

Rows = dict[tuple[str, ...], dict[str, Value]]


def window_rules(given: Mapping[str, Value]) -> WindowRules:
    """Return what windows do on an account whose options are *given*, by their last part."""
    lead_s = given.get("flatten_before_sec")
    pendings = given.get("cancel_pendings")
    return WindowRules(
        on_open=WindowAction(str(given.get("on_open") or DEFAULT_RULES.on_open)),
        on_close=WindowAction(str(given.get("on_close") or DEFAULT_RULES.on_close)),
        on_modify=WindowAction(str(given.get("on_modify") or DEFAULT_RULES.on_modify)),
        flatten_before_s=lead_s if isinstance(lead_s, int) else None,
        cancel_pendings=DEFAULT_RULES.cancel_pendings if pendings is None else bool(pendings),
    )


def windows_of(values: Mapping[str, Value]) -> tuple[Window, ...]:
    """Return the windows that *values*, read without complaints, declare."""
    return tuple(_window(folder, row) for folder, row in _rows(values).items())


def switches_of(values: Mapping[str, Value]) -> tuple[Switch, ...]:
    """Return the switches that *values*, read without complaints, set."""
    found = []
    for key, value in values.items():
        parts = key.split("/")
        if parts[-1] != "mode" or value is None:
            continue
        mode = Mode(str(value))
        match parts[:-1]:
            case ["core"] | ["policy", "*"]:
                found.append(Switch(scope=Scope.ALL, target=EVERYTHING, mode=mode))
            case ["policy", account]:
                found.append(Switch(scope=Scope.ACCOUNT, target=AccountId(account), mode=mode))
            case ["masters", master]:
                found.append(Switch(scope=Scope.MASTER, target=AccountId(master), mode=mode))
            case _:
                pass
    return tuple(each for each in found if each.mode is not Mode.LIVE)


def rule_complaints(values: Mapping[str, Value]) -> Iterator[str]:
    """Check windows and zones for sense."""
    symbols = CATALOGUE | frozenset(
        str(each).upper()
        for key in ("core/canonical_symbols", "core/symbols/extra")
        for each in _texts(values.get(key))
    )
    for folder, row in _rows(values).items():
        where = "/".join(("windows", *folder))
        missing = "" if row.get("start_utc") is not None else f"{where}/start_utc is missing"
        bad = [
            f"{where}/{name} = {row[name]!r} is neither ISO 8601 nor Unix ms"
            for name in ("start_utc", "end_utc")
            if row.get(name) is not None and _moment_ms(row[name]) is None
        ]
        yield from filter(None, (missing, *bad))
        if missing or bad:
            continue
        window = _window(folder, row)
        if window.complaint:
            yield f"{where}: {window.complaint}"
        if not is_about_something(window.symbol, symbols):
            yield f"{where}: {window.symbol!r} is neither a symbol nor a currency"
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "policy" and len(parts) == 4 and parts[2].upper() not in symbols:
            yield f"{key}: {parts[2]!r} is not a canonical symbol"
        if key.endswith("/session_zone") and value is not None and not _is_zone(str(value)):
            yield f"{key} = {value!r} is no time zone of the IANA database"


def _rows(values: Mapping[str, Value]) -> Rows:
    rows: Rows = {}
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "windows":
            rows.setdefault(tuple(parts[1:-1]), {})[parts[-1]] = value
    return rows


def _window(folder: tuple[str, ...], row: Mapping[str, Value]) -> Window:
    starts_at_ms = _moment_ms(row.get("start_utc")) or 0
    end = row.get("end_utc")
    symbol = folder[1].upper()
    return Window(
        window_id=".".join(("settings", *(each.replace("*", "any") for each in folder))),
        account_id=folder[0],
        symbol=symbol,
        starts_at_ms=starts_at_ms,
        ends_at_ms=starts_at_ms if end is None else _moment_ms(end) or 0,
        pre_buffer_s=_whole(row.get("pre_buffer_sec")),
        post_buffer_s=_whole(row.get("post_buffer_sec")),
        notes=str(row.get("notes") or ""),
        source=WindowSource.SETTINGS,
    )


def _moment_ms(value: Value) -> int | None:
    """Return a moment as Unix ms; one without an offset is UTC, as its key says."""
    text = str(value).strip()
    if text.isascii() and text.isdecimal() and len(text) <= _MS_DIGITS_MAX:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1_000)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
