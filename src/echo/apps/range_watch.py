"""Whether Agent and Core speak to the same EAs: what one lets in the other should not refuse."""

from echo.config.settings import ProtocolSettings
from echo.domain.facts import Alarm
from echo.links.core_face import CoreFace
from echo.ports.telemetry import FactSink


class RangeWatch:
    """Compares the range of protocols with the Core's, each time the Core is reached.

    A difference is told once, not at every stream; one that is new is told again.
    """

    def __init__(self, own: ProtocolSettings, facts: FactSink) -> None:
        self._own, self._facts = own, facts
        self._told = ""

    def changed(self, own: ProtocolSettings) -> None:
        """Compare with another range from now on."""
        self._own = own

    def core_says(self, face: CoreFace) -> None:
        """Take what the Core says of itself."""
        sentence = drift(self._own, face)
        if sentence and sentence != self._told:
            self._facts.observe(
                Alarm(key="protocol_range", code="PROTOCOL_RANGE_DRIFT", sentence=sentence)
            )
        self._told = sentence


def drift(own: ProtocolSettings, face: CoreFace) -> str:
    """Say how the two ranges differ; empty = they do not, or the Core does not tell its own."""
    theirs = (face.protocol_min, face.protocol_max)
    if 0 in theirs or theirs == (own.min_version, own.max_version):
        return ""
    return (
        f"this Agent speaks protocols {own.min_version} to {own.max_version}, the Core"
        f" {face.protocol_min} to {face.protocol_max}: set agent/protocol and core/protocol alike"
    )
