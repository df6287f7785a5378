"""How lines are spelled."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import is_uuid
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.wire.pipe import dialect
from echo.wire.pipe.dialect import LegacyClock
from echo.wire.refusals import WireError, WireReason


@pytest.mark.parametrize(
    ("version", "bytes_max"), [(0, 8_190), (1, 8_190), (2, 8_190), (3, 65_536)]
)
def test_older_eas_read_shorter_lines(version: int, bytes_max: int) -> None:
    assert dialect.to_ea_bytes_max(version) == bytes_max


def test_content_is_compact_and_raw() -> None:
    json = dialect.content({"type": "pong", "text": 'Müller & <"#">\\\n\r\t'})

    assert json == '{"type":"pong","text":"Müller & <\\"#\\">\\\\\\n\\r\\t"}'.encode()


def test_half_a_character_is_refused() -> None:
    with pytest.raises(WireError) as refusal:
        dialect.content({"text": "\ud800"})

    assert refusal.value.reason is WireReason.NOT_UTF8


def test_a_line_that_is_too_long_is_refused() -> None:
    assert dialect.ended(b"x" * 10, 10) == b"x" * 10 + b"\n"
    with pytest.raises(WireError) as refusal:
        dialect.ended(b"x" * 11, 10)

    assert refusal.value.reason is WireReason.TOO_LONG


@given(st.text())
def test_no_text_needs_an_escape_that_older_eas_cannot_read(text: str) -> None:
    json = dialect.content(dialect.text(text)).decode().replace("\\\\", "")

    assert not [at for at, sign in enumerate(json) if sign == "\\" and json[at + 1] not in '"nrt']


def test_free_text_keeps_everything_but_control_characters() -> None:
    assert dialect.text("Gold & Öl\t#1\n") == "Gold & Öl\t#1\n"
    assert dialect.text("a\x00b\x08c\x1f") == "a b c "


@given(st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False))
def test_numbers_are_written_in_full(number: Decimal) -> None:
    spelled = bytes(dialect.plain(number)).decode()

    assert set(spelled) <= set("-.0123456789")
    assert Decimal(spelled) == number


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_not_written(text: str) -> None:
    for write in (dialect.plain, lambda number: dialect.fixed(number, 2)):
        with pytest.raises(WireError) as refusal:
            write(Decimal(text))
        assert refusal.value.reason is WireReason.NOT_FINITE


@pytest.mark.parametrize(
    ("text", "places", "spelled"),
    [
        ("0.001", 2, "0.00"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("100", 2, "100.00"),
        ("0.01", 8, "0.01000000"),
        ("1e-8", 8, "0.00000001"),
    ],
)
def test_legacy_numbers_have_fixed_places(text: str, places: int, spelled: str) -> None:
    assert bytes(dialect.fixed(Decimal(text), places)) == spelled.encode()


def test_stamps_are_those_that_are_set_or_all_eight() -> None:
    stamps = Timestamps(t0_master_ea_ms=5, t6_order_send_ms=7)

    assert dialect.set_stamps(NO_TIMESTAMPS) == {}
    assert dialect.set_stamps(stamps) == {"t0_master_ea_ms": 5, "t6_order_send_ms": 7}
    assert list(dialect.all_stamps(stamps).values()) == [5, 0, 0, 0, 0, 0, 7, 0]


def test_a_tick_count_starts_again_after_50_days() -> None:
    clock = LegacyClock(now_wall_ms=1_700_000_000_999, now_tick_ms=2**32 + 5)

    assert clock.tick_ms == 5
    assert clock.tick_at(1_700_000_000_999 - 6) == 2**32 - 1
    assert clock.seconds_ms == 1_700_000_000_000


@pytest.mark.parametrize(
    ("number", "kept"),
    [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 + 7, 7), (-1, -1)],
)
def test_32_bits_keep_what_they_can(number: int, kept: int) -> None:
    assert dialect.signed_32(number) == kept


@given(st.text(), st.text())
def test_a_legacy_id_looks_like_one_of_theirs(seed: str, other: str) -> None:
    made = dialect.legacy_trade_id(seed)

    assert is_uuid(made)
    assert made[14] == "4"
    assert made[24:28] == "0000"
    assert int(made[28:], 16) < 2**31
    assert (made == dialect.legacy_trade_id(other)) == (seed == other)
