"""What waits for one commit: the records, and the effects that leave after it."""

from collections.abc import Callable

from echo.domain.facts import Fact
from echo.domain.journal import Record
from echo.domain.sessions import CoreToAgent
from echo.engine.effects import EndSession, Observe, Persist, Reply, Send
from echo.ports.links import AgentSession
from echo.ports.telemetry import FactSink

Release = Send | EndSession | Observe | Reply


class Batch:
    """Effects in the order in which they arose, until one transaction holds their records."""

    __slots__ = ("records", "releases", "urgent")

    def __init__(self, records: list[Record] | None = None) -> None:
        self.records = [] if records is None else records
        self.releases: list[Release] = []
        self.urgent = False
        """Whether something waits for the records."""

    def __len__(self) -> int:
        return len(self.records) + len(self.releases)

    def persist(self, effect: Persist) -> None:
        """Add a record.

        A lazy one keeps its place among the others: written out of order, an older state of a
        row could replace a newer one.
        """
        self.records.append(effect.record)
        if not effect.lazy:
            self.urgent = True


def release(
    releases: list[Release],
    links: dict[int, AgentSession],
    facts: FactSink,
    reply: Callable[[Reply], None],
) -> None:
    """Let *releases* leave: messages first, many in one call, in order per stream; then facts.

    What is meant for a stream that is over is dropped; it comes again on the next one.

    Args:
        reply: Hands an answer to the operator who waits for it.
    """
    outgoing: dict[int, list[CoreToAgent]] = {}
    observed: list[Fact] = []
    for effect in releases:
        if isinstance(effect, Send):
            outgoing.setdefault(effect.session, []).append(effect.message)
        elif isinstance(effect, Observe):
            observed.append(effect.fact)
        elif isinstance(effect, Reply):
            reply(effect)
        elif (link := links.get(effect.session)) is not None:
            if last_words := outgoing.pop(effect.session, None):
                link.send(last_words)
            link.end(effect.reason)
    for session, messages in outgoing.items():
        if (link := links.get(session)) is not None:
            link.send(messages)
    for fact in observed:
        facts.observe(fact)
