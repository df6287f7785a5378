"""The JSON lines between an EA and its Agent, in both directions, for every protocol version."""

from echo.wire.pipe.dialect import legacy_trade_id
from echo.wire.pipe.messages import FromEa, Part, ToEa
from echo.wire.pipe.parts import PartAssembler
from echo.wire.pipe.reading import read_ea_line
from echo.wire.pipe.reading_agent import read_agent_line
from echo.wire.pipe.writing import write_to_ea
from echo.wire.pipe.writing_ea import write_from_ea
from echo.wire.pipe.writing_reports import quote_lines

__all__ = [
    "FromEa",
    "Part",
    "PartAssembler",
    "ToEa",
    "legacy_trade_id",
    "quote_lines",
    "read_agent_line",
    "read_ea_line",
    "write_from_ea",
    "write_to_ea",
]
