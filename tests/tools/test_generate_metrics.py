"""The reference and the dashboards say what the table of metrics says."""

import pytest

from tests.deploy.test_alerts import EXPOSED, names_in
from tools.dashboards import DASHBOARDS, WINDOWS, quantile, rate
from tools.generate_metrics import REFERENCE, dashboards, reference
from tools.grafana import Board, dashboard


def test_the_committed_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "python -m tools.generate_metrics"


def test_the_committed_dashboards_are_up_to_date() -> None:
    for path, text in dashboards().items():
        assert path.read_text(encoding="utf-8") == text, "python -m tools.generate_metrics"


@pytest.mark.parametrize("board", DASHBOARDS, ids=lambda board: board.name)
def test_a_dashboard_asks_only_for_figures_that_exist(board: Board) -> None:
    for panel in dashboard(board)["panels"]:
        assert panel["targets"]
        for target in panel["targets"]:
            assert names_in(target["expr"]) <= EXPOSED | WINDOWS, panel["title"]
            assert target["legendFormat"], panel["title"]


def test_panels_lie_beside_and_below_each_other() -> None:
    for board in DASHBOARDS:
        places = [
            (panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard(board)["panels"]
        ]
        assert len(set(places)) == len(places)


def test_a_question_that_does_not_fit_its_metric_is_a_bug() -> None:
    with pytest.raises(KeyError):
        rate("echo.nonsense")
    with pytest.raises(ValueError, match="no counter"):
        rate("echo.latency.e2e")
    with pytest.raises(ValueError, match="no distribution"):
        quantile(0.5, "echo.order.sent")
