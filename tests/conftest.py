"""Settings that every test shares."""

import os
from collections.abc import Generator

import pytest
from coverage import Coverage
from hypothesis import settings
from hypothesis import strategies as st

# A server's process is forked, and gRPC's library would start threads in it before it becomes that
# server: it then ends, once in some thirty times.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

# No deadline: two busy cores make any single example slow once in a while, and that is no fault.
# Derandomised: a run proves the same thing for everyone; wider searches are asked for by name
# (`pytest --hypothesis-profile=search`).
settings.register_profile("echo", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("echo")

# An `object` is drawn as a plain value.  Otherwise it is anything that some imported library
# declares, and what a test draws depends on what ran before in its process.
st.register_type_strategy(object, st.text() | st.integers() | st.booleans())


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Measure nothing of a test marked ``no_cover``, nor of the programs that it starts.

    Marked are tests that go many times over what others cover: measured they take thrice as long.
    The plugin has stopped its own measurement by now; a process of the test runner has another
    one beneath, because it is itself a program that was started.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    stopped = []
    while (measuring := Coverage.current()) is not None:
        measuring.stop()
        stopped.append(measuring)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        try:
            return (yield)
        finally:
            for measuring in reversed(stopped):
                measuring.start()
