"""One message to one place.  Every channel says in a sentence why it could not."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from echo.domain.notices import Notice

PATIENCE_S: Final = 10.0
"""How long a message may take to leave."""
TELEGRAM: Final = "https://api.telegram.org"


class NotSent(Exception):
    """A message did not leave; ``final`` = it never will, however often it is tried."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.final = final


class Channel(Protocol):
    """One place where a person reads."""

    @property
    def name(self) -> str:
        """What it is called in sentences."""

    def send(self, notice: Notice) -> None:
        """Send *notice*; returns when it has been taken.  Raises `NotSent`."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts each notice as a JSON object."""

    url: str
    name: str = "webhook"

    def send(self, notice: Notice) -> None:
        """Send *notice*.  Raises `NotSent`."""
        body = {
            "severity": notice.severity.value,
            "code": notice.code,
            "sentence": notice.sentence,
            "account_id": notice.account_id,
            "recovered": notice.recovered,
            "held_back": notice.held_back,
            "text": notice.text,
        }
        _post(self.url, body, shown=urlsplit(self.url).netloc)


@dataclass(frozen=True, slots=True)
class Telegram:
    """Writes into a chat, as a bot.  ``base_url`` is another server than Telegram's own."""

    token: str = field(repr=False)
    chat_id: str
    base_url: str = TELEGRAM
    name: str = "telegram"

    def send(self, notice: Notice) -> None:
        """Send *notice*.  Raises `NotSent`; the token is in no sentence."""
        url = f"{self.base_url}/bot{self.token}/sendMessage"
        body = {"chat_id": self.chat_id, "text": notice.text}
        _post(url, body, shown=urlsplit(self.base_url).netloc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Sends an e-mail through a mail server.

    ``user`` empty = no log-in.  ``encrypted``: over TLS, begun with STARTTLS.
    """

    host: str
    port: int
    sender: str
    recipient: str
    user: str = ""
    password: str = field(default="", repr=False)
    encrypted: bool = True
    name: str = "e-mail"

    def send(self, notice: Notice) -> None:
        """Send *notice*.  Raises `NotSent`."""
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.recipient
        message["Subject"] = f"Echo: {notice.code}"
        message.set_content(notice.text + "\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=PATIENCE_S) as server:
                if self.encrypted:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = error.recipients[self.recipient]
            raise self._refused(code) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"{self.host}:{self.port}: {error}") from error

    def _refused(self, code: int) -> NotSent:
        """A 5xx is for good, RFC 5321 section 4.2.1."""
        return NotSent(f"{self.host} answered {code}", final=500 <= code < 600)


def _post(url: str, body: Mapping[str, object], *, shown: str) -> None:
    """Post *body* as JSON; *shown* names the place in sentences, for addresses hold secrets."""
    request = Request(  # noqa: S310 -- the address is the operator's own setting, http or https
        url,
        data=msgspec.json.encode(body),
        headers={"content-type": "application/json", "user-agent": "echo"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=PATIENCE_S):  # noqa: S310 -- as above
            return
    except HTTPError as error:
        error.close()
        # Too many requests, or a fault of theirs, may pass; anything else is wrong for good.
        final = 400 <= error.code < 500 and error.code not in {408, 429}
        raise NotSent(f"{shown} answered {error.code}", final=final) from None
    except (URLError, OSError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise NotSent(f"{shown}: {reason}") from None
