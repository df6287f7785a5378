"""How long an expert takes from a command in its pipe to ``OrderSend``, compiled to run fast."""

import time
from collections.abc import Iterator

import pytest

from echo.services.terminal.expert_lines import line, refusal
from echo.terminal.view import MT4, MT5
from echo.wire.pipe import write_to_ea
from tests.mql.build import FAST
from tests.mql.terminal import MqlEa, Stable
from tests.terminal import rig as rigs
from tests.terminal.rig import Rig, execute, rules

MS_MAX = 2.0
COMMANDS = 40


@pytest.fixture(scope="module")
def fast(has_compiler: None) -> Iterator[Stable]:
    """Give experts that are compiled to run, not to be checked."""
    stable = Stable(FAST)
    yield stable
    stable.close()


@pytest.mark.parametrize("terminal", [MT4, MT5])
def test_a_command_in_the_pipe_is_an_order_within_two_milliseconds(
    fast: Stable, terminal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The better half counts, for a test is never alone on its machine."""
    monkeypatch.setattr(rigs, "make_ea", lambda settings: MqlEa(fast, settings))
    rig = Rig(None, rules(terminal=terminal)).start()
    assert isinstance(rig.ea, MqlEa)
    program = rig.ea._program
    assert program is not None
    took_ms = []
    for number in range(1, COMMANDS + 1):
        text = write_to_ea(execute(number), 3, 0).decode()
        begun_s = time.perf_counter()
        program.send(line("D", text) + line("E", "wake"))
        took_ms += [
            (time.perf_counter() - begun_s) * 1_000
            for fields in program.until_idle()
            if fields[0] == "o"
        ]
        program.send(refusal(10_019 if terminal == MT5 else 134))
        list(program.until_idle())
    rig.ea.close()

    assert len(took_ms) == COMMANDS
    assert sorted(took_ms)[COMMANDS // 2 - 1] <= MS_MAX
