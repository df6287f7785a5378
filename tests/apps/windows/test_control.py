"""Waiting for a service; what Windows itself does is tested under Wine."""

import pytest

from echo.apps.windows.control import WindowsServices, is_gone, reached
from echo.apps.windows.plan import ServicePlan, ServiceRefused
from tests.apps.windows.services import Services

PLAN = ServicePlan(name="EchoAgent", config="c", state_dir="s", command=("x",))


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def __call__(self) -> float:
        return self.now_s


def test_it_waits_until_the_service_is_there() -> None:
    services, clock = Services(), Clock()
    services.install(PLAN)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now_s > 1:
            services.stop("EchoAgent")

    services.start("EchoAgent")
    state = reached(services, "EchoAgent", "stopped", within_s=5, sleep=sleep, clock=clock)

    assert state.state == "stopped"
    assert 1 < clock.now_s < 1.5


def test_a_service_that_ends_instead_is_told_at_once() -> None:
    services, clock = Services(fails=2), Clock()
    services.install(PLAN)
    services.start("EchoAgent")

    with pytest.raises(ServiceRefused, match="has ended with code 2") as refused:
        reached(services, "EchoAgent", "running", within_s=5, sleep=clock.sleep, clock=clock)
    assert clock.now_s == 0
    assert "log" in refused.value.hint


def test_one_that_takes_too_long_is_told() -> None:
    services, clock = Services(), Clock()
    services.install(PLAN)
    services.start("EchoAgent")

    with pytest.raises(ServiceRefused, match="is running, stopped was wanted within 5 s"):
        reached(services, "EchoAgent", "stopped", within_s=5, sleep=clock.sleep, clock=clock)
    assert 5 <= clock.now_s < 6


def test_one_that_is_not_installed_is_told() -> None:
    with pytest.raises(ServiceRefused, match="not installed"):
        reached(Services(), "EchoAgent", "running", within_s=5)


def test_what_windows_keeps_for_a_while_is_waited_for() -> None:
    services, clock = Services(), Clock()
    services.install(PLAN)
    assert not is_gone(services, "EchoAgent", within_s=2, sleep=clock.sleep, clock=clock)
    services.remove("EchoAgent")
    assert is_gone(services, "EchoAgent", within_s=2, sleep=clock.sleep, clock=clock)


def test_without_pywin32_it_says_what_to_install() -> None:
    there: type[object] = WindowsServices
    with pytest.raises(ServiceRefused, match="pywin32") as refused:
        there()
    assert "'windows'" in refused.value.hint
