"""A message arrives whole, or the sentence says why not; secrets are in no sentence."""

import pytest

from echo.domain.notices import Notice, Severity
from echo.links.notices.channels import Mail, NotSent, Telegram, Webhook
from tests.fakes import WITHIN_S
from tests.links.notices.inbox import HttpInbox, MailInbox, serving

NOTICE = Notice(
    severity=Severity.MONEY,
    code="UNPROTECTED",
    sentence="ticket 9001 has no stop for 5200 ms",
    account_id="70001",
)
SECRET = "12345:very-secret"


def mail(port: int) -> Mail:
    return Mail(
        host="127.0.0.1",
        port=port,
        sender="echo@example.org",
        recipient="trader@example.org",
        encrypted=False,
    )


def test_a_webhook_gets_every_part_by_name() -> None:
    with serving(HttpInbox()) as inbox:
        Webhook(f"{inbox.url}/hook").send(NOTICE)
        path, body = inbox.posted.get(timeout=WITHIN_S)

    assert path == "/hook"
    assert (body["code"], body["severity"], body["account_id"]) == ("UNPROTECTED", "money", "70001")
    assert body["text"] == NOTICE.text


def test_telegram_gets_the_text_for_the_chat() -> None:
    with serving(HttpInbox()) as inbox:
        Telegram(SECRET, "-100", inbox.url).send(NOTICE)
        path, body = inbox.posted.get(timeout=WITHIN_S)

    assert path == f"/bot{SECRET}/sendMessage"
    assert body == {"chat_id": "-100", "text": NOTICE.text}


def test_a_mail_has_subject_and_text() -> None:
    with serving(MailInbox()) as inbox:
        mail(inbox.port).send(NOTICE)
        text = inbox.mails.get(timeout=WITHIN_S)

    assert "Subject: Echo: UNPROTECTED" in text
    assert "To: trader@example.org" in text
    assert NOTICE.sentence in text


@pytest.mark.parametrize(("code", "final"), [(500, False), (429, False), (401, True), (404, True)])
def test_what_may_pass_is_told_from_what_never_will(code: int, final: bool) -> None:
    with serving(HttpInbox()) as inbox:
        inbox.answers = [code]
        with pytest.raises(NotSent, match=f"answered {code}") as error:
            Telegram(SECRET, "-100", inbox.url).send(NOTICE)

    assert error.value.final is final
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(("code", "final"), [(450, False), (550, True)])
def test_a_mail_server_that_refuses(code: int, final: bool) -> None:
    with (
        serving(MailInbox(refuse=code)) as inbox,
        pytest.raises(NotSent, match=f"answered {code}") as error,
    ):
        mail(inbox.port).send(NOTICE)

    assert error.value.final is final


def test_nobody_there() -> None:
    with serving(HttpInbox()) as inbox:
        gone = inbox.url
    with pytest.raises(NotSent, match="127") as error:
        Webhook(gone).send(NOTICE)
    assert not error.value.final
    with pytest.raises(NotSent, match="127"):
        mail(int(gone.rpartition(":")[2])).send(NOTICE)


def test_secrets_are_not_shown() -> None:
    assert SECRET not in repr(Telegram(SECRET, "-100"))
    shown = repr(Mail(host="h", port=25, sender="a", recipient="b", user="u", password=SECRET))
    assert SECRET not in shown
