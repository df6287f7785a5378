"""The one error of this room: a peer's bytes that mean nothing, or a value that cannot be said."""

from enum import StrEnum

from echo.domain.ids import MessageId


class WireReason(StrEnum):
    """Why bytes were refused; bounded, so that it can label a metric."""

    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    NOT_PROTOBUF = "not_protobuf"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VALUE = "unknown_value"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    BAD_IDENTIFIER = "bad_identifier"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    BAD_PART = "bad_part"
    NESTED_BATCH = "nested_batch"


class WireError(ValueError):
    """One message cannot be read, or cannot be written; its neighbours are unharmed.

    Args:
        reason: For programs.
        sentence: For people, with the offending text or number, cut to a bounded length.
        message_id: Of the refused message where it had one, so that it can be answered.
    """

    def __init__(
        self, reason: WireReason, sentence: str, *, message_id: MessageId | None = None
    ) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.message_id = message_id


def quoted(text: str) -> str:
    """Show a peer's *text* in a sentence, at most 60 characters of it."""
    return repr(text if len(text) <= 60 else text[:57] + "...")
