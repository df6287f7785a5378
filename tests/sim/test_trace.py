from echo.domain.answers import ResultAck
from echo.domain.ids import CommandId
from echo.domain.sessions import Ping
from echo.sim.trace import Trace
from tests.sim.stage import SLAVE

ACK = ResultAck(command_id=CommandId("c1"), account_id=SLAVE)


def test_the_same_things_at_the_same_times_give_the_same_digest() -> None:
    one, two = Trace(), Trace(lambda line: None)
    for trace in (one, two):
        trace.note(5, "core", ACK)
        trace.say(6, "world", "it rains")
    assert one.digest == two.digest


def test_another_time_place_or_thing_gives_another_digest() -> None:
    digests = set()
    for now_ms, who, what in ((5, "core", ACK), (6, "core", ACK), (5, "agent-1", ACK)):
        trace = Trace()
        trace.note(now_ms, who, what)
        digests.add(trace.digest)
    said = Trace()
    said.say(5, "core", "nothing")
    assert len({*digests, said.digest, Trace().digest}) == 5


def test_what_was_heard_counts_by_its_moment_and_its_kind() -> None:
    digests = {}
    for now_ms, what in ((5, ACK), (6, ACK), (5, Ping(ping_id="p"))):
        trace = Trace()
        trace.hear(now_ms, "agent-1", what)
        digests[trace.digest] = (now_ms, what)
    assert len(digests) == 3


def test_what_was_heard_is_told_unless_it_comes_again_and_again() -> None:
    lines: list[str] = []
    trace = Trace(lines.append)
    trace.hear(1_500, "slave-2001", ACK)
    trace.hear(1_600, "slave-2001", Ping(ping_id="p"))
    assert [line.split()[:2] for line in lines] == [["1.500", "slave-2001"]]


def test_a_line_tells_when_who_and_what_is_not_empty() -> None:
    lines: list[str] = []
    trace = Trace(lines.append)
    trace.note(1_500, "slave-2001", ACK)
    trace.note(1_500, "slave-2001", "plain")
    trace.say(2_000, "world", "it rains")
    assert [line.split() for line in lines] == [
        ["1.500", "slave-2001", "ResultAck(command_id=c1,", "account_id=2001)"],
        ["1.500", "slave-2001", "plain"],
        ["2.000", "world", "*", "it", "rains"],
    ]
