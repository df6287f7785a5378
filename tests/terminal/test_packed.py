"""Compressed files are opened in memory, bounded, and refused with one kind of error."""

import gzip
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.terminal.packed import Archive, PackedUnreadable, unpack_single


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


@given(st.dictionaries(st.text("abc./", min_size=1, max_size=8), st.binary(), max_size=5))
def test_every_file_of_a_zip_comes_out_as_it_went_in(members: dict[str, bytes]) -> None:
    kept = {name: data for name, data in members.items() if not name.endswith("/")}

    archive = Archive(zipped(members))

    assert {name: archive.read(name) for name in archive.names} == kept


def test_stored_files_are_read_too() -> None:
    archive = Archive(zipped({"a.csv": b"plain"}, method=zipfile.ZIP_STORED))

    assert archive.read("a.csv") == b"plain"


def test_sizes_in_64_bit_fields_are_understood() -> None:
    # Some writers put even small sizes there: APPNOTE 4.5.3, extra field 1.
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ticks.csv", b"1,2,3\n" * 50)
    plain = target.getvalue()
    start = plain.index(b"PK\x01\x02")
    narrow = bytearray(plain[start : plain.index(b"PK\x05\x06")])
    packed_size, size = narrow[20:24], narrow[24:28]
    narrow[20:28] = b"\xff" * 8
    wide = b"\x09\x00\x00\x00" + b"\x01\x00\x10\x00" + size + bytes(4) + packed_size + bytes(4)
    narrow[30:32] = len(wide).to_bytes(2, "little")
    directory = bytes(narrow) + wide
    end = bytearray(plain[plain.index(b"PK\x05\x06") :])
    end[12:16] = len(directory).to_bytes(4, "little")

    assert unpack_single(plain[:start] + directory + bytes(end)) == b"1,2,3\n" * 50


def test_gzip_and_a_zip_of_one_file_open_themselves_and_the_rest_stays() -> None:
    assert unpack_single(gzip.compress(b"text")) == b"text"
    assert unpack_single(zipped({"x": b"text"})) == b"text"
    assert unpack_single(b"text") == b"text"


def test_a_zip_of_several_files_is_refused_with_their_names() -> None:
    with pytest.raises(PackedUnreadable, match=r"2 files, not one: a\.csv, b\.csv"):
        unpack_single(zipped({"a.csv": b"", "b.csv": b""}))


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped({"bomb": data})])
def test_what_grows_beyond_the_bound_is_refused(pack) -> None:
    bomb = pack(bytes(10_000_000))
    assert len(bomb) < 20_000

    with pytest.raises(PackedUnreadable, match="beyond 1000 bytes"):
        unpack_single(bomb, bytes_max=1000)


def test_the_bound_is_for_all_files_together() -> None:
    archive = Archive(zipped({"a": bytes(600), "b": bytes(600)}), bytes_max=1000)
    archive.read("a")

    with pytest.raises(PackedUnreadable):
        archive.read("b")


def test_stored_files_count_against_the_bound() -> None:
    archive = Archive(zipped({"a": bytes(600)}, method=zipfile.ZIP_STORED), bytes_max=500)

    with pytest.raises(PackedUnreadable, match="more than 500"):
        archive.read("a")


def test_unknown_methods_and_encryption_are_named() -> None:
    with pytest.raises(PackedUnreadable, match="method 12"):
        Archive(zipped({"a": b"x" * 100}, method=zipfile.ZIP_BZIP2)).read("a")
    locked = bytearray(zipped({"a": b"x"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(PackedUnreadable, match="encrypted"):
        Archive(bytes(locked)).read("a")


def test_more_files_than_anyone_packs_are_refused() -> None:
    data = bytearray(zipped({"a": b""}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 10 : end + 12] = (5000).to_bytes(2, "little")

    with pytest.raises(PackedUnreadable, match="5000 files"):
        Archive(bytes(data))


@given(st.data())
def test_damage_never_shows_as_anything_but_the_one_error(data: st.DataObject) -> None:
    whole = bytearray(zipped({"a.csv": b"1,2,3\n" * 20}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])

    for damaged in (bytes(whole), cut, b"PK\x03\x04" + cut, b"\x1f\x8b" + cut):
        with suppress(PackedUnreadable):
            assert isinstance(unpack_single(damaged), bytes)


def test_a_cut_gzip_is_refused() -> None:
    with pytest.raises(PackedUnreadable, match="cut off"):
        unpack_single(gzip.compress(b"text" * 100)[:-9])
