"""Every error is one of Echo's, and says to a person what happened."""

import re

import pytest

from echo.ports import errors
from echo.ports.errors import (
    AdminRefused,
    CacheUnavailable,
    CommitUnknown,
    EchoError,
    EventsUnavailable,
    JournalRefused,
    JournalUnavailable,
    LedgerUnwritable,
    LinkDown,
    PortTaken,
    SettingsInvalid,
    StoreLocked,
    UnsafeBind,
)

PLAIN = (
    JournalUnavailable,
    CommitUnknown,
    JournalRefused,
    LedgerUnwritable,
    EventsUnavailable,
    CacheUnavailable,
    StoreLocked,
    PortTaken,
    UnsafeBind,
    AdminRefused,
)


@pytest.mark.parametrize("error", [*PLAIN, LinkDown])
def test_it_is_an_echo_error_with_its_sentence(error: type[EchoError]) -> None:
    with pytest.raises(EchoError, match="the disk is full"):
        raise error("the disk is full")


@pytest.mark.parametrize("error", [*PLAIN, LinkDown, SettingsInvalid])
def test_no_error_is_caught_as_another(error: type[EchoError]) -> None:
    assert error.__bases__ == (EchoError,)


def test_a_link_that_is_down_names_peer_and_reason() -> None:
    why, plain = LinkDown("core", "refused"), LinkDown("core")

    assert (str(why), why.peer, why.reason) == ("core is unreachable: refused", "core", "refused")
    assert (str(plain), plain.reason) == ("core is unreachable", "")


def test_settings_tell_every_complaint_on_a_line_of_its_own() -> None:
    error = SettingsInvalid(["core/grpc_port = 70000 is too high", "core/colour is unknown"])

    assert str(error).splitlines() == list(error.complaints)
    assert error.complaints == ("core/grpc_port = 70000 is too high", "core/colour is unknown")


def test_the_list_of_errors_is_complete() -> None:
    listed = set(re.findall(r"^ +\* (\w+):", errors.__doc__ or "", re.MULTILINE))

    assert listed == {each.__name__ for each in (*PLAIN, LinkDown, SettingsInvalid)}
    public = [each for each in EchoError.__subclasses__() if each.__module__ == errors.__name__]
    assert listed == {each.__name__ for each in public}
