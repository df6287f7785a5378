"""An address of etcd is read, or refused with what is wrong in it."""

from pathlib import Path

import pytest

from echo.ports.errors import SettingsInvalid
from echo.stores.etcd.place import EtcdPlace, etcd_place, is_etcd


def test_a_short_address_has_the_usual_rest() -> None:
    assert etcd_place("etcd://host", {}) == EtcdPlace(endpoints=("host:2379",))
    assert str(etcd_place("etcd://host", {})) == "etcd://host:2379/echo"


def test_a_full_address() -> None:
    text = "etcd://ana@a:1,[::1]:2/echo/production/?ca=x/ca.pem&cert=c&key=k&snapshot=s.json"

    place = etcd_place(text, {"ETCD_PASSWORD": "geheim", "ETCD_TIMEOUT": "2.5s"})

    assert place == EtcdPlace(
        endpoints=("a:1", "[::1]:2"),
        prefix="/echo/production/",
        tls=True,
        ca_file=Path("x/ca.pem"),
        cert_file=Path("c"),
        key_file=Path("k"),
        user="ana",
        password="geheim",
        snapshot=Path("s.json"),
        timeout_s=2.5,
    )
    assert "geheim" not in f"{place!r} {place}"


def test_the_members_may_come_from_the_environment() -> None:
    environment = {"ETCD_ENDPOINTS": "http://host:1, b:2,", "ETCD_TIMEOUT": "7"}

    place = etcd_place("etcd:///echo/test", environment)

    assert (place.endpoints, place.timeout_s) == (("host:1", "b:2"), 7.0)


def test_an_address_that_was_taken_for_a_path_is_still_one() -> None:
    shortened = str(Path("etcds://host:1/echo?ca=a/b.pem"))

    assert is_etcd(shortened)
    assert etcd_place(shortened, {}).endpoints == ("host:1",)
    assert etcd_place(shortened, {}).tls
    assert not is_etcd("etcd.toml")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("etcd://ana:word@host", "set ETCD_PASSWORD"),
        ("etcd://host?colour=blue", "is not etcd://"),
        ("etcd://host#x", "is not etcd://"),
        ("http://host", "is not etcd://"),
        ("etcd://host:0", "is not host:port"),
        ("etcd://host:99999", "is not host:port"),
        ("etcd://ho st", "is not host:port"),
        ("etcd://", "names no host"),
        ("etcd://host?cert=c", "belong together"),
    ],
)
def test_what_is_no_address_is_refused(text: str, named: str) -> None:
    with pytest.raises(SettingsInvalid, match=named):
        etcd_place(text, {})


@pytest.mark.parametrize("text", ["soon", "0", "301", "-1"])
def test_a_timeout_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="ETCD_TIMEOUT"):
        etcd_place("etcd://host", {"ETCD_TIMEOUT": text})
