"""An EA's inputs."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.handshake import Role
from tests.terminal.rig import slave_settings


def test_an_ea_is_named_after_its_role_and_account() -> None:
    assert slave_settings().client_id == "slave_70001"
    assert replace(slave_settings(), role=Role.MASTER).client_id == "master_70001"


def test_the_hash_of_the_inputs_changes_with_the_inputs_and_only_with_them() -> None:
    base = slave_settings(magic_numbers=frozenset({3, 1, 2}))
    same = slave_settings(magic_numbers=frozenset({2, 3, 1}), ping_ms=1)

    assert base.config_hash == same.config_hash
    for change in (
        {"symbols": ()},
        {"magic_numbers": frozenset({1})},
        {"strategy_id": "s"},
        {"lots_per_minute_max": Decimal(1)},
        {"open_positions_max": 2},
    ):
        assert slave_settings(**change).config_hash != slave_settings().config_hash
