"""Messages that make the engine fail time and again."""

from typing import Final

from echo.domain.answers import MessageAck
from echo.domain.ids import MessageId

POISON_MAX: Final = 3
"""How often one message may make the engine fail before it is refused for good."""
POISONS_MAX: Final = 1_000
"""How many messages are remembered; a Core that fails on more of them has other worries."""


class Poison:
    """Counts how often the engine failed on a message, over every rebuild."""

    def __init__(self) -> None:
        self._failures: dict[MessageId, int] = {}

    def failed_on(self, message_id: MessageId | None) -> None:
        """Count one more failure; what has no id comes never again."""
        if message_id is not None and len(self._failures) < POISONS_MAX:
            self._failures[message_id] = self._failures.get(message_id, 0) + 1

    def refusal(self, message_id: MessageId | None) -> MessageAck | None:
        """Return the answer that ends the repeats of a message; ``None`` = it may be tried."""
        if message_id is None or self._failures.get(message_id, 0) < POISON_MAX:
            return None
        sentence = f"the Core failed on it {POISON_MAX} times"
        return MessageAck(message_id=message_id, success=False, error=sentence)
