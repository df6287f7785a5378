"""Lines come out the same however the bytes were cut, and a bad line harms no other."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.wire.framing import (
    LEGACY_LINE_BYTES_MAX,
    LINE_BYTES_MAX,
    TO_LEGACY_LINE_BYTES_MAX,
    Line,
    LineReader,
    LineTooLong,
    Rejected,
    encode_line,
)

BOM = b"\xef\xbb\xbf"
BOUND = 8

# Bytes near everything that the reader treats specially, and near the bound of 8.
streams = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\r\n", b"\r", BOM, BOM[:2], b"\x00", b"\xff", b"{}", b"a" * 9]),
        st.integers(6, 20).map(lambda size: b"x" * size),
        st.binary(max_size=6),
    ),
    max_size=30,
).map(b"".join)


def expected(stream: bytes, bound: int = BOUND) -> list[Line | Rejected]:
    """The definition: look at the whole stream at once."""
    found: list[Line | Rejected] = []
    for raw in stream.removeprefix(BOM).split(b"\n")[:-1]:
        content = raw.rstrip(b"\r")
        if len(content) > bound or len(raw) > bound + 1:
            found.append(Rejected(len(raw), bound))
        elif content:
            found.append(Line(content))
    return found


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Cut *stream* at *cuts*."""
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(places)]


@given(streams, st.lists(st.integers(0, 1_000), max_size=20))
def test_any_chunking_gives_what_the_whole_stream_defines(stream: bytes, cuts: list[int]) -> None:
    reader = LineReader(BOUND)
    found = []
    for piece in pieces(stream, cuts):
        found += reader.feed(piece)
        assert reader.bytes_held <= BOUND + 1

    assert found == expected(stream)


@given(streams)
def test_single_bytes_give_what_the_whole_stream_defines(stream: bytes) -> None:
    reader = LineReader(BOUND)

    found = [item for i in range(len(stream)) for item in reader.feed(stream[i : i + 1])]

    assert found == expected(stream)


@given(
    st.lists(st.binary(min_size=1, max_size=BOUND).filter(lambda c: not set(c) & set(b"\r\n"))),
    st.integers(0, 100),
    st.integers(BOUND + 1, 500),
    st.lists(st.integers(0, 1_000), max_size=5),
)
def test_neighbours_of_a_bad_line_are_unaffected(
    contents: list[bytes], at: int, bad_bytes: int, cuts: list[int]
) -> None:
    at %= len(contents) + 1
    good = [b"{}", *contents]  # not the mark, which only the start of a stream may have
    lines = [encode_line(content) for content in good]
    lines.insert(at + 1, b"!" * bad_bytes + b"\n")
    reader = LineReader(BOUND)

    found = [item for piece in pieces(b"".join(lines), cuts) for item in reader.feed(piece)]

    assert found.pop(at + 1) == Rejected(bad_bytes, BOUND)
    assert found == [Line(content) for content in good]


def test_line_at_the_bound_is_taken_and_one_byte_more_is_not() -> None:
    reader = LineReader(BOUND)

    assert reader.feed(b"a" * 8 + b"\n") == [Line(b"a" * 8)]
    assert reader.feed(b"a" * 9 + b"\n") == [Rejected(9, BOUND)]


@pytest.mark.parametrize("cut", range(10))
def test_carriage_return_does_not_count_against_the_bound(cut: int) -> None:
    stream = b"a" * 8 + b"\r\n"
    reader = LineReader(BOUND)

    assert reader.feed(stream[:cut]) + reader.feed(stream[cut:]) == [Line(b"a" * 8)]


def test_endless_line_keeps_nothing_and_is_one_rejection() -> None:
    reader = LineReader(BOUND)
    chunk = b"z" * 1_000
    for n in range(1, 101):
        assert reader.feed(chunk) == []
        assert reader.bytes_held == 0
        assert reader.bytes_dropped == n * 1_000

    assert reader.feed(b"zz\n{}\n") == [Rejected(100_002, BOUND), Line(b"{}")]
    assert reader.bytes_dropped == 0


def test_rejection_says_its_numbers() -> None:
    assert Rejected(70_000, LINE_BYTES_MAX).reason == (
        "a line of 70000 bytes exceeds 65536 and was dropped"
    )


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        pytest.param([BOM + b"{}\n"], [Line(b"{}")], id="mark"),
        pytest.param([BOM[:1], BOM[1:2], BOM[2:] + b"{}\n"], [Line(b"{}")], id="mark-in-bytes"),
        pytest.param([BOM[:2] + b"{}\n"], [Line(BOM[:2] + b"{}")], id="half-a-mark-is-content"),
        pytest.param([BOM + BOM + b"\n"], [Line(BOM)], id="second-mark-is-content"),
        pytest.param([BOM + b"a" * 8 + b"\n"], [Line(b"a" * 8)], id="mark-is-not-counted"),
        pytest.param([b"\n" + BOM + b"\n"], [Line(BOM)], id="later-mark-is-content"),
        pytest.param([BOM + b"\r\n"], [], id="mark-alone"),
        pytest.param([b"", b"{}", b"", b"\n"], [Line(b"{}")], id="empty-chunks"),
        pytest.param([b"\n\r\n\n"], [], id="empty-lines"),
        pytest.param([b"a\rb\r\r\n"], [Line(b"a\rb")], id="only-trailing-returns-go"),
        pytest.param([b"a\x00b\n"], [Line(b"a\x00b")], id="nul-is-content"),
        pytest.param([b"{}"], [], id="unfinished"),
    ],
)
def test_what_a_stream_yields(chunks: list[bytes], found: list[Line | Rejected]) -> None:
    reader = LineReader(BOUND)

    assert [item for chunk in chunks for item in reader.feed(chunk)] == found


@pytest.mark.parametrize("before", [b"half", b"x" * 100, BOM[:1]], ids=["held", "dropped", "mark"])
def test_reset_forgets_the_unfinished_line(before: bytes) -> None:
    reader = LineReader(BOUND)
    reader.feed(before)

    reader.reset()

    assert (reader.bytes_held, reader.bytes_dropped) == (0, 0)
    assert reader.feed(BOM + b"{}\n") == [Line(b"{}")]


def test_bounds_are_those_of_the_protocols() -> None:
    assert (LINE_BYTES_MAX, LEGACY_LINE_BYTES_MAX, TO_LEGACY_LINE_BYTES_MAX) == (
        65_536,
        1_048_576,
        8_190,
    )


@pytest.mark.parametrize("bound", [0, -1])
def test_reader_without_room_is_refused(bound: int) -> None:
    with pytest.raises(ValueError, match="line_bytes_max"):
        LineReader(bound)


@given(st.binary(min_size=1, max_size=50).filter(lambda c: not set(c) & set(b"\r\n")))
def test_an_encoded_line_is_read_back(content: bytes) -> None:
    reader = LineReader(50)
    reader.feed(b"\n")  # not at the start of the stream, where a mark is dropped

    assert reader.feed(encode_line(content)) == [Line(content)]


def test_line_for_a_legacy_reader_fills_its_buffer_exactly() -> None:
    content = b"x" * TO_LEGACY_LINE_BYTES_MAX

    assert len(encode_line(content, line_bytes_max=TO_LEGACY_LINE_BYTES_MAX)) == 8_191
    with pytest.raises(LineTooLong, match="8191 bytes exceeds 8190") as caught:
        encode_line(content + b"x", line_bytes_max=TO_LEGACY_LINE_BYTES_MAX)
    assert (caught.value.content_bytes, caught.value.line_bytes_max) == (8_191, 8_190)


@pytest.mark.parametrize("content", [b"", b"a\nb", b"a\r"])
def test_content_that_would_be_read_as_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="line ends"):
        encode_line(content)
