"""Agents come and go: greetings, heartbeats, clock probes."""

from echo.domain.facts import Alarm, CompatUsed, LinkChanged
from echo.domain.ids import AgentId
from echo.domain.journal import AgentSessionRecord
from echo.domain.link_facts import ClockCompared
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHeartbeat, ClockEcho, CoreHello, DeliveryHeartbeat
from echo.engine import registration
from echo.engine.effects import EndSession, SendNow
from echo.engine.events import AgentJoined, AgentLeft, AgentSaid
from echo.engine.outbox import Outbox
from echo.engine.state import AgentState, State

SILENT_MS_MAX = 3_000
"""An Agent that says nothing for so long is frozen or cut off."""
HELD_MAX = 10_000
BEATS_MISSED = 2
LATE_BEAT_MS = 500
"""An Agent that has missed so many beats, and this long, need not be there any more."""
PROTOCOL_VERSION = 3


def joined(state: State, event: AgentJoined, now: Instant, out: Outbox) -> None:
    """Greet an Agent, unless another stream of it lives: of two Agents with one id one is wrong.

    An Agent that connects again has lost its old stream: that one says nothing any more, and is
    replaced.
    """
    agent_id, hello = event.agent_id, event.hello
    before = state.agents.get(agent_id)
    if before is not None and _speaks(state, before, now):
        _turn_away(before, event, out)
        return
    if before is not None:
        out.send(EndSession(agent_id, before.session, "the Agent opened another stream"))
    agent = state.agents[agent_id] = AgentState(
        agent_id,
        event.session,
        joined_mono_ms=now.mono_ms,
        heard_mono_ms=now.mono_ms,
        epoch=state.agent_epochs.get(agent_id, 0) + 1,
        host=hello.hostname,
    )
    state.agent_epochs[agent_id] = agent.epoch
    out.persist(AgentSessionRecord(agent_id=agent_id, epoch=agent.epoch))
    greeting = CoreHello(
        required_protocol_version=PROTOCOL_VERSION,
        lossless_required=False,
        service_version=state.settings.core_version,
        compat_mode_active=not hello.supports_lossless_delivery,
    )
    out.send(SendNow(agent_id, event.session, greeting))
    _beat(state, agent, now, out)
    out.arm(("pulse", agent_id), now.mono_ms + state.settings.heartbeat_interval_ms)
    out.observe(LinkChanged(peer=agent_id, up=True))
    if not hello.supports_lossless_delivery:
        sentence = f"{agent_id} does not repeat what is not acknowledged: actions may be lost"
        out.observe(
            CompatUsed(peer=agent_id, protocol_version=hello.protocol_version, sentence=sentence)
        )
    for account_id in hello.owned_accounts:
        registration.claim(state, agent_id, account_id, now, out)


def _speaks(state: State, agent: AgentState, now: Instant) -> bool:
    """Whether an Agent was heard so lately that its stream lives."""
    limit_ms = BEATS_MISSED * state.settings.heartbeat_interval_ms + LATE_BEAT_MS
    return now.mono_ms - agent.heard_mono_ms <= limit_ms


def _turn_away(before: AgentState, event: AgentJoined, out: Outbox) -> None:
    """Refuse a second stream; should the first speak again, there are two Agents."""
    before.rival = event.hello.hostname or "a nameless host"
    sentence = f"another stream of {event.agent_id} lives, from {before.host or 'a nameless host'}"
    out.send(EndSession(event.agent_id, event.session, sentence))


def _tell_of_rival(agent: AgentState, out: Outbox) -> None:
    if agent.rival and not agent.rival_told:
        agent.rival_told = True
        out.observe(
            Alarm(
                key=f"agent:{agent.agent_id}",
                code="AGENT_ID_TAKEN",
                sentence=f"two Agents call themselves {agent.agent_id}: one on"
                f" {agent.host or 'a nameless host'}, which is served, and one on {agent.rival},"
                " which is turned away",
            )
        )


def _is_silent(state: State, agent: AgentState, now: Instant) -> bool:
    limit_ms = max(SILENT_MS_MAX, 3 * state.settings.heartbeat_interval_ms)
    return now.mono_ms - agent.heard_mono_ms > limit_ms


def left(state: State, event: AgentLeft, out: Outbox) -> None:
    """An Agent's stream is over; its accounts stay its own until another may claim them."""
    agent = state.agents.get(event.agent_id)
    if agent is None or agent.session != event.session:
        return
    del state.agents[event.agent_id]
    for account in state.accounts.values():
        if account.agent_id == event.agent_id:
            account.connected = False
    out.disarm(("pulse", event.agent_id))
    out.observe(LinkChanged(peer=event.agent_id, up=False, reason=event.reason))


def due(state: State, agent_id: AgentId, now: Instant, out: Outbox) -> None:
    """Time for the next heartbeat, or for the conclusion that nobody is there."""
    agent = state.agents.get(agent_id)
    if agent is None:
        return
    if _is_silent(state, agent, now):
        silent_ms = now.mono_ms - agent.heard_mono_ms
        out.send(EndSession(agent_id, agent.session, f"silent for {silent_ms} ms"))
        return
    _beat(state, agent, now, out)
    out.arm(("pulse", agent_id), now.mono_ms + state.settings.heartbeat_interval_ms)


def settings_changed(state: State, now: Instant, out: Outbox) -> None:
    """Tell every Agent the new pace at once, and beat by it from now on."""
    for agent in state.agents.values():
        _beat(state, agent, now, out)
        out.arm(("pulse", agent.agent_id), now.mono_ms + state.settings.heartbeat_interval_ms)


def heard(
    state: State, agent: AgentState, message: AgentHeartbeat | ClockEcho, now: Instant, out: Outbox
) -> list[AgentSaid]:
    """Take in an Agent's pulse; return the actions that waited for its first answered probe."""
    agent.peer_stamp_mono_ms = message.mono_ms
    agent.peer_stamp_at_mono_ms = now.mono_ms
    # A stamp that was not given in this session is another life's clock: it bounds nothing.
    echo_mono_ms = message.echo_mono_ms
    if echo_mono_ms is not None and agent.joined_mono_ms <= echo_mono_ms <= now.mono_ms:
        agent.probe.answered(
            probed_at_mono_ms=echo_mono_ms, peer_mono_ms=message.mono_ms - message.held_ms
        )
        if isinstance(message, AgentHeartbeat):
            _compare(agent, message, echo_mono_ms, now, out)
    if isinstance(message, AgentHeartbeat):
        _beat(state, agent, now, out)
        _tell_of_rival(agent, out)
    held, agent.held = agent.held, []
    if agent.probe.probed_at_mono_ms is None:
        agent.held = held
        return []
    return held


def _compare(
    agent: AgentState, beat: AgentHeartbeat, asked_mono_ms: int, now: Instant, out: Outbox
) -> None:
    """Compare the Agent's wall clock with ours; nothing is decided by it."""
    clock = agent.clock
    changed = clock.answered(
        asked_mono_ms=asked_mono_ms, held_ms=beat.held_ms, peer_wall_ms=beat.timestamp_ms, now=now
    )
    if changed and clock.ahead_ms is not None:
        out.observe(
            ClockCompared(peer=agent.agent_id, ahead_ms=clock.ahead_ms, error_ms=clock.error_ms)
        )


def _beat(state: State, agent: AgentState, now: Instant, out: Outbox) -> None:
    settings = state.settings
    stamp = agent.peer_stamp_mono_ms
    out.send(
        SendNow(
            agent.agent_id,
            agent.session,
            DeliveryHeartbeat(
                heartbeat_interval_ms=settings.heartbeat_interval_ms,
                retry_backoff_ms=settings.retry_backoff_ms,
                max_retries=settings.max_retries,
                ack_timeout_ms=settings.ack_timeout_ms,
                mono_ms=now.mono_ms,
                echo_mono_ms=stamp,
                held_ms=0 if stamp is None else now.mono_ms - agent.peer_stamp_at_mono_ms,
                wall_ms=now.wall_ms,
            ),
        )
    )
