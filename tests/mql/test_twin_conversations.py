"""The conversations that hold the Python brains hold the experts: the same tests, run on both.

What is left out is named with its reason.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from echo.terminal.broker import PaperBroker
from echo.terminal.settings import EaSettings
from echo.terminal.view import MT4, MT5
from tests.mql.terminal import MqlEa, Stable
from tests.terminal import rig

MODULES: Final = (
    "test_openings",
    "test_doubts",
    "test_closing",
    "test_levels",
    "test_sweeping",
    "test_answers",
    "test_entries",
    "test_slave",
    "test_master",
    "test_dispatch",
    "test_reopening",
    "test_sessions",
    "test_telling",
)
_ONE_ANSWER = "an expert's OrderSend has one answer, and nothing is heard after it"
_SETTLES = "a terminal that has connected anew is given two seconds to show everything"
_NOT_AN_INPUT = "an expert's file is made smaller from 2,000 records on"
LEFT_OUT: Final[dict[str, str]] = {
    "test_the_brokers_word_ends_a_doubt_at_once": _ONE_ANSWER,
    "test_a_fill_reported_after_everything_was_given_up_is_an_alarm": _ONE_ANSWER,
    "test_a_newer_modification_waits_for_the_older_request_and_wins": _ONE_ANSWER,
    "test_old_settled_records_are_dropped_and_open_trades_remembered": _NOT_AN_INPUT,
    "test_old_acknowledged_actions_of_closed_trades_leave_the_file": _NOT_AN_INPUT,
    "test_an_open_that_waits_too_long_for_its_twin_names_it": _ONE_ANSWER,
    "test_a_terminal_that_is_offline_decides_nothing": _SETTLES,
    "test_a_position_that_shows_up_after_a_gap_is_as_old_as_the_broker_says": _SETTLES,
    "test_a_definite_no_is_final": "a terminal has numbers for its refusals, and no sentences",
    "test_it_introduces_itself_and_reports_at_once": "an expert names its lives by itself",
    "test_a_burst_is_said_a_bounded_number_of_lines_at_a_time": "each line heard is a turn",
    "test_an_open_is_found_among_other_records_or_not_at_all": "a function of the twin alone",
}
_NEW_TICKETS = "only MetaTrader 4 gives what is left of a position a new ticket"
LEFT_OUT_OF_MT5: Final[dict[str, str]] = {
    "test_a_passing_no_is_tried_again_while_time_lasts": "its numbers are those of MetaTrader 4",
    "test_a_history_that_starts_too_late_decides_nothing_and_says_so": "its history has no tab",
    "test_a_history_that_ends_within_an_opens_life_hides_one_of_unknown_age": (
        "its history has no tab"
    ),
    "test_a_reduction_leaves_what_it_names_under_a_new_ticket": _NEW_TICKETS,
    "test_a_reduction_is_recognised_after_a_crash_even_without_its_comment": _NEW_TICKETS,
    "test_levels_volume_and_end_are_reported_in_order": _NEW_TICKETS,
    "test_two_positions_that_claim_one_trade_are_an_alarm": _NEW_TICKETS,
    "test_another_accounts_emptiness_proves_nothing": "it puts rules of MetaTrader 4 in place",
}


def _conversations() -> Iterator[tuple[str, Callable[..., None]]]:
    for module in MODULES:
        loaded = importlib.import_module(f"tests.terminal.{module}")
        for name, test in vars(loaded).items():
            if not name.startswith("test_") or not inspect.isfunction(test):
                continue
            uses_rig = "Rig" in inspect.getsource(loaded)
            if uses_rig and not hasattr(test, "hypothesis") and name not in LEFT_OUT:
                yield f"{name}__{module[5:]}", test


@pytest.fixture(params=[MT4, MT5], autouse=True)
def terminal(
    request: pytest.FixtureRequest, stable: Stable, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Put an expert on the chart of every rig, in a terminal of this platform."""
    name = request.node.originalname.split("__")[0]
    if request.param == MT5 and name in LEFT_OUT_OF_MT5:
        pytest.skip(LEFT_OUT_OF_MT5[name])
    attached: list[MqlEa] = []

    def expert(settings: EaSettings) -> MqlEa:
        attached.append(MqlEa(stable, settings))
        return attached[-1]

    class Broker(PaperBroker):
        def __init__(self, rules: Any, *more: Any) -> None:
            super().__init__(replace(rules, terminal=request.param), *more)

    def is_full(owner: rig.Rig) -> bool:
        return getattr(owner, "_full", False)

    def set_full(owner: rig.Rig, full: bool) -> None:
        vars(owner)["_full"] = full
        if attached and hasattr(owner, "ea"):
            attached[-1].fail_writes(full)

    monkeypatch.setattr(rig, "make_ea", expert)
    monkeypatch.setattr(rig.Rig, "disk_full", property(is_full, set_full), raising=False)
    if request.param == MT5:
        monkeypatch.setattr(rig, "PaperBroker", Broker)
    yield request.param
    for each in attached:
        each.close()


globals().update(_conversations())
