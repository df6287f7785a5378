"""A scenario as people read it: who is there, what is planned, and what came of it when."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Final

from echo.sim.notation import default_of
from echo.sim.report import Outcome, play
from echo.sim.scenario import Scenario, Seat, agent_name, master_name, slave_name
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce

SAYS: Final = " * "
"""Marks, in a trace, what the world itself says."""
BOOKED: Final = "BookEntry("
OF_INTEREST: Final = (
    *("ticket", "symbol", "side", "lot", "price", "stop_loss", "take_profit"),
    *("new_ticket", "reason"),
)
"""What is shown of an entry of a book."""
AFTER_MS: Final = 60_000
"""What happens so long after the faults have stopped is told no more."""

_Line = tuple[int, str, str]


def story(scenario: Scenario) -> list[str]:
    """Let *scenario* happen once more, and tell it."""
    told: list[str] = []
    outcome = play(scenario, told.append)
    return [*people(scenario), *weather(scenario), *_timeline(scenario, told, outcome)]


def people(scenario: Scenario) -> Iterator[str]:
    """Say who takes part."""
    agents = ", ".join(agent_name(number) for number in range(scenario.agents))
    cores = "a Core and its standby" if scenario.standby else "a Core"
    yield f"{cores}; {agents}"
    for seat in scenario.masters:
        yield f"{master_name(seat)}: {_seat(seat)}"
    for seat in scenario.slaves:
        yield f"{slave_name(seat)}: {_seat(seat)}"
    known = {"seed", "agents", "masters", "slaves", "hands", "weather", "mishaps"}
    yield from _changed(scenario, known)


def weather(scenario: Scenario) -> Iterator[str]:
    """Say what chance may do, where it is not what it always is."""
    rates = list(_changed(scenario.weather, set()))
    if rates:
        yield f"weather: {'; '.join(rates)} (chance of seed {scenario.seed})"
    else:
        yield f"fair weather (chance of seed {scenario.seed})"


def _seat(seat: Seat) -> str:
    rest = list(_changed(seat, {"account_id", "agent", "terminal"}))
    return ", ".join([seat.terminal, f"on {agent_name(seat.agent)}", *rest])


def _changed(value: Any, known: set[str]) -> Iterator[str]:
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name in known or held == default_of(field):
            continue
        if is_dataclass(held):
            yield from (f"{field.name} {each}" for each in _changed(held, set()))
        else:
            yield f"{field.name} {_said(held)}"


def _said(value: object) -> str:
    if isinstance(value, frozenset):
        return " ".join(sorted(str(each) for each in value))
    return str(value)


# ---------------------------------------------------------------------------- what happens when


def _timeline(scenario: Scenario, told: list[str], outcome: Outcome) -> Iterator[str]:
    lines = [*_hands(scenario), *_heard(scenario, told)]
    lines += [
        (each.at_ms, "→", f"invariant {each.invariant} is broken: {each.sentence}")
        for each in outcome.violations
    ]
    for at_ms, who, what in sorted(lines, key=lambda line: line[0]):
        yield f"{at_ms / 1_000:9.3f}  {who:16} {what}"


def _hands(scenario: Scenario) -> Iterator[_Line]:
    for seat, hand in zip(scenario.masters, scenario.hands, strict=True):
        for action in hand:
            yield action.at_ms, master_name(seat), f"by hand: {_action(action)}"


def _action(action: Action) -> str:
    match action:
        case Open():
            levels = _levels(action.sl_share, action.tp_share)
            what = f"{action.side.value.lower()} {action.lots} {action.symbol}, {levels}"
            return f"opens {action.key}: {what}, magic {action.magic}"
        case Modify():
            return f"modifies {action.key}: {_levels(action.sl_share, action.tp_share)}"
        case Reduce():
            return f"closes {action.lots} lots of {action.key}"
        case Close():
            return f"closes {action.key}"


def _levels(sl_share: Decimal | None, tp_share: Decimal | None) -> str:
    stop = "no stop" if sl_share is None else f"stop {sl_share * 100} % away"
    target = "no target" if tp_share is None else f"target {tp_share * 100} % away"
    return f"{stop}, {target}"


def _heard(scenario: Scenario, told: list[str]) -> Iterator[_Line]:
    """Pick from a trace what struck whom, and what the brokers booked."""
    for line in told:
        at, _, rest = line.strip().partition(" ")
        at_ms = round(float(at) * 1_000)
        who, _, what = rest.partition(" ")
        if at_ms > scenario.active_ms + AFTER_MS:
            break
        if what.strip().startswith(SAYS.strip()):
            yield at_ms, who, what.strip().removeprefix(SAYS.strip()).strip()
        elif what.strip().startswith(BOOKED):
            yield at_ms, who, _booked(what.strip())


def _booked(entry: str) -> str:
    """Shorten an entry of a book to what it is about."""
    parts = entry.removeprefix(BOOKED).removesuffix(")").split(", ")
    said = [each.partition("=") for each in parts]
    kind = next((value for name, _, value in said if name == "kind"), "?")
    return f"{kind}: " + ", ".join(f"{n} {v}" for n, _, v in said if n in OF_INTEREST)
