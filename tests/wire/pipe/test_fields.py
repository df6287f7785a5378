"""Fields of a line are numbers within bounds and words with a meaning, or refused."""

from decimal import Decimal

import msgspec
import pytest

from echo.wire.pipe.fields import decode, nonzero_number, number, optional_number, word
from echo.wire.refusals import WireError, WireReason


class Body(msgspec.Struct, tag_field="type", tag="a"):
    lot: Decimal
    count: int = 0


class Other(msgspec.Struct, tag_field="type", tag="b"):
    """Makes the type of a line matter."""


DECODER: msgspec.json.Decoder[Body | Other] = msgspec.json.Decoder(Body | Other)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"type":"a","lot":1,"x":"\xff"}', WireReason.NOT_UTF8),
        (b'{"type":"a","lot":"\xff"}', WireReason.NOT_UTF8),
        (b"", WireReason.NOT_JSON),
        (b'{"type":"a","lot":1', WireReason.NOT_JSON),
        (b'{"type":"a","lot":1}x', WireReason.NOT_JSON),
        (b'{"type":"a","lot":NaN}', WireReason.NOT_JSON),
        (b'{"type":"a","lot":1,"x":"\\ud800"}', WireReason.NOT_JSON),
        (b"[]", WireReason.NOT_OBJECT),
        (b"3", WireReason.NOT_OBJECT),
        (b'{"lot":1}', WireReason.MISSING_FIELD),
        (b'{"type":"a"}', WireReason.MISSING_FIELD),
        (b'{"type":"c"}', WireReason.UNKNOWN_TYPE),
        (b'{"type":7}', WireReason.WRONG_TYPE),
        (b'{"type":"a","lot":[]}', WireReason.WRONG_TYPE),
        (b'{"type":"a","lot":"x"}', WireReason.WRONG_TYPE),
        (b'{"type":"a","lot":null}', WireReason.WRONG_TYPE),
        (b'{"type":"a","lot":1,"count":' + b"1" * 5000 + b"}", WireReason.OUT_OF_RANGE),
        (b'{"type":"a","x":' + b"[" * 60_000, WireReason.TOO_DEEP),
    ],
)
def test_a_broken_line_is_refused_for_its_reason(raw: bytes, reason: WireReason) -> None:
    with pytest.raises(WireError) as refusal:
        decode(DECODER, raw)

    assert refusal.value.reason is reason
    assert len(refusal.value.sentence) <= 200


def test_the_type_may_stand_anywhere_and_unknown_fields_are_ignored() -> None:
    found = decode(DECODER, b'{"new":{"deep":[1,{}]},"lot":0.20,"type":"a"}')

    assert isinstance(found, Body)
    assert str(found.lot) == "0.20"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", WireReason.NOT_FINITE),
        ("sNaN", WireReason.NOT_FINITE),
        ("-Infinity", WireReason.NOT_FINITE),
        ("1e15", WireReason.OUT_OF_RANGE),
        ("-1e99999999", WireReason.OUT_OF_RANGE),
        ("1e-21", WireReason.OUT_OF_RANGE),
        ("0e-999999", WireReason.OUT_OF_RANGE),
    ],
)
def test_numbers_beyond_any_market_are_refused(text: str, reason: WireReason) -> None:
    with pytest.raises(WireError, match="price") as refusal:
        number(Decimal(text), "price")

    assert refusal.value.reason is reason
    assert len(refusal.value.sentence) <= 200


@pytest.mark.parametrize("text", ["0", "0.00000000", "-12.5", "999999999999999", "1e-20"])
def test_numbers_that_a_market_knows_are_taken_as_they_are(text: str) -> None:
    assert str(number(Decimal(text), "price")) == str(Decimal(text))


def test_absent_and_zero_numbers_differ_only_where_zero_has_a_meaning() -> None:
    assert optional_number(None, "stop_loss") is None
    assert optional_number(Decimal(0), "stop_loss") == 0
    assert nonzero_number(None, "stop_loss") is None
    assert nonzero_number(Decimal("0.00"), "stop_loss") is None
    assert nonzero_number(Decimal("-37.6"), "price") == Decimal("-37.6")
    with pytest.raises(WireError):
        nonzero_number(Decimal("NaN"), "stop_loss")


@pytest.mark.parametrize("text", ["good_till_cancel", " Good Till-Cancel\t", "GOOD-TILL CANCEL"])
def test_words_are_read_leniently(text: str) -> None:
    assert word({"good_till_cancel": 1}, text, "gtc_mode") == 1


def test_unknown_words_are_refused_by_name() -> None:
    with pytest.raises(WireError, match="gtc_mode 'fog' is not known") as refusal:
        word({"day": 1}, "fog", "gtc_mode")

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE
