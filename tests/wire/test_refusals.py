"""A refusal tells what was wrong, briefly."""

from echo.wire.refusals import WireError, WireReason, quoted


def test_a_refusal_is_a_value_error_with_reason_and_sentence() -> None:
    error = WireError(WireReason.NOT_JSON, "byte 3 is no JSON")

    assert isinstance(error, ValueError)
    assert (error.reason, error.sentence, str(error)) == (
        "not_json",
        "byte 3 is no JSON",
        "byte 3 is no JSON",
    )
    assert error.message_id is None


def test_quoted_text_is_bounded_and_harmless() -> None:
    assert quoted("a\n\x00") == r"'a\n\x00'"
    assert len(quoted("x" * 100_000)) == 62
    assert quoted("y" * 60) == repr("y" * 60)
