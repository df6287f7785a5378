"""How lines are spelled: what all protocol versions share, and what legacy EAs do differently.

Source of the legacy forms: what EAs of protocol 1 and 2 are known to write and to read.  Their
JSON reader knows no ``\\u`` escapes and looks for raw substrings; their integers pass through 32
bits; their clocks count from the start of the machine.
"""

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Final

from msgspec import Raw
from msgspec.json import Encoder

from echo.domain.ids import TradeId
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.wire.framing import (
    LINE_BYTES_MAX,
    TO_LEGACY_LINE_BYTES_MAX,
    LineTooLong,
    encode_line,
)
from echo.wire.refusals import WireError, WireReason

Fields = dict[str, object]
"""A JSON object in the making, in the order of its keys."""

LEGACY_VERSION_MAX: Final = 2
"""Protocols 1 and 2 are spoken by EAs in the field; ours speak 3."""

STAMPS: Final = tuple(field.name for field in fields(Timestamps))
"""Names of the eight stamps, in the order of the hops."""

_encoder = Encoder()

# JSON would escape them as \u00XX, \b or \f, which legacy EAs read as letters.
_UNSPEAKABLE: Final = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}


def is_legacy(protocol_version: int) -> bool:
    """Tell whether an EA of this version needs the legacy spelling."""
    return protocol_version <= LEGACY_VERSION_MAX


def to_ea_bytes_max(protocol_version: int) -> int:
    r"""Return the longest content, without ``\n``, that an EA of this version can read."""
    return TO_LEGACY_LINE_BYTES_MAX if is_legacy(protocol_version) else LINE_BYTES_MAX


def content(line: object) -> bytes:
    r"""Return *line* as compact JSON in raw UTF-8, without ``\n``.

    Raises:
        WireError: a text is not Unicode.
    """
    try:
        return _encoder.encode(line)
    except UnicodeEncodeError as error:
        raise WireError(WireReason.NOT_UTF8, "a text holds half of a surrogate pair") from error


def ended(json: bytes, bytes_max: int) -> bytes:
    r"""Return *json* as a line, ``\n`` included.

    Raises:
        WireError: it has more than *bytes_max* bytes.
    """
    try:
        return encode_line(json, line_bytes_max=bytes_max)
    except LineTooLong as error:
        raise WireError(WireReason.TOO_LONG, str(error)) from error


def text(value: str) -> str:
    """Return free text that needs no escapes but those of ``\\ " \\n \\r \\t``."""
    return value if value.isprintable() else value.translate(_UNSPEAKABLE)


def plain(number: Decimal) -> Raw:
    """Return a number in plain decimal digits, all that it has, never with an exponent."""
    spelled = str(number)
    if "E" in spelled:
        spelled = f"{number:f}"
    elif not number.is_finite():
        raise WireError(WireReason.NOT_FINITE, f"{number} cannot be written")
    return Raw(spelled.encode())


def fixed(number: Decimal, places: int) -> Raw:
    """Return a number with *places* decimals, rounded half up as legacy EAs print it."""
    if not number.is_finite():
        raise WireError(WireReason.NOT_FINITE, f"{number} cannot be written")
    return Raw(f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}".encode())


def set_stamps(timestamps: Timestamps) -> dict[str, int]:
    """Return the stamps that are set."""
    if timestamps is NO_TIMESTAMPS:
        return {}
    return {name: stamp for name in STAMPS if (stamp := getattr(timestamps, name)) is not None}


def all_stamps(timestamps: Timestamps) -> dict[str, int]:
    """Return all eight stamps, 0 where one is not set, as legacy EAs know them."""
    return {name: getattr(timestamps, name) or 0 for name in STAMPS}


@dataclass(frozen=True, slots=True)
class LegacyClock:
    """The clocks of a legacy EA: whole seconds, and a count since the machine started.

    Both arguments name the same moment: Unix ms, and ms since the start of the machine.
    """

    now_wall_ms: int
    now_tick_ms: int

    @property
    def seconds_ms(self) -> int:
        """Unix ms, cut to whole seconds."""
        return self.now_wall_ms // 1000 * 1000

    @property
    def tick_ms(self) -> int:
        """The tick count now: 32 bits, back to 0 after 49.7 days."""
        return self.now_tick_ms & 0xFFFF_FFFF

    def tick_at(self, wall_ms: int) -> int:
        """Return the tick count at *wall_ms*."""
        return self.now_tick_ms - self.now_wall_ms + wall_ms & 0xFFFF_FFFF


def signed_32(number: int) -> int:
    """Return what a 32-bit signed integer keeps of *number*."""
    return (number + 2**31) % 2**32 - 2**31


def legacy_trade_id(seed: str) -> TradeId:
    """Return an id such as a legacy master EA makes: version 4, the last group 31 bits long.

    The EA takes random bits; these are those of SHA-256 of *seed*, so that a paper terminal
    repeats itself.  In lower case, as everywhere inside; `write_from_ea` puts it in upper case.
    """
    digits = sha256(seed.encode()).hexdigest()
    tail = int(digits[16:24], 16) & 0x7FFF_FFFF
    return TradeId(f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-{digits[24:28]}-0000{tail:08x}")
