"""A message that fails time and again is refused; others are tried."""

from echo.domain.answers import MessageAck
from echo.domain.ids import MessageId
from echo.services.core.poison import POISON_MAX, POISONS_MAX, Poison

ONE, OTHER = MessageId("l:1"), MessageId("l:2")


def test_it_is_refused_after_so_many_failures_and_not_before() -> None:
    poison = Poison()
    for _ in range(POISON_MAX):
        assert poison.refusal(ONE) is None
        poison.failed_on(ONE)

    refusal = poison.refusal(ONE)
    assert isinstance(refusal, MessageAck)
    assert (refusal.message_id, refusal.success) == (ONE, False)
    assert f"{POISON_MAX} times" in (refusal.error or "")
    assert poison.refusal(OTHER) is None


def test_what_has_no_id_is_always_tried() -> None:
    poison = Poison()
    for _ in range(POISON_MAX):
        poison.failed_on(None)

    assert poison.refusal(None) is None


def test_it_remembers_no_more_than_a_bounded_number() -> None:
    poison = Poison()
    for number in range(POISONS_MAX):
        poison.failed_on(MessageId(f"l:{number}"))
    for _ in range(POISON_MAX):
        poison.failed_on(MessageId("late"))

    assert poison.refusal(MessageId("late")) is None
