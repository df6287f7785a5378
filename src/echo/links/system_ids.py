"""The ids port on the system's source of randomness."""

import secrets
import time
from collections.abc import Callable
from typing import Final

from echo.domain.ids import EvaluationId

_NS_PER_MS: Final = 1_000_000
_TAIL_BITS: Final = 74
"""Bits of a UUIDv7 that are neither time nor version nor variant."""
_STEP_BITS: Final = 32


def _unix_ms() -> int:
    return time.time_ns() // _NS_PER_MS


class SystemIds:
    """Fresh ids.  Those of one source sort in the order in which they were made.

    Args:
        unix_ms: Wall clock in Unix ms; it may jump, the ids still rise.
    """

    def __init__(self, unix_ms: Callable[[], int] = _unix_ms) -> None:
        self._unix_ms = unix_ms
        self._last_ms = -1
        self._tail = 0

    def evaluation_id(self) -> EvaluationId:
        """Return a UUIDv7, greater than every one before it (RFC 9562, section 6.2, method 2)."""
        now_ms = self._unix_ms()
        if now_ms > self._last_ms:
            self._last_ms = now_ms
            # The highest bit starts at 0: room to count up within one millisecond.
            self._tail = secrets.randbits(_TAIL_BITS - 1)
        else:
            self._tail += 1 + secrets.randbits(_STEP_BITS)
            if self._tail >> _TAIL_BITS:
                self._last_ms += 1
                self._tail = secrets.randbits(_TAIL_BITS - 1)
        return EvaluationId(_uuid7_text(self._last_ms, self._tail))

    def instance_id(self) -> str:
        """Return 32 random hexadecimal digits."""
        return secrets.token_hex(16)

    def jitter(self, span_ms: int) -> int:
        """Return a whole number of ms in ``[0, span_ms]``."""
        return secrets.randbelow(span_ms + 1)


def _uuid7_text(unix_ms: int, tail: int) -> str:
    value = unix_ms << 80 | 7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
