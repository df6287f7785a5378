"""A range of protocols that differs from the Core's is told, and told once."""

from echo.apps.range_watch import RangeWatch, drift
from echo.config.settings import ProtocolSettings
from echo.domain.facts import Alarm
from echo.links.core_face import CoreFace
from tests.fakes import FactLog

OWN = ProtocolSettings(min_version=1, max_version=3, allow_legacy=True)


def face(low: int = 1, high: int = 3) -> CoreFace:
    return CoreFace(protocol_min=low, protocol_max=high, core_version="0.1.0", ready=True)


def test_what_is_alike_is_no_news_and_an_old_core_tells_nothing() -> None:
    assert drift(OWN, face()) == ""
    assert drift(OWN, face(0, 0)) == ""


def test_a_difference_is_told_with_both_ranges() -> None:
    assert drift(OWN, face(2, 3)) == (
        "this Agent speaks protocols 1 to 3, the Core 2 to 3: set agent/protocol and core/protocol"
        " alike"
    )


def test_a_difference_is_told_once_and_again_when_it_is_new() -> None:
    facts = FactLog()
    watch = RangeWatch(OWN, facts)
    for low in (2, 2, 1, 2):
        watch.core_says(face(low))
    watch.changed(ProtocolSettings(min_version=2, max_version=3, allow_legacy=False))
    watch.core_says(face(2))
    watch.core_says(face(1))

    told = [fact.sentence for fact in facts.facts if isinstance(fact, Alarm)]
    assert len(told) == 3
    assert told[-1].startswith("this Agent speaks protocols 2 to 3, the Core 1 to 3")
