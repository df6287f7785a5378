"""Nobody is told of anything, and no secret is a setting."""

from echo.config.notice_keys import NOTICE_KEYS
from echo.config.setting import Kind


def test_nobody_is_told_by_default() -> None:
    ways = [each for each in NOTICE_KEYS if each.parts[-1] in {"webhook_url", "chat_id", "to"}]

    assert len(ways) == 3
    assert all(each.default is None for each in ways)


def test_secrets_are_in_files() -> None:
    for each in NOTICE_KEYS:
        if {"token", "password"} & set(each.parts[-1].split("_")):
            assert each.kind is Kind.PATH
