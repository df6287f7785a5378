"""What registration remembers begins empty."""

from echo.engine.enrolment import Enrolment, Judging


def test_nothing_is_known_at_first() -> None:
    assert (Enrolment().server, Enrolment().rival, Enrolment().warning_codes) == ("", None, ())
    assert Judging().waiting == {}
    assert not Judging().interval_armed


def test_no_two_accounts_share_anything() -> None:
    first, second = Enrolment(), Enrolment()
    first.spec_doubts["EURUSD"] = "why"

    assert second.spec_doubts == {}
