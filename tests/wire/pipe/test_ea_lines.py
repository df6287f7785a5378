"""The structs of an EA's trading lines: what they require, what they bound."""

import msgspec
import pytest

from echo.wire.pipe import ea_lines
from tests.wire.pipe.lines import CLOSE, RESULT


def test_every_line_has_its_own_type() -> None:
    lines = ea_lines.Line.__subclasses__()
    types = [line.__struct_config__.tag for line in lines]

    assert len(set(types)) == len(lines) >= 13
    assert {"ping", "trade_intent", "trade_modify", "trade_close"} < set(types)


def test_absent_fields_get_the_meaning_that_older_eas_give_them() -> None:
    close = msgspec.convert(CLOSE, ea_lines.TradeCloseBody)
    result = msgspec.convert(RESULT, ea_lines.ResultBody)

    assert (close.seq, close.volume_remaining) == (2_147_483_647, None)
    assert (result.command_kind, result.ticket, result.doubt) == ("", 0, False)


def test_candidates_are_bounded() -> None:
    assert msgspec.convert(RESULT | {"candidates": [1] * 256}, ea_lines.ResultBody)
    with pytest.raises(msgspec.ValidationError, match="length <= 256"):
        msgspec.convert(RESULT | {"candidates": [1] * 257}, ea_lines.ResultBody)
