"""Reading a value: whatever a file, a key-value store or an environment calls it."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from echo.config.setting import Kind, Setting, Value


class BadValue(ValueError):
    """A value that a setting cannot have; the message names key, value and bound."""


def read_value(setting: Setting, key: str, raw: object) -> Value:
    """Turn *raw* into the setting's value.

    Text is read like the value that it spells; lists come as lists, as JSON, or as CSV.

    Raises:
        BadValue: wrong type, out of bounds, or none of the choices.
    """
    match setting.kind:
        case Kind.WHOLE:
            return _whole(setting, key, raw)
        case Kind.DECIMAL:
            return _decimal(setting, key, raw)
        case Kind.SWITCH:
            return _switch(key, raw)
        case Kind.TEXT | Kind.PATH:
            if not isinstance(raw, str) or not raw.strip():
                raise BadValue(f"{key} = {raw!r} is not a text")
            return raw.strip()
        case Kind.CHOICE:
            text = str(raw).strip()
            if text not in setting.choices:
                raise BadValue(f"{key} = {raw!r} is none of {', '.join(setting.choices)}")
            return text
        case Kind.TEXTS:
            return tuple(_text(setting, key, str(each).strip()) for each in _items(key, raw))
        case Kind.WHOLES:
            return tuple(_whole(setting, key, each) for each in _items(key, raw))


def _text(setting: Setting, key: str, text: str) -> str:
    if setting.pattern and re.fullmatch(setting.pattern, text, re.IGNORECASE | re.ASCII) is None:
        raise BadValue(f"{key} = {text!r} does not match {setting.pattern}")
    return text


def _whole(setting: Setting, key: str, raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, (int, str)):
        raise BadValue(f"{key} = {raw!r} is not a whole number")
    try:
        found = int(raw)
    except ValueError:
        raise BadValue(f"{key} = {raw!r} is not a whole number") from None
    _bounded(setting, key, found)
    return found


def _decimal(setting: Setting, key: str, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        raise BadValue(f"{key} = {raw!r} is not a number")
    try:
        found = Decimal(str(raw).strip())
    except InvalidOperation:
        raise BadValue(f"{key} = {raw!r} is not a number") from None
    if not found.is_finite():
        raise BadValue(f"{key} = {raw!r} is not a finite number")
    _bounded(setting, key, found)
    return found


def _bounded(setting: Setting, key: str, found: int | Decimal) -> None:
    unit = f" {setting.unit}" if setting.unit else ""
    if setting.low is not None and found < setting.low:
        raise BadValue(f"{key} = {found} is below {setting.low}{unit}")
    if setting.high is not None and found > setting.high:
        raise BadValue(f"{key} = {found} is above {setting.high}{unit}")


def _switch(key: str, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    found = words.get(str(raw).strip().lower()) if isinstance(raw, str) else None
    if found is None:
        raise BadValue(f"{key} = {raw!r} is neither true nor false")
    return found


def _items(key: str, raw: object) -> Sequence[object]:
    if isinstance(raw, (list, tuple)):
        items: Sequence[object] = raw
    elif isinstance(raw, int) and not isinstance(raw, bool):
        items = [raw]
    elif isinstance(raw, str) and raw.strip().startswith("["):
        try:
            items = json.loads(raw)
        except ValueError:
            raise BadValue(f"{key} = {raw!r} is not a list") from None
    elif isinstance(raw, str):
        items = [each for each in (part.strip() for part in raw.split(",")) if each]
    else:
        raise BadValue(f"{key} = {raw!r} is not a list")
    if any(isinstance(each, (list, dict, bool)) for each in items):
        raise BadValue(f"{key} = {raw!r} is not a list of plain values")
    return items
