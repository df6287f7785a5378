"""The Core in the world: the engine, its journal, and the one line in which effects leave."""

from typing import Final

from echo.domain.ids import AgentId, EvaluationId, MessageId, TradeId
from echo.domain.journal import Record
from echo.domain.operations import NotDone, Request
from echo.domain.policy import PolicyBook
from echo.domain.sessions import AgentHello, AgentToCore, CoreToAgent
from echo.engine.effects import (
    Arm,
    Disarm,
    EndSession,
    Observe,
    Persist,
    Recall,
    Reply,
    Send,
    SendNow,
)
from echo.engine.engine import Engine
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    OperatorAsked,
    PoliciesChanged,
    Recalled,
    Started,
)
from echo.engine.settings import EngineSettings
from echo.sim.disks import LEASE_MS, SimJournal, Store, Verdict
from echo.sim.network import Connection, Dialler, Side
from echo.sim.node import Scene, TimerKey
from echo.sim.schedule import HostClock

LAZY_FLUSH_MS: Final = 250
REBUILD_PAUSE_MS: Final = 1_000
RELOAD_MS: Final = 500
RENEW_MS: Final = LEASE_MS // 3
NAME: Final = "core"
NO_SESSION: Final = 0
"""Sessions are counted from 1."""

Release = Send | EndSession | Observe | Reply


class Core(Dialler):
    """Carries out what the engine wants: commits first, then lets go, in order.

    Args:
        store: Shared with another Core; only that which holds its lease serves.
    """

    def __init__(
        self,
        scene: Scene,
        clock: HostClock,
        settings: EngineSettings,
        book: PolicyBook,
        name: str = NAME,
        store: Store | None = None,
    ) -> None:
        super().__init__(scene, name, clock)
        self.journal = SimJournal(scene, store, name)
        self.engine = Engine(settings, book)
        self._settings, self._book = settings, book
        self._book_changed = False
        self._serving = False
        self._lives = 0
        """How often it began to serve."""
        self._numbers = 0
        self._evaluations = 0
        self._requests = 0
        self._evaluations_of = "evaluation" if name == NAME else f"evaluation-{name}"
        self._strangers: set[Connection] = set()
        self._links: dict[int, tuple[Connection, AgentId]] = {}
        self._records: list[Record] = []
        self._releases: list[Release] = []
        self._urgent = False
        self._in_flight = False
        self._flushing = False

    # ------------------------------------------------------------------------ life and death

    def begin(self) -> None:
        """Recover; until that is done nobody is let in."""
        self.engine = Engine(self._settings, self._book)
        self._book_changed = False
        self._numbers = 0
        self._recover()

    def end(self) -> None:
        """Lose everything but the journal."""
        self._serving = False
        self.journal.crashed()
        self._links.clear()
        self._strangers.clear()
        self._forget_line()
        super().end()

    def accepts(self) -> bool:
        """Whether Agents may connect."""
        return self.up and self._serving

    @property
    def holds(self) -> bool:
        """Whether it serves, and may."""
        return self.accepts() and self.journal.is_held

    def change_policies(self, book: PolicyBook) -> None:
        """Have other policies in force from now on."""
        self._book = book
        self.scene.trace.say(self.scene.schedule.now_ms, self.name, "other policies are in force")
        if self.up and self._serving:
            self._feed(PoliciesChanged(book))
        else:
            self._book_changed = True

    def asked(self, by: str, request: Request) -> None:
        """A person wants something; what came of it is in the journal."""
        self._requests += 1
        self._feed(OperatorAsked(self._requests, by, request))

    def next_number(self) -> int:
        """Number a stream."""
        self._numbers += 1
        return self._numbers

    def _recover(self) -> None:
        recovered = self.journal.load()
        if recovered is None:
            self.later(RELOAD_MS, self._recover)
            return
        self._serving = True
        self.scene.watch.core_lives += 1
        self._lives += 1
        self._renew(self._lives)
        self._feed(Started(recovered))
        if self._book_changed and self.up:
            self._book_changed = False
            self._feed(PoliciesChanged(self._book))

    def _renew(self, life: int) -> None:
        """Hold on to the lease; whoever finds that it is lost has nothing more to say."""
        if not self._serving or life != self._lives:
            return
        if self.journal.renew():
            self.later(RENEW_MS, lambda: self._renew(life))
            return
        # What is being committed will be refused, and has the same come of it.
        if not self._in_flight:
            self._rebuild("another Core holds the lease")

    def _rebuild(self, why: str) -> None:
        """The journal contradicts the engine: end every stream, and go back to what is stored."""
        self.scene.trace.say(self.scene.schedule.now_ms, self.name, f"rebuilds: {why}")
        self.scene.seen["core_rebuilt" if self.journal.is_held else "lease_lost"] += 1
        self._serving = False
        self._timers.clear()
        self._forget_line()
        links, self._links = self._links, {}
        strangers, self._strangers = self._strangers, set()
        for link in sorted(strangers, key=lambda each: each.server_no):
            link.end(Side.SERVER, "the Core reads its journal again")
        for link, _ in links.values():
            link.end(Side.SERVER, "the Core reads its journal again")

        def go_on() -> None:
            for link, agent_id in links.values():
                self._feed(AgentLeft(agent_id, link.server_no, "the Core reads its journal again"))
            self._recover()

        self.later(REBUILD_PAUSE_MS, go_on)

    # ------------------------------------------------------------------------ streams

    def link_up(self, link: Connection) -> None:
        """A stream opened; it is nobody's until it says hello."""
        self._strangers.add(link)

    def link_said(self, link: Connection, message: object) -> None:
        """A frame came."""
        message_id, said = self._unpacked(message)
        if link in self._strangers:
            if not isinstance(said, AgentHello):
                link.end(Side.SERVER, "the first message is the hello")
                return
            self._strangers.discard(link)
            self._links[link.server_no] = (link, said.agent_id)
            self._feed(AgentJoined(said.agent_id, link.server_no, said))
            return
        known = self._links.get(link.server_no)
        if known is None or known[0] is not link:
            return
        self._evaluations += 1
        evaluation_id = EvaluationId(f"{self._evaluations_of}-{self._evaluations}")
        event = AgentSaid(known[1], link.server_no, message_id, said, evaluation_id)
        self._feed(event)
        weather = self.scene.faults.weather
        if self.up and self.scene.faults.strikes("ghost", weather.ghost):
            ghost = AgentSaid(known[1], NO_SESSION, message_id, said, evaluation_id)
            self.scene.watch.unmoved(self.name, self.engine.handle(ghost, self.now()))

    def link_down(self, link: Connection, reason: str) -> None:
        """A stream is over."""
        self._strangers.discard(link)
        known = self._links.get(link.server_no)
        if known is not None and known[0] is link:
            del self._links[link.server_no]
            self._feed(AgentLeft(known[1], link.server_no, reason))

    def ring(self, key: TimerKey) -> None:
        """A timer of the engine is due."""
        self._feed(Due(key))

    @staticmethod
    def _unpacked(frame: object) -> tuple[MessageId | None, AgentToCore]:
        assert isinstance(frame, tuple)  # noqa: S101 -- Agents send pairs
        return frame

    # ------------------------------------------------------------------------ the engine

    def _feed(self, event: Event) -> None:
        if not isinstance(event, PoliciesChanged):
            self.scene.trace.note(self.scene.schedule.now_ms, self.name, event)
        for effect in self.engine.handle(event, self.now()):
            if self.struck():
                return
            if isinstance(effect, Persist):
                self._persist(effect)
            elif isinstance(effect, (Send, Observe)):
                self._releases.append(effect)
            elif isinstance(effect, SendNow):
                self._send(effect.session, effect.message)
            elif isinstance(effect, Arm):
                self.arm(effect.key, effect.due_mono_ms)
            elif isinstance(effect, Disarm):
                self.disarm(effect.key)
            elif isinstance(effect, Recall):
                self._recall(effect.trade_id)
            else:
                self._releases.append(effect)
        self._pump()

    def _recall(self, trade_id: TradeId) -> None:
        """Look a trade up in the store, however long that takes."""

        def look() -> None:
            if not self._serving:
                return
            settled = self.journal.is_settled(trade_id)
            if settled is None:
                self.later(RELOAD_MS, look)
            else:
                self.scene.seen["trade_recalled"] += 1
                self._feed(Recalled(trade_id, settled))

        self.later(1, look)

    def _send(self, session: int, message: CoreToAgent) -> None:
        known = self._links.get(session)
        if known is not None:
            known[0].send(Side.SERVER, message)

    # ------------------------------------------------------------------------ the line

    def _persist(self, effect: Persist) -> None:
        self._records.append(effect.record)
        if not effect.lazy:
            self._urgent = True
        elif not self._flushing:
            self._flushing = True
            self.later(LAZY_FLUSH_MS, self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._records:
            self._urgent = True
            self._pump()

    def _pump(self) -> None:
        """Move on as far as possible: one commit in flight, one batch that grows."""
        if self._in_flight:
            return
        if not self._urgent:
            if self._releases:
                releases, self._releases = self._releases, []
                self._let_go(releases)
            return
        records, self._records = self._records, []
        releases, self._releases = self._releases, []
        self._urgent = False
        self._in_flight = True
        for record in records:
            self.scene.trace.note(self.scene.schedule.now_ms, self.name, record)
        self._commit(records, releases, 1)

    def _commit(self, records: list[Record], releases: list[Release], attempt: int) -> None:
        def done(verdict: Verdict, sentence: str) -> None:
            if verdict is Verdict.REFUSED:
                self._rebuild(sentence)
            elif verdict is Verdict.DONE:
                self._in_flight = False
                if self._let_go(releases):
                    self._pump()
            else:
                waits_ms = self._settings.retry_backoff_ms
                wait_ms = waits_ms[min(attempt, len(waits_ms)) - 1]
                self.later(wait_ms, lambda: self._commit(records, releases, attempt + 1))

        self.journal.commit(self, records, done)

    def _let_go(self, releases: list[Release]) -> bool:
        """Let effects leave; false when a crash came between."""
        for effect in releases:
            if self.struck():
                return False
            if isinstance(effect, Observe):
                self.scene.watch.fact(self.name, effect.fact)
            elif isinstance(effect, Send):
                self.scene.watch.core_sends(effect.message, self.journal.durable)
                self.scene.trace.note(self.scene.schedule.now_ms, self.name, effect)
                self._send(effect.session, effect.message)
            elif isinstance(effect, Reply) and isinstance(effect.answer, NotDone):
                self.scene.seen[f"refused_by_hand_{effect.answer.code}"] += 1
            elif isinstance(effect, EndSession):
                known = self._links.get(effect.session)
                if known is not None:
                    known[0].end(Side.SERVER, effect.reason)
        return True

    def _forget_line(self) -> None:
        self._records, self._releases = [], []
        self._urgent = self._in_flight = self._flushing = False
