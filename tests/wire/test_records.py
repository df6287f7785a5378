"""Records are read back exactly, or the file says from where on it cannot be trusted."""

import json
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from echo.wire.records import (
    FORMAT_VERSION,
    Header,
    Record,
    RecordKind,
    encode_header,
    encode_record,
    read_records,
)

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "ids.jsonl"
HEADER = Header(
    v=FORMAT_VERSION,
    kind="ledger",
    account="61100781",
    server="Müller & Co-Demo",
    role="slave",
    file_id="f1",
)


def line(text: bytes) -> bytes:
    """A line whose CRC is right, whatever it says."""
    return b"%08x %b\n" % (crc32(text), text)


def tombstone(n: int) -> bytes:
    return encode_record({"t": RecordKind.TOMBSTONE, "n": n, "trade": "a"})


numbers = st.lists(st.integers(1, 2**63 - 1), max_size=6, unique=True).map(sorted)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def files(draw: st.DrawFn) -> list[bytes]:
    """The lines of a good file: a header and any records."""
    body = st.dictionaries(texts, texts | st.integers(-(2**63), 2**63 - 1), max_size=3)
    kinds = st.sampled_from([*RecordKind, "unknown"])
    records = [encode_record({**draw(body), "t": draw(kinds), "n": n}) for n in draw(numbers)]
    return [encode_header(HEADER), *records]


def as_record(encoded: bytes) -> Record:
    body = json.loads(encoded[9:])
    return Record(t=body["t"], n=body["n"], json=encoded[9:-1])


@given(files())
def test_a_whole_file_is_read_back(lines: list[bytes]) -> None:
    data = b"".join(lines)

    found = read_records(data)

    assert found.header == HEADER
    assert found.records == tuple(as_record(encoded) for encoded in lines[1:])
    assert (found.torn_tail, found.bad_at, found.good_bytes) == (False, None, len(data))


@given(files(), st.data())
def test_a_file_cut_anywhere_keeps_every_whole_record(lines: list[bytes], data: st.DataObject):
    """A crash while the last record is written costs that record and no other."""
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [0, *accumulate(map(len, lines))]
    kept = sum(end <= cut for end in ends) - 1

    found = read_records(whole[:cut])

    assert found.header == (HEADER if kept else None)
    assert found.records == tuple(as_record(encoded) for encoded in lines[1 : max(kept, 1)])
    assert found.torn_tail == (cut not in ends)
    assert found.bad_at is None
    assert found.good_bytes == ends[kept]


@given(files(), st.data())
def test_a_flipped_bit_is_found_and_nothing_behind_it_is_trusted(
    lines: list[bytes], data: st.DataObject
) -> None:
    whole = bytearray(b"".join(lines))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    ends = [0, *accumulate(map(len, lines))]
    hurt = sum(end <= place for end in ends) - 1

    found = read_records(bytes(whole))

    assert found.header == (HEADER if hurt else None)
    assert found.records == tuple(as_record(encoded) for encoded in lines[1 : max(hurt, 1)])
    assert found.good_bytes == ends[hurt]
    assert found.bad_at == (None if found.torn_tail else ends[hurt])


@pytest.mark.parametrize("place", [0, 8, 20, -2], ids=["crc", "space", "json", "brace"])
def test_a_bad_last_record_is_torn_and_an_earlier_one_is_bad(place: int) -> None:
    good, victim, after = tombstone(1), bytearray(tombstone(2)), tombstone(3)
    victim[place] ^= 0x01
    start = encode_header(HEADER) + good

    last = read_records(start + victim)
    middle = read_records(start + victim + after)

    assert (last.torn_tail, last.bad_at, last.good_bytes) == (True, None, len(start))
    assert (middle.torn_tail, middle.bad_at, middle.good_bytes) == (False, len(start), len(start))
    assert last.records == middle.records == (as_record(good),)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(tombstone(5), id="number-repeated"),
        pytest.param(tombstone(4), id="number-falling"),
        pytest.param(line(b'{"t":"T"}'), id="no-number"),
        pytest.param(line(b'{"t":"T","n":"6"}'), id="number-as-text"),
        pytest.param(line(b'{"t":"T","n":6.5}'), id="number-broken"),
        pytest.param(line(b'{"t":"T","n":9223372036854775808}'), id="number-too-big"),
        pytest.param(line(b'{"n":6}'), id="no-kind"),
        pytest.param(line(b'{"t":"","n":6}'), id="empty-kind"),
        pytest.param(line(b"[6]"), id="no-object"),
        pytest.param(line(b'{"t":"T","n":6'), id="no-json"),
        pytest.param(line(b'{"t":"T","n":6,"x":"\xff"}'), id="no-utf8"),
        pytest.param(
            line(b'{"t":"T","n":6,"x":' + b"[" * 99_999 + b"]" * 99_999 + b"}"), id="deep"
        ),
        pytest.param(encode_header(HEADER), id="second-header"),
        pytest.param(b"\n", id="empty-line"),
        pytest.param(b"\x00" * 512, id="zeros"),
        pytest.param(tombstone(6).replace(b"\n", b"\r\n"), id="carriage-return"),
        pytest.param(tombstone(6)[:-1], id="no-line-end"),
        pytest.param(tombstone(6)[1:], id="first-byte-lost"),
        pytest.param(tombstone(6)[:8].upper() + tombstone(6)[8:], id="crc-in-capitals"),
    ],
)
def test_what_is_not_a_record_is_cut_at_the_end(bad: bytes) -> None:
    start = encode_header(HEADER) + tombstone(5)

    found = read_records(start + bad)

    assert (found.torn_tail, found.bad_at, found.good_bytes) == (True, None, len(start))
    assert [record.n for record in found.records] == [5]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(tombstone(1), id="record"),
        pytest.param(line(b'{"v":1}'), id="fields-missing"),
        pytest.param(line(b"\xff"), id="garbage"),
        pytest.param(line(b'{"v":1,"x":' + b"[" * 99_999 + b"]" * 99_999 + b"}"), id="deep"),
    ],
)
def test_a_file_without_a_good_header_holds_nothing(first: bytes) -> None:
    alone, followed = read_records(first), read_records(first + tombstone(2))

    assert (alone.header, alone.records, alone.torn_tail, alone.good_bytes) == (None, (), True, 0)
    assert (followed.header, followed.records, followed.bad_at) == (None, (), 0)


def test_an_empty_file_is_good_and_holds_nothing() -> None:
    found = read_records(b"")

    assert (found.header, found.records, found.highest_n) == (None, (), 0)
    assert (found.torn_tail, found.bad_at, found.good_bytes) == (False, None, 0)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    found = read_records(encode_header(HEADER) + data)

    assert found.header == HEADER
    assert found.torn_tail or found.bad_at is not None or not data


def test_highest_number_outlives_compaction() -> None:
    """Kept records have lower numbers than the settled ones that were dropped."""
    compacted = Header(
        v=1, kind="ledger", account="1", server="s", role="slave", file_id="f", compacted_n=100
    )
    start = encode_header(compacted) + tombstone(40)

    assert read_records(encode_header(compacted)).highest_n == 100
    assert read_records(start).highest_n == 100
    assert read_records(start + tombstone(101)).highest_n == 101


def test_header_is_compact_raw_utf8_and_silent_about_what_never_happened() -> None:
    assert encode_header(HEADER)[9:].decode() == (
        '{"v":1,"kind":"ledger","account":"61100781","server":"Müller & Co-Demo",'
        '"role":"slave","file_id":"f1"}\n'
    )


def test_header_of_a_newer_format_is_read_for_the_caller_to_judge() -> None:
    newer = line(b'{"v":2,"kind":"k","account":"1","server":"s","role":"r","file_id":"f","z":1}')

    found = read_records(newer)

    assert found.header is not None
    assert found.header.v == 2


def test_crc_is_that_of_the_shared_vector() -> None:
    vectors = [json.loads(text) for text in VECTORS.read_text(encoding="utf-8").splitlines()]
    vector = next(v for v in vectors if "crc_of" in v)
    body = json.loads(vector["crc_of"])

    encoded = encode_record(body)

    assert encoded.decode() == f"{vector['crc32']} {vector['crc_of']}\n"
    (record,) = read_records(encode_header(HEADER) + encoded).records
    assert (record.t, record.n) == (RecordKind.TOMBSTONE, 7)


def test_structs_and_decimals_are_written_as_plain_json() -> None:
    class Done(Struct, tag_field="t", tag=RecordKind.DONE.value):
        n: int
        volume: Decimal

    assert (
        encode_record(Done(n=3, volume=Decimal("0.10")))[9:] == b'{"t":"D","n":3,"volume":0.10}\n'
    )


@pytest.mark.parametrize(
    "body",
    [{"t": "X"}, {"n": 1}, {"t": "", "n": 1}, {"t": "X", "n": 0}, {"t": "X", "n": 2**63}, [1]],
)
def test_a_record_that_could_not_be_read_back_is_not_written(body: object) -> None:
    with pytest.raises(ValueError, match=r"`|Expected|out of range|Object"):
        encode_record(body)
