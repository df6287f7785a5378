"""Settings of who is told of alarms, how and when."""

from typing import Final

from echo.config.setting import Reload, Setting, path, switch, text, whole

RESTART: Final = Reload.RESTART

NOTICE_KEYS: Final[tuple[Setting, ...]] = (
    text("core/notices/webhook_url", None, "Address that every notice is posted to, as JSON."),
    text("core/notices/telegram/chat_id", None, "Chat that a Telegram bot writes into."),
    path(
        "core/notices/telegram/token_file",
        None,
        "File with the bot's token. ECHO_TELEGRAM_TOKEN in the environment comes first.",
    ),
    text("core/notices/email/to", None, "Address that notices are mailed to."),
    text("core/notices/email/from", None, "Address that they come from."),
    text("core/notices/email/host", None, "Mail server that takes them."),
    whole("core/notices/email/port", 587, "Port of that server.", low=1, high=65_535),
    switch(
        "core/notices/email/starttls", True, "Whether mail leaves over TLS only.", reload=RESTART
    ),
    text("core/notices/email/user", None, "Name to log in with; unset = without."),
    path(
        "core/notices/email/password_file",
        None,
        "File with its password. ECHO_EMAIL_PASSWORD in the environment comes first.",
    ),
    whole(
        "core/notices/repeat_after_min",
        15,
        "The same alarm is told again after so long.",
        low=1,
        high=1_440,
        unit="min",
    ),
    whole(
        "core/notices/storm_max",
        20,
        "Notices in ten minutes; what comes beyond is counted in the next one. Never for money.",
        low=1,
        high=1_000,
    ),
    text(
        "core/notices/quiet_hours",
        None,
        "Hours in which only what is about money is told, as 22:00-07:00.",
    ),
    text("core/notices/zone", "UTC", "IANA time zone of those hours."),
)
