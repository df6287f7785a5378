"""How single values lie in SQLite: decimals as text, small structures as JSON."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from echo.domain.sizing import Inputs

Cell = str | int | bytes | None
Row = tuple[Cell, ...]

_INPUTS: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_JSON: Final = msgspec.json.Encoder()
_ANY: Final = msgspec.json.Decoder(float_hook=Decimal)


def text_of(number: Decimal) -> str:
    """Spell *number* in full, without an exponent."""
    return format(number, "f")


def text_or_null(number: Decimal | None) -> str | None:
    """Spell *number*, ``None`` as NULL."""
    return None if number is None else format(number, "f")


def decimal_or_none(text: str | None) -> Decimal | None:
    """Read what `text_or_null` wrote."""
    return None if text is None else Decimal(text)


def json_of(value: object) -> str:
    """Write a value made of dataclasses, tuples and plain values as JSON."""
    return _JSON.encode(value).decode()


def json_of_inputs(inputs: Inputs) -> str:
    """Write the numbers behind a decision as one JSON object, in their order.

    What JSON cannot say (NaN, other types) is written as text: no decision may be lost over it.
    """
    return _INPUTS.encode({name: _finite(value) for name, value in inputs}).decode()


def read_inputs(text: str) -> Inputs:
    """Read what `json_of_inputs` wrote; numbers with a fraction come back as decimals."""
    found: dict[str, object] = _ANY.decode(text)
    return tuple(found.items())


def json_of_tuple(values: Iterable[Any]) -> str:
    """Write a sequence of plain values as a JSON array."""
    return _JSON.encode(tuple(values)).decode()


def _finite(value: object) -> object:
    return str(value) if isinstance(value, Decimal) and not value.is_finite() else value
