"""The only door to chance: ids that cannot be derived."""

from typing import Protocol

from echo.domain.ids import EvaluationId


class Ids(Protocol):
    """A source of fresh identities."""

    def evaluation_id(self) -> EvaluationId:
        """Return a fresh UUIDv7."""

    def instance_id(self) -> str:
        """Return a fresh name for this run of a program, 32 hexadecimal digits."""

    def jitter(self, span_ms: int) -> int:
        """Return a whole number of ms in ``[0, span_ms]``, to spread reconnects."""
