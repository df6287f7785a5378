"""Agents come and go: greetings, heartbeats, clock probes."""

from echo.domain.facts import LinkChanged
from echo.domain.ids import AgentId
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
PROTOCOL_VERSION = 3


def joined(state: State, event: AgentJoined, now: Instant, out: Outbox) -> None:
    """Greet an Agent; an older stream of the same Agent ends."""
    before = state.agents.get(event.agent_id)
    if before is not None:
        out.send(EndSession(before.agent_id, before.session, "the Agent opened another stream"))
    state.agents[event.agent_id] = AgentState(
        event.agent_id, event.session, joined_mono_ms=now.mono_ms, heard_mono_ms=now.mono_ms
    )
    hello = CoreHello(
        required_protocol_version=PROTOCOL_VERSION,
        lossless_required=False,
        service_version=state.settings.core_version,
        compat_mode_active=not event.hello.supports_lossless_delivery,
    )
    out.send(SendNow(event.agent_id, event.session, hello))
    _beat(state, state.agents[event.agent_id], now, out)
    out.arm(("pulse", event.agent_id), now.mono_ms + state.settings.heartbeat_interval_ms)
    out.observe(LinkChanged(peer=event.agent_id, up=True))
    for account_id in event.hello.owned_accounts:
        registration.claim(state, event.agent_id, account_id, now, out)


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
    silent_ms = now.mono_ms - agent.heard_mono_ms
    if silent_ms > max(SILENT_MS_MAX, 3 * state.settings.heartbeat_interval_ms):
        out.send(EndSession(agent_id, agent.session, f"silent for {silent_ms} ms"))
        return
    _beat(state, agent, now, out)
    out.arm(("pulse", agent_id), now.mono_ms + state.settings.heartbeat_interval_ms)


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
        _beat(state, agent, now, out)
    held, agent.held = agent.held, []
    if agent.probe.probed_at_mono_ms is None:
        agent.held = held
        return []
    return held


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
            ),
        )
    )
