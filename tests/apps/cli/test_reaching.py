"""The running Core is found by its settings: where it says it is, with the token it left."""

from pathlib import Path

import pytest

from echo.apps.cli.reaching import doors, reach, settings_of
from echo.ports.errors import LinkDown, SettingsInvalid
from tests.apps.cli.running_core import announce, write_settings, write_token


def test_where_it_says_it_is_counts(tmp_path: Path) -> None:
    settings = settings_of(write_settings(tmp_path, "admin.port = 9000"))
    write_token(tmp_path, "t")
    announce(tmp_path, "127.0.0.1:9123")

    found = reach(settings)

    assert (found.host, found.port, found.token) == ("127.0.0.1", 9123, "t")
    assert found.certificate is None


@pytest.mark.parametrize("state", [None, "", "{}", '{"admin": 7}', '{"admin": "x:y"}', "[]"])
def test_without_its_word_the_settings_count(tmp_path: Path, state: str | None) -> None:
    settings = settings_of(write_settings(tmp_path, "admin.port = 9000"))
    write_token(tmp_path)
    if state is not None:
        (tmp_path / "core" / "core.state.json").write_text(state)

    assert reach(settings).port == 9000


@pytest.mark.parametrize(("bind", "host"), [("0.0.0.0", "127.0.0.1"), ("[::]", "::1")])  # noqa: S104 -- what a door says of itself
def test_a_door_on_every_address_is_asked_here(tmp_path: Path, bind: str, host: str) -> None:
    settings = settings_of(
        write_settings(tmp_path, 'tls.cert_file = "c.pem"\ntls.key_file = "k.pem"')
    )
    write_token(tmp_path)
    announce(tmp_path, f"{bind}:9123")

    found = reach(settings)

    assert (found.host, found.certificate) == (host, Path("c.pem"))


def test_a_core_that_says_nothing_is_not_there(tmp_path: Path) -> None:
    settings = settings_of(write_settings(tmp_path))

    with pytest.raises(LinkDown, match="none has announced itself in"):
        reach(settings)


def test_a_core_that_left_no_token_is_not_there(tmp_path: Path) -> None:
    settings = settings_of(write_settings(tmp_path, "admin.port = 9000"))

    with pytest.raises(LinkDown, match="none has left a token in"):
        reach(settings)


def test_a_core_without_a_door_cannot_be_asked(tmp_path: Path) -> None:
    settings = settings_of(write_settings(tmp_path, "admin.enabled = false"))

    with pytest.raises(SettingsInvalid, match="set it to true and restart"):
        reach(settings)


def test_settings_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="No such file"):
        settings_of(tmp_path / "none.toml")


def test_for_health_the_settings_own_door_comes_first_and_needs_no_token(tmp_path: Path) -> None:
    settings = settings_of(write_settings(tmp_path, "admin.port = 9000"))
    announce(tmp_path, "127.0.0.1:9123")

    found = doors(settings)

    assert [each for each, _ in found] == ["127.0.0.1:9000", "127.0.0.1:9123"]
    assert [(each.port, each.token) for _, each in found] == [(9000, ""), (9123, "")]
    announce(tmp_path, "127.0.0.1:9000")
    assert len(doors(settings)) == 1
    assert len(doors(settings_of(write_settings(tmp_path)))) == 1
