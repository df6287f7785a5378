import pytest

from echo.bridge.ea import Ea
from echo.domain.handshake import AccountSymbolsReport, Feature, Role
from tests.bridge.stage import SLAVE


def ea(*, protocol_version: int = 3, offered: tuple[str, ...] = ()) -> Ea:
    return Ea(
        7,
        Role.SLAVE,
        SLAVE,
        opened_at_ms=1,
        heard_mono_ms=2,
        protocol_version=protocol_version,
        offered=frozenset(offered),
    )


def test_it_is_named_by_role_and_account() -> None:
    assert (ea().peer, ea().pipe) == ("slave_2001", (Role.SLAVE, SLAVE))


def test_it_is_greeted_when_it_has_reported() -> None:
    one = ea()
    assert not one.greeted

    one.report = AccountSymbolsReport(
        account_id=SLAVE, symbols=None, reported_at_ms=1, metadata=None
    )
    assert one.greeted


@pytest.mark.parametrize(
    ("version", "offered", "lossless", "takes_acks"),
    [
        pytest.param(3, ("lossless/v1",), True, True, id="ours"),
        pytest.param(3, (), False, True, id="legacy with acks"),
        pytest.param(2, ("lossless/v1",), False, False, id="cannot be believed"),
        pytest.param(1, (), False, False, id="legacy"),
    ],
)
def test_behaviour_follows_features(
    version: int, offered: tuple[str, ...], lossless: bool, takes_acks: bool
) -> None:
    one = ea(protocol_version=version, offered=offered)

    assert (one.lossless, one.takes_acks) == (lossless, takes_acks)
    assert one.offers(Feature.LOSSLESS) is bool(offered)
