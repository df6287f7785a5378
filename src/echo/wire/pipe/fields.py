"""Reading one field of a line: numbers within bounds, words with a meaning."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, TypeVar

from msgspec import DecodeError, Meta, ValidationError
from msgspec.json import Decoder

from echo.wire.refusals import WireError, WireReason, quoted

LIST_MAX: Final = 5_000
"""Most symbols, positions, deals, quotes or trades in one message."""

SHORT_LIST_MAX: Final = 256
"""Most features, metrics, back-off steps, candidates or sessions in one message."""

DIGITS_BEFORE_POINT_MAX: Final = 15
"""Numbers are below 10**15: more does not survive the double on the way to the Core."""

PLACES_MAX: Final = 20
"""Numbers other than 0 are at least 10**-20: their plain text stays short."""

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
UInt32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]

_T = TypeVar("_T")


def decode(decoder: Decoder[_T], raw: bytes) -> _T:
    """Decode a line's content; every fault of the peer becomes a `WireError`."""
    try:
        str(raw, "utf-8")  # texts of unknown fields are skipped unread by the decoder
        return decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise WireError(
            WireReason.NOT_UTF8, f"byte {error.start} of the line is not UTF-8"
        ) from error
    except RecursionError as error:
        raise WireError(WireReason.TOO_DEEP, "the line is nested beyond reason") from error
    except DecodeError as error:
        sentence = str(error)
        raise WireError(_reason(error, sentence), sentence[:200]) from error


def _reason(error: DecodeError, sentence: str) -> WireReason:
    if not isinstance(error, ValidationError):
        return WireReason.NOT_JSON
    if sentence.startswith("Object missing required field"):
        return WireReason.MISSING_FIELD
    if sentence.startswith("Invalid value"):
        return WireReason.UNKNOWN_TYPE
    if sentence.startswith("Expected `object`") and " - at `" not in sentence:
        return WireReason.NOT_OBJECT
    if ">=" in sentence or "<=" in sentence or "out of range" in sentence:
        return WireReason.OUT_OF_RANGE
    return WireReason.WRONG_TYPE


def number(value: Decimal, name: str) -> Decimal:
    """Return *value* if it is a number that can be counted with."""
    if not value.is_finite():
        raise WireError(WireReason.NOT_FINITE, f"{name} is {value}, not a finite number")
    if not -PLACES_MAX <= value.adjusted() < DIGITS_BEFORE_POINT_MAX:
        raise WireError(WireReason.OUT_OF_RANGE, f"{name} is {value:.3E}, beyond any market")
    return value


def optional_number(value: Decimal | None, name: str) -> Decimal | None:
    """Return *value* likewise, or ``None`` where the field is absent."""
    return None if value is None else number(value, name)


def nonzero_number(value: Decimal | None, name: str) -> Decimal | None:
    """Return *value*, or ``None`` where the field is absent or 0: an EA's way to say nothing."""
    return (number(value, name) or None) if value is not None else None


def word(table: Mapping[str, _T], text: str, name: str) -> _T:
    """Return what *text* means: blanks around it, case, ``-`` and spaces do not matter."""
    found = table.get(text)
    if found is None:
        found = table.get(text.strip().lower().replace("-", "_").replace(" ", "_"))
    if found is None:
        raise WireError(WireReason.UNKNOWN_VALUE, f"{name} {quoted(text)} is not known")
    return found
