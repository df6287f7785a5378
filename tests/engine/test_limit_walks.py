"""Whatever happens in whatever order, a locked account is not entered and does not forget it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.accounts import Position
from echo.domain.answers import ExecutionResult
from echo.domain.commands import ExecuteOrder, Flatten
from echo.domain.ids import Ticket
from echo.domain.limit_rules import Stage
from echo.engine.effects import Effect
from echo.engine.events import Due
from tests.engine.limit_scenes import holding, limited, shown
from tests.engine.scenes import SLAVE, Desk, closed, filled, opened, ready, sent, trade_id_of

STEPS = st.one_of(
    st.tuples(st.just("shown"), st.integers(88_000, 104_000)),
    st.tuples(st.just("shown"), st.integers(95_100, 96_600)),
    st.tuples(st.just("opened"), st.integers(50, 3_000)),
    st.tuples(st.just("quoted"), st.integers(-300, 300)),
    st.tuples(st.just("closed"), st.integers(0, 9)),
    st.tuples(st.just("hours pass"), st.integers(1, 30)),
    st.tuples(st.just("restarted"), st.just(0)),
    st.tuples(st.just("rebuilt"), st.just(0)),
)


class Walk:
    """A desk, and the broker of its slave, which does all that it is told."""

    def __init__(self) -> None:
        self.stage: Desk = limited()
        self.held: dict[Ticket, Decimal] = {}
        self.masters: list[int] = []

    @property
    def is_stopped(self) -> bool:
        """Whether a limit stops entries, as far as the Core can know."""
        watch = self.stage.engine.state.account(SLAVE).limits
        return watch.stage >= Stage.STOP_ENTRIES and watch.told is not None

    def step(self, what: str, number: int) -> None:
        stage, was_stopped = self.stage, self.is_stopped
        told: list[Effect] = []
        match what:
            case "shown":
                told = shown(stage, number, *self._positions())
            case "opened":
                told = self._open(number)
                assert not (was_stopped and sent(told, ExecuteOrder))
            case "quoted":
                bid = Decimal("1.10000") + number * Decimal("0.00001")
                told = stage.quote(bid=str(bid), ask=str(bid + Decimal("0.00010")))
            case "closed":
                told = self._close(number)
            case "hours pass":
                stage.later(number * 3_600_000)
                told = stage.feed(Due(("limits", SLAVE)))
            case "restarted":
                stage.restart()
                ready(stage)
            case _:
                stage.feed_again()
        self._carry_out(told)

    def _positions(self) -> list[Position]:
        return [holding(ticket, lot=str(lot)) for ticket, lot in self.held.items()]

    def _open(self, points: int) -> list[Effect]:
        number = 5_100 + len(self.masters)
        self.masters.append(number)
        stop = Decimal("1.10000") - points * Decimal("0.00001")
        self.stage.quote()
        return self.stage.say(
            opened(trade_id=trade_id_of(number), ticket=Ticket(number), stop_loss=stop)
        )

    def _close(self, which: int) -> list[Effect]:
        if not self.masters:
            return []
        number = self.masters[which % len(self.masters)]
        return self.stage.say(closed(trade_id=trade_id_of(number), ticket=Ticket(number)))

    def _carry_out(self, told: list[Effect]) -> None:
        for order in sent(told, ExecuteOrder):
            ticket = Ticket(9_000 + len(self.masters))
            self.held[ticket] = order.lot
            self._carry_out(self.stage.say(filled(order, ticket)))
        for command in sent(told, Flatten):
            for ticket in command.tickets:
                self.held.pop(ticket, None)
            answer = ExecutionResult(
                command_id=command.command_id,
                trade_id=trade_id_of(5_100),
                kind=command.kind,
                success=True,
                account_id=SLAVE,
            )
            self._carry_out(self.stage.say(answer))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_a_stopped_account_is_not_entered_and_a_lock_outlives_every_restart(
    steps: list[tuple[str, int]],
) -> None:
    walk = Walk()
    for what, number in steps:
        locked = _locked(walk.stage)
        walk.step(what, number)
        if what in {"restarted", "rebuilt", "quoted", "opened", "closed"}:
            assert locked <= _locked(walk.stage), what


def _locked(stage: Desk) -> set[str]:
    states = stage.engine.state.account(SLAVE).limits.states
    return {rule_id for rule_id, state in states.items() if state.reached is Stage.FLATTEN}
