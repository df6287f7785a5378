"""What must hold when the desk is quiet again: a smaller set of the world's invariants."""

from collections.abc import Iterator
from typing import Final

from echo.sim import truths
from echo.sim.balance import off_balance
from echo.sim.ended import Ended
from echo.sim.invariants import (
    INVARIANT_OF,
    discrepancies,
    false_tickets,
    forgotten,
    late_closes,
)
from echo.sim.watch import Violation

_LOOKS: Final = ((6, forgotten), (4, late_closes), (7, false_tickets), (11, off_balance))


def judged(desk: Ended) -> tuple[Violation, ...]:
    """Return every violation, those of the steps first."""
    return (
        *desk.watch.violations,
        *(
            Violation(invariant=invariant, at_ms=desk.now_ms, sentence=sentence)
            for invariant, sentence in _broken(desk)
        ),
    )


def _broken(desk: Ended) -> Iterator[tuple[int, str]]:
    for each in discrepancies(desk):
        sentence = f"{each.kind}: trade {each.trade_id} on {each.account_id}: {each.sentence}"
        yield INVARIANT_OF[each.kind], sentence
    for invariant, look in _LOOKS:
        for sentence in look(desk):
            yield invariant, sentence
    for sentence in truths.disordered(desk.journal):
        yield 10, sentence
    for sentence in truths.unfounded(desk.journal):
        yield 24, sentence
    for sentence in truths.silences(desk.journal, desk.watch):
        yield 25, sentence
