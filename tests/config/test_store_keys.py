"""The keys of the store are known, and none of them carries a secret."""

from echo.config.reading import read_settings
from echo.config.store_keys import STORE_KEYS


def test_the_embedded_store_is_the_default() -> None:
    assert read_settings({}).values["core/store/kind"] == "sqlite"


def test_no_key_takes_a_password() -> None:
    secret = [each.key for each in STORE_KEYS if "password" in each.key and not each.ignored]

    assert secret == ["postgres/password_file"]
