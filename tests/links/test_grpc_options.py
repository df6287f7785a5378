"""Names, limits and keep-alive of the stream."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.links.grpc_options import (
    TlsFiles,
    authority,
    client_options,
    is_loopback,
    keepalive_timeout_ms,
    server_options,
)
from echo.ports.errors import SettingsInvalid
from tests.house.sources import ROOT, read


@pytest.mark.parametrize(
    ("interval_ms", "timeout_ms"), [(1_000, 1_000), (2_001, 1_000), (5_000, 2_500)]
)
def test_a_ping_waits_half_an_interval_but_a_second_at_least(
    interval_ms: int, timeout_ms: int
) -> None:
    assert keepalive_timeout_ms(interval_ms) == timeout_ms


@given(st.integers(1_000, 5_000))
def test_both_ends_ping_at_the_interval_and_give_up_in_time(interval_ms: int) -> None:
    for options in (dict(client_options(interval_ms)), dict(server_options(interval_ms))):
        assert options["grpc.keepalive_time_ms"] == interval_ms
        assert options["grpc.keepalive_timeout_ms"] == keepalive_timeout_ms(interval_ms)
        # Without it the time-out of pings is a minute, whatever keep-alive says.
        assert options["grpc.http2.ping_timeout_ms"] == keepalive_timeout_ms(interval_ms)


@given(st.integers(1_000, 5_000), st.integers(1_000, 5_000))
def test_no_client_pings_faster_than_any_server_allows(client_ms: int, server_ms: int) -> None:
    server = dict(server_options(server_ms))

    assert server["grpc.http2.min_ping_interval_without_data_ms"] <= client_ms
    assert dict(client_options(client_ms))["grpc.http2.max_pings_without_data"] == 0


def test_every_keepalive_option_is_on_the_page_about_them() -> None:
    page = read(ROOT / "docs" / "reference" / "keepalive.md")
    used = {name for name, _ in (*client_options(1_000), *server_options(1_000))}

    assert {name for name in used if "ping" in name or "keepalive" in name} <= {
        word.strip("`") for word in page.split()
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


EVERYWHERE = "0.0.0.0"  # noqa: S104 -- is refused, that is what the test is about


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.1", "core.example.com", ""])
def test_anything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1:5"), ("::1", "[::1]:5"), ("[::1]", "[::1]:5"), ("a.b", "a.b:5")],
)
def test_an_address_is_written_with_its_port(host: str, written: str) -> None:
    assert authority(host, 5) == written


def test_a_tls_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"nowhere\.pem"):
        TlsFiles(ca_file=tmp_path / "nowhere.pem").read()


def test_absent_tls_files_are_none() -> None:
    assert TlsFiles().read() == (None, None, None)
