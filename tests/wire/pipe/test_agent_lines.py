"""The structs of an Agent's lines: what they require, what they bound."""

import msgspec
import pytest

from echo.wire.pipe import agent_lines
from tests.wire.pipe.lines import LANE


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (agent_lines.ReduceOrderBody, "remaining_lot"),
        (agent_lines.ModifyOrderBody, "seq"),
        (agent_lines.CloseOrderBody, "ticket"),
        (agent_lines.ExecuteOrderBody, "lot_size"),
    ],
)
def test_what_a_command_means_is_never_guessed(body: type[msgspec.Struct], field: str) -> None:
    fields = {"ticket": 1, "seq": 1, "order_side": "BUY", "lot_size": 1, "remaining_lot": 0}
    del fields[field]

    with pytest.raises(msgspec.ValidationError, match=f"`{field}`"):
        msgspec.convert(LANE | fields, body)


def test_a_close_without_a_number_is_the_last_action() -> None:
    assert msgspec.convert(LANE | {"ticket": 1}, agent_lines.CloseOrderBody).seq == 2_147_483_647


def test_verdicts_do_not_share_their_metadata() -> None:
    one, other = (msgspec.convert({"code": "X"}, agent_lines.IssueBody) for _ in range(2))

    assert one.metadata == {}
    assert one.metadata is not other.metadata
