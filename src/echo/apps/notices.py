"""Who is told of alarms, as the settings say; secrets from the environment or from files."""

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from echo.config.settings import NoticeSettings
from echo.domain.notices import NoticeBoard, NoticeRules, QuietHours
from echo.links.notices.channels import Channel, Mail, Telegram, Webhook
from echo.links.notices.notifier import Notifier, Told
from echo.ports.errors import SettingsInvalid

TELEGRAM_TOKEN: Final = "ECHO_TELEGRAM_TOKEN"  # noqa: S105 -- the name of a variable
EMAIL_PASSWORD: Final = "ECHO_EMAIL_PASSWORD"  # noqa: S105 -- the name of a variable
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def notifier(
    settings: NoticeSettings, failed: Told, environ: Mapping[str, str] = os.environ
) -> Notifier | None:
    """Return who tells people; ``None`` = the settings name nobody.

    Args:
        failed: Takes a channel's name and why it could not send.

    Raises:
        SettingsInvalid: half a channel, a secret that is nowhere, hours or a zone that are none.
    """
    complaints: list[str] = []
    channels = _channels(settings, environ, complaints)
    rules = NoticeRules(
        repeat_after_ms=settings.repeat_after_min * 60_000,
        storm_max=settings.storm_max,
        quiet=_quiet(settings, complaints),
    )
    if complaints:
        raise SettingsInvalid(complaints)
    return Notifier(NoticeBoard(rules), channels, failed) if channels else None


def _channels(
    settings: NoticeSettings, environ: Mapping[str, str], complaints: list[str]
) -> list[Channel]:
    found: list[Channel] = []
    if settings.webhook_url:
        if not settings.webhook_url.startswith(("http://", "https://")):
            complaints.append(f"core/notices/webhook_url = {settings.webhook_url!r} is not http")
        found.append(Webhook(settings.webhook_url))
    if settings.telegram_chat_id:
        token = _secret(
            "core/notices/telegram/token_file",
            settings.telegram_token_file,
            environ.get(TELEGRAM_TOKEN, ""),
            complaints,
        )
        if not token:
            complaints.append(
                f"core/notices/telegram/chat_id needs a token: core/notices/telegram/token_file"
                f" or {TELEGRAM_TOKEN}"
            )
        found.append(Telegram(token, settings.telegram_chat_id))
    if settings.email_to:
        found.append(_mail(settings, environ, complaints))
    return found


def _mail(settings: NoticeSettings, environ: Mapping[str, str], complaints: list[str]) -> Mail:
    password = _secret(
        "core/notices/email/password_file",
        settings.email_password_file,
        environ.get(EMAIL_PASSWORD, ""),
        complaints,
    )
    for key, value in (("host", settings.email_host), ("from", settings.email_from)):
        if not value:
            complaints.append(f"core/notices/email/to needs core/notices/email/{key}")
    return Mail(
        host=settings.email_host,
        port=settings.email_port,
        sender=settings.email_from,
        recipient=settings.email_to,
        user=settings.email_user,
        password=password,
        encrypted=settings.email_starttls,
    )


def _secret(key: str, file: Path | None, given: str, complaints: list[str]) -> str:
    if given or file is None:
        return given
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        complaints.append(f"{key} = {str(file)!r} cannot be read: {error}")
        return ""


def _quiet(settings: NoticeSettings, complaints: list[str]) -> QuietHours | None:
    if not settings.quiet_hours:
        return None
    hours = _HOURS.fullmatch(settings.quiet_hours)
    if hours is None:
        complaints.append(
            f"core/notices/quiet_hours = {settings.quiet_hours!r} is not like 22:00-07:00"
        )
    try:
        zone = ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        complaints.append(f"core/notices/zone = {settings.zone!r} is no IANA time zone")
        return None
    if hours is None:
        return None
    begin_hour, begin_minute, end_hour, end_minute = map(int, hours.groups())
    return QuietHours(
        begin=time(begin_hour, begin_minute), end=time(end_hour, end_minute), zone=zone
    )
