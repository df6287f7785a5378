"""The page stands alone, draws every step once, and lets no text of a broker become markup."""

import xml.etree.ElementTree as ET
from dataclasses import replace

from echo.apps.waterfall.page import COPIES_MAX, as_html, came_to, took
from echo.apps.waterfall.steps import waterfall
from echo.domain.ids import SEQ_CLOSE, AccountId
from echo.domain.inquiry import Inquest
from tests.apps.waterfall.falls import BEGUN_MS, STAMPS, decision, inquest, omission


def drawings(page: str) -> list[ET.Element]:
    parts = page.split("<svg")[1:]
    return [ET.fromstring("<svg" + part.split("</svg>")[0] + "</svg>") for part in parts]  # noqa: S314 -- as above


def page_of(asked: Inquest) -> str:
    return as_html(waterfall(asked))


def test_every_step_is_drawn_with_its_name_and_time() -> None:
    [drawing] = drawings(page_of(inquest(decision())))
    titles = [each.text for each in drawing.iter("title")]

    assert titles == [
        "Master's terminal to its Agent: 1 ms",
        "Agent to Core: 2 ms",
        "Core: decided, on disk, sent: 3 ms",
        "Core to the slave's Agent: 1 ms",
        "Agent to the slave's terminal: 2 ms",
        "Slave's terminal and its broker: 255 ms",
    ]
    assert len(drawing.findall(".//path")) == 1, "the broker's wait goes on beyond the edge"


def test_bars_stand_in_order_within_the_drawing() -> None:
    [drawing] = drawings(page_of(inquest(decision())))
    bars = [each for each in drawing.iter("rect") if each.get("class") not in {"hatch", None}]
    starts = [float(each.attrib["x"]) for each in bars]

    assert starts == sorted(starts)
    assert all(float(each.attrib["x"]) + float(each.attrib["width"]) <= 1_000 for each in bars)


def test_a_doubtful_step_is_hatched_and_says_why() -> None:
    behind = replace(STAMPS, t2_core_recv_ms=BEGUN_MS - 39, t3_core_send_ms=BEGUN_MS - 36)
    [drawing] = drawings(page_of(inquest(decision(behind))))

    assert any(each.get("class") == "doubt" for each in drawing.iter("rect"))
    assert any("differ: -40 ms" in (each.text or "") for each in drawing.iter("title"))


def test_who_did_not_copy_is_listed_with_the_reason() -> None:
    page = page_of(inquest(omission()))

    assert "<td>7002</td><td>omitted</td><td>spread 34.0 pt &gt; max 25 pt</td>" in page


def test_a_crowd_is_cut_to_the_slowest() -> None:
    crowd = [decision(account_id=AccountId(str(9_000 + number))) for number in range(30)]
    page = page_of(inquest(*crowd))

    assert page.count('class="account"') == COPIES_MAX
    assert "and 5 faster ones" in page


def test_texts_stay_texts_and_nothing_is_fetched() -> None:
    evil = replace(omission(), sentence="<script>alert(1)</script>")
    page = page_of(inquest(decision(), evil))

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not any(word in page for word in ("http://", "https://", "@import", "src="))


def test_a_trade_that_no_collector_knows_says_so() -> None:
    assert "begins no trace" in page_of(inquest(decision(), traceparent=""))


def test_times_below_the_stamps_grain_are_not_called_nothing() -> None:
    [fall] = waterfall(inquest(decision(replace(STAMPS, t1_agent_recv_ms=BEGUN_MS)))).actions

    assert took(fall.shared[0]) == "< 1 ms"
    assert came_to(fall.copies[0]) == "filled after 264 ms, its order on the way after 14 ms"


def test_a_terminal_that_tells_no_times_is_said_to() -> None:
    silent = replace(
        STAMPS, t5_slave_ea_recv_ms=None, t6_order_send_ms=None, t7_order_filled_ms=None
    )
    [fall] = waterfall(inquest(decision(silent))).actions

    assert came_to(fall.copies[0]) == "filled, its terminal's times are not known"


def test_actions_are_named_by_their_place() -> None:
    asked = inquest(decision())
    last = replace(asked.actions[0], seq=SEQ_CLOSE)
    page = page_of(replace(asked, actions=(*asked.actions, last)))

    assert page.count("<section>") == 2
