from dataclasses import fields

from echo.domain.answers import NO_ACCOUNT, ResultAck
from echo.domain.ids import CommandId
from echo.sim.travel import ACTIONS, CHANGED, COMMANDS, REPEATED, as_travelled
from tests.sim.stage import SLAVE

ACK = ResultAck(command_id=CommandId("c1"), account_id=SLAVE)


def test_a_stream_leaves_out_whose_an_answer_is() -> None:
    arrived = as_travelled(ACK, is_stream=True)
    assert isinstance(arrived, ResultAck)
    assert arrived.account_id == NO_ACCOUNT
    assert as_travelled(("m1", ACK), is_stream=True) == ("m1", arrived)


def test_a_pipe_keeps_it() -> None:
    assert as_travelled(ACK, is_stream=False) is ACK


def test_commands_and_actions_are_said_until_they_are_acknowledged() -> None:
    assert COMMANDS | ACTIONS < REPEATED
    assert all("account_id" in {each.name for each in fields(kind)} for kind in COMMANDS | ACTIONS)
    assert ResultAck in CHANGED & REPEATED
