"""What is told of specs and quotes: all of it, but not every single one."""

from dataclasses import replace

from echo.domain.handshake import NO_EVALUATION, Role
from echo.domain.registration_facts import QuotesTaken, SpecsTaken
from echo.engine.reporting import QUOTES_TOLD_EVERY_MS
from tests.engine.scenes import SLAVE, desk, facts, quote, spec_report


def test_specs_are_told_with_the_verdict_that_is_in_force_after_them() -> None:
    stage = desk()
    [first] = facts(stage.say(spec_report(), message_id=None), SpecsTaken)
    verdict = stage.engine.state.account(SLAVE).verdict
    assert verdict is not None

    assert first.news
    assert (first.account_id, first.role, first.symbols) == (SLAVE, Role.SLAVE, 1)
    assert first.evaluation_id == verdict.evaluation_id != NO_EVALUATION
    assert (first.protocol_version, first.client_semver) == (3, "3.0.0")


def test_quotes_are_told_at_once_and_then_by_their_number() -> None:
    stage = desk()
    stage.later(QUOTES_TOLD_EVERY_MS)
    [first] = facts(stage.say(quote(), message_id=None), QuotesTaken)
    for _ in range(7):
        assert not facts(stage.say(quote(), message_id=None), QuotesTaken)
    stage.later(QUOTES_TOLD_EVERY_MS)
    [later] = facts(stage.say(quote(), message_id=None), QuotesTaken)

    assert later.quotes == 8
    assert later.symbol == "EURUSD"
    assert later.taken_at_ms - first.taken_at_ms == QUOTES_TOLD_EVERY_MS


def test_a_quote_that_is_of_no_use_is_not_told() -> None:
    stage = desk()
    stage.later(QUOTES_TOLD_EVERY_MS)
    none = replace(quote(), bid=quote().bid * 0)

    assert not facts(stage.say(none, message_id=None), QuotesTaken)
