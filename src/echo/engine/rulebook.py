"""The rulebook: what settings say and what people have set, brought together and written down.

Settings come whole or not at all, and so does every change by a person: there is no moment at
which half of one is in force.  Each is in the journal before its author hears of it.
"""

from echo.domain.copies import replace
from echo.domain.desk import PolicyInForce, RulesInForce
from echo.domain.facts import Alarm
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.domain.journal import Recovered
from echo.domain.loops import find_loop
from echo.domain.modes import Switch
from echo.domain.policy import PolicyBook, RiskPolicy
from echo.domain.policy_sense import policy_complaints
from echo.domain.quantities import Instant
from echo.domain.rulings import SETTINGS_NAME, ConfigChange, Origin, PolicyRecord
from echo.domain.windows import Window
from echo.engine.outbox import Outbox
from echo.engine.state import State


def restore(state: State, recovered: Recovered, now: Instant, out: Outbox) -> None:
    """Take in what people had set before; what the settings have changed since is written down."""
    desk = state.desk
    desk.windows = {
        each.window.window_id: each.window
        for each in recovered.windows
        if each.window.until_ms > now.wall_ms
    }
    desk.switches = {each.switch.key: each.switch for each in recovered.switches}
    desk.policies = {
        (each.account_id, each.strategy_id, each.origin): each for each in recovered.policy_records
    }
    desk.begun, desk.restored = set(), True
    _note_policies(state, now, out)
    merge(state, out)


def adopt(state: State, book: PolicyBook, now: Instant, out: Outbox) -> None:
    """Put what the settings say into force, whole, and write down what that changes."""
    state.given = book
    if state.desk.restored:
        _note_policies(state, now, out)
    merge(state, out)


def merge(state: State, out: Outbox) -> None:
    """Make the book of all rules in force: a person's word comes before that of the settings."""
    given, desk = state.given, state.desk
    policies = {
        (each.account_id, each.strategy_id): each
        for each in given.policies
        if _makes_sense(each, out)
    }
    own = {
        (record.account_id, record.strategy_id): record.policy
        for (_, _, origin), record in desk.policies.items()
        if origin is Origin.DESK and record.policy is not None
    }
    chain = find_loop([*(policies | own).values()], known_masters(state))
    if chain is not None:
        own = {key: each for key, each in own.items() if key[0] not in chain}
        out.observe(
            Alarm(
                key="policy_loop",
                code="POLICY_LOOP",
                sentence=f"{' follows '.join(chain)}: what was set by hand for these accounts is"
                " not in force, the settings are",
            )
        )
    state.book = PolicyBook(
        [_numbered(state, each) for each in (policies | own).values()],
        given.options_by_account,
        given.default_options,
        windows=[*given.windows, *desk.windows.values()],
        switches=[*given.switches, *desk.switches.values()],
        masters=given.masters,
        limits=given.limits_by_account,
        symbol_options=given.symbol_options,
    )


def _makes_sense(policy: RiskPolicy, out: Outbox) -> bool:
    """Whether anything may be copied by *policy*; one that came in past the settings may be bad."""
    complaints = policy_complaints(policy)
    if complaints:
        out.observe(
            Alarm(
                key=f"policy:{policy.account_id}:{policy.strategy_id}",
                code="POLICY_INVALID",
                sentence=f"{'; '.join(complaints)}: nothing is copied by it",
                account_id=policy.account_id,
            )
        )
    return not complaints


def known_masters(state: State) -> frozenset[AccountId]:
    """Return the accounts that settings name as masters, or that have introduced themselves so."""
    told = (each.account_id for each in state.accounts.values() if each.role is Role.MASTER)
    return state.given.masters | frozenset(told)


def in_force(state: State, now: Instant) -> RulesInForce:
    """Return all rules, without the windows that are over."""
    own = {
        (record.account_id, record.strategy_id)
        for (_, _, origin), record in state.desk.policies.items()
        if origin is Origin.DESK and record.policy is not None
    }
    return RulesInForce(
        windows=tuple(state.book.windows.without_past(now.wall_ms)),
        switches=tuple(state.book.switches),
        policies=tuple(
            PolicyInForce(
                policy=each,
                origin=Origin.DESK
                if (each.account_id, each.strategy_id) in own
                else Origin.SETTINGS,
            )
            for each in state.book.policies
        ),
    )


def put(
    state: State,
    policy: RiskPolicy,
    origin: Origin,
    by: str,
    now: Instant,
    out: Outbox,
    *,
    withdrawn: bool = False,
) -> None:
    """Write down that a policy was written, or withdrawn."""
    key = (policy.account_id, policy.strategy_id, origin)
    known = state.desk.policies.get(key)
    latest = [
        each.version
        for (account, strategy, _), each in state.desk.policies.items()
        if (account, strategy) == key[:2]
    ]
    record = PolicyRecord(
        account_id=policy.account_id,
        strategy_id=policy.strategy_id,
        origin=origin,
        policy=None if withdrawn else replace(policy, version=1),
        before=known.policy if known is not None else None,
        version=max(latest, default=0) + 1,
        changed_at_ms=now.wall_ms,
        changed_by=by,
    )
    state.desk.policies[key] = record
    out.persist(record)


def _numbered(state: State, policy: RiskPolicy) -> RiskPolicy:
    """Give the policy the number of its latest change, which decisions are told with."""
    desk = state.desk.policies
    key = (policy.account_id, policy.strategy_id)
    for origin in (Origin.DESK, Origin.SETTINGS):
        record = desk.get((*key, origin))
        if record is not None and record.policy is not None:
            return replace(policy, version=record.version)
    return policy


def _note_policies(state: State, now: Instant, out: Outbox) -> None:
    """Write down what differs between the settings and what they were known to say."""
    said = {(each.account_id, each.strategy_id): each for each in state.given.policies}
    for each in said.values():
        known = state.desk.policies.get((each.account_id, each.strategy_id, Origin.SETTINGS))
        if known is None or known.policy != replace(each, version=1):
            put(state, each, Origin.SETTINGS, SETTINGS_NAME, now, out)
    for (account, strategy, origin), record in tuple(state.desk.policies.items()):
        gone = origin is Origin.SETTINGS and (account, strategy) not in said
        if gone and record.policy is not None:
            put(state, record.policy, origin, SETTINGS_NAME, now, out, withdrawn=True)


def change(key: str, before: object, after: object, by: str, now: Instant) -> ConfigChange:
    """Return the row of one change."""
    return ConfigChange(
        key=key,
        before=_text(before),
        after=_text(after),
        changed_at_ms=now.wall_ms,
        changed_by=by,
    )


def _text(value: object) -> str:
    if isinstance(value, Window):
        return value.span
    if isinstance(value, Switch):
        return value.mode
    return "" if value is None else str(value)
