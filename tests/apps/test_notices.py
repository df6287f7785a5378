"""People are told as the settings say; what cannot be is refused before the first trade."""

from pathlib import Path

import pytest

from echo.apps.notices import notifier
from echo.apps.telemetry import core_telling
from echo.config.reading import read_settings
from echo.config.settings import NoticeSettings, core_settings
from echo.domain.facts import Alarm
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.domain.registration_facts import EaChanged
from echo.ports.errors import SettingsInvalid
from tests.fakes import WITHIN_S
from tests.links.notices.inbox import HttpInbox, serving

CHANGED = EaChanged(
    account_id=AccountId("70001"), role=Role.SLAVE, what="config_hash", before="a", after="b"
)
SECRET = "12345:very-secret"


def settings(**given: object) -> NoticeSettings:
    flat = {f"core/notices/{key.replace('__', '/')}": value for key, value in given.items()}
    return core_settings(read_settings(flat).values).notices


def nobody(channel: str, why: str) -> None:
    raise AssertionError((channel, why))


def test_nobody_is_told_by_default() -> None:
    assert notifier(settings(), nobody, {}) is None


def test_a_running_program_tells_its_alarms(tmp_path: Path) -> None:
    with serving(HttpInbox()) as inbox:
        values = read_settings(
            {"core/notices/webhook_url": inbox.url, "core/state_dir": str(tmp_path)}
        ).values
        told = core_telling(core_settings(values), "1")
        told.observe(Alarm(key="k", code="UNPROTECTED", sentence="no stop"))
        assert inbox.posted.get(timeout=WITHIN_S)[1]["code"] == "UNPROTECTED"
        told.observe(CHANGED)
        assert inbox.posted.get(timeout=WITHIN_S)[1]["code"] == "EA_CHANGED"
        told.close()


def test_a_token_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")

    for given, environ in (
        (settings(telegram__chat_id="1"), {"ECHO_TELEGRAM_TOKEN": SECRET}),
        (settings(telegram__chat_id="1", telegram__token_file=str(file)), {}),
    ):
        people = notifier(given, nobody, environ)
        assert people is not None
        people.close()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"telegram__chat_id": "1"}, "needs a token.*ECHO_TELEGRAM_TOKEN"),
        ({"telegram__chat_id": "1", "telegram__token_file": "/nowhere"}, "cannot be read"),
        ({"email__to": "a@example.org"}, "needs core/notices/email/host"),
        ({"email__to": "a@example.org", "email__host": "h"}, "needs core/notices/email/from"),
        ({"webhook_url": "ftp://example.org"}, "is not http"),
        ({"quiet_hours": "at night"}, "is not like 22:00-07:00"),
        ({"quiet_hours": "22:00-07:00", "zone": "Mars/Olympus"}, "no IANA time zone"),
    ],
)
def test_half_a_way_is_none(given: dict[str, object], complaint: str) -> None:
    with pytest.raises(SettingsInvalid, match=complaint):
        notifier(settings(**given), nobody, {})


def test_mail_needs_no_log_in() -> None:
    people = notifier(
        settings(email__to="a@example.org", email__from="b@example.org", email__host="h"),
        nobody,
        {},
    )
    assert people is not None
    people.close()
