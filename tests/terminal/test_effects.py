"""Effects are plain values: what two runs want done can be compared."""

from typing import get_args

from echo.terminal.effects import Append, Arm, Effect, Order, Say
from tests.terminal.rig import Rig, execute


def test_effects_are_frozen_values() -> None:
    assert all(kind.__dataclass_params__.frozen for kind in get_args(Effect))
    assert Arm(("a",), 1) == Arm(("a",), 1)
    assert Append({"n": 1}) != Append({"n": 2})


def test_an_order_stands_behind_the_record_that_allows_it() -> None:
    rig = Rig().start()
    todo = []
    handle = rig.ea.handle

    class Watched:
        def handle(self, event, now):
            effects = handle(event, now)
            todo.extend(effects)
            return effects

    rig.ea = Watched()
    rig.hear(execute())

    kinds = [type(each) for each in todo if isinstance(each, Append | Order | Say)]
    assert kinds[:4] == [Say, Append, Order, Append]
