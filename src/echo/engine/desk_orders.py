"""Changes of the rules that a person makes at the running Core: checked whole, then in force."""

from collections.abc import Iterator

from echo.domain.answers import Outcome
from echo.domain.desk import (
    POLICIES_MAX,
    WINDOWS_MAX,
    AddWindows,
    PutPolicies,
    RemoveWindow,
    RuleChange,
    RulesChanged,
    SetSwitch,
    WithdrawPolicy,
)
from echo.domain.ids import AccountId
from echo.domain.loops import find_loop
from echo.domain.modes import EVERYTHING, Mode, Scope, Switch
from echo.domain.operations import NotDone, OperationCode
from echo.domain.policy_sense import policy_complaints
from echo.domain.quantities import Instant
from echo.domain.registration_facts import Cause
from echo.domain.rulings import Origin, SwitchRecord, WindowRecord
from echo.domain.windows import ANY, Window, WindowSource, is_about_something
from echo.engine import reconciler, rulebook, window_watch
from echo.engine.outbox import Outbox
from echo.engine.state import State

COMPLAINTS_TOLD = 5
WINDOWS_KEPT_MAX = 20_000
"""Windows that are not over; every decision looks at them."""


def carry_out(
    state: State, by: str, request: RuleChange, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    """Make the change, or say why none of it was made."""
    match request:
        case AddWindows():
            answer = _add_windows(state, by, request, now, out)
        case RemoveWindow():
            answer = _remove_window(state, by, request, now, out)
        case SetSwitch():
            answer = _set_switch(state, by, request, now, out)
        case PutPolicies():
            answer = _put_policies(state, by, request, now, out)
        case WithdrawPolicy():
            answer = _withdraw(state, by, request, now, out)
    if isinstance(answer, RulesChanged):
        rulebook.merge(state, out)
        if isinstance(request, PutPolicies | WithdrawPolicy):
            reconciler.everybody(state, Cause.POLICIES, now, out)
        window_watch.look(state, now, out)
    return answer


def _add_windows(
    state: State, by: str, request: AddWindows, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    desk = state.desk
    complaints = list(_window_complaints(state, request.windows, now))
    if not request.windows:
        complaints.append("there is no window in it")
    if len(request.windows) > WINDOWS_MAX:
        complaints.append(f"{len(request.windows)} windows > {WINDOWS_MAX}")
    if len(desk.windows) + len(request.windows) > WINDOWS_KEPT_MAX:
        complaints.append(f"there would be more than {WINDOWS_KEPT_MAX} windows")
    if complaints:
        return _refused(complaints)
    new = [each for each in request.windows if desk.windows.get(each.window_id) != each]
    for window in new:
        before = desk.windows.get(window.window_id)
        desk.windows[window.window_id] = window
        record = WindowRecord(
            window=window, removed=False, changed_at_ms=now.wall_ms, changed_by=by
        )
        key = f"window/{window.window_id}"
        out.persist(record, rulebook.change(key, before, window, by, now))
    gone = _outdated(state, request)
    for window in gone:
        _drop(state, by, window, now, out)
    known = len(request.windows) - len(new)
    also = f", {known} known already" if known else ""
    also += f", {len(gone)} that the calendar no longer has removed" if gone else ""
    changed = len(new) + len(gone)
    return RulesChanged(changed=changed, sentence=f"{len(new)} windows added{also}")


def _outdated(state: State, request: AddWindows) -> list[Window]:
    """Return the windows of calendars that the request's calendar no longer has."""
    if request.replaces is None:
        return []
    starts_at_ms, ends_at_ms = request.replaces
    accounts = {each.account_id for each in request.windows}
    kept = {each.window_id for each in request.windows}
    return [
        each
        for each in state.desk.windows.values()
        if each.source is WindowSource.CALENDAR
        and each.account_id in accounts
        and starts_at_ms <= each.starts_at_ms < ends_at_ms
        and each.window_id not in kept
    ]


def _drop(state: State, by: str, window: Window, now: Instant, out: Outbox) -> None:
    del state.desk.windows[window.window_id]
    out.persist(
        WindowRecord(window=window, removed=True, changed_at_ms=now.wall_ms, changed_by=by),
        rulebook.change(f"window/{window.window_id}", window, None, by, now),
    )


def _window_complaints(state: State, windows: tuple[Window, ...], now: Instant) -> Iterator[str]:
    given = {each.window_id for each in state.given.windows}
    slaves = {ANY, *state.settings.slave_accounts}
    for each in windows:
        if each.complaint:
            yield each.complaint
        elif each.until_ms <= now.wall_ms:
            yield f"window {each.window_id} is over: {each.span}"
        elif not is_about_something(each.symbol, state.settings.canonical_symbols):
            yield f"window {each.window_id}: {each.symbol!r} is neither a symbol nor a currency"
        elif each.account_id not in slaves:
            yield f"window {each.window_id}: account {each.account_id} copies nothing here"
        elif each.window_id in given or each.source is WindowSource.SETTINGS:
            yield f"window {each.window_id} is one of the settings, and is changed there"


def _remove_window(
    state: State, by: str, request: RemoveWindow, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    window = state.desk.windows.get(request.window_id)
    if window is None:
        if any(each.window_id == request.window_id for each in state.given.windows):
            sentence = f"window {request.window_id} is one of the settings: take it out there"
            return NotDone(code=OperationCode.READ_ONLY, sentence=sentence)
        sentence = f"there is no window {request.window_id}, or it is over"
        return NotDone(code=OperationCode.UNKNOWN_RULE, sentence=sentence)
    _drop(state, by, window, now, out)
    return RulesChanged(changed=1, sentence=f"removed: {window.span}")


def _set_switch(
    state: State, by: str, request: SetSwitch, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    complaint = _switch_complaint(state, request)
    if complaint:
        return NotDone(code=OperationCode.UNKNOWN_RULE, sentence=complaint)
    switch = Switch(
        scope=request.scope,
        target=request.target,
        mode=request.mode,
        by=by,
        since_ms=now.wall_ms,
    )
    before = state.desk.switches.pop(switch.key, None)
    if switch.mode is not Mode.LIVE:
        state.desk.switches[switch.key] = switch
    out.persist(
        SwitchRecord(switch=switch, changed_at_ms=now.wall_ms, changed_by=by),
        rulebook.change(f"mode/{switch.whom}", before, switch, by, now),
    )
    rulebook.merge(state, out)
    return RulesChanged(changed=1, sentence=_switched(state, switch, before))


def _switch_complaint(state: State, request: SetSwitch) -> str:
    """Say why there is nothing that the switch could be about; empty = there is."""
    match request.scope:
        case Scope.ALL:
            return "" if request.target == EVERYTHING else "everything has no name"
        case Scope.ACCOUNT:
            if request.target in state.settings.slave_accounts:
                return ""
            return f"account {request.target} copies nothing here: see core/slave_accounts"
        case Scope.MASTER:
            if request.target in rulebook.known_masters(state):
                return ""
            return f"no master {request.target} is known"


def _switched(state: State, switch: Switch, before: Switch | None) -> str:
    told = f"{switch.whom}: {switch.mode}, was {before.mode if before else Mode.LIVE}"
    if switch.mode is Mode.FLATTEN:
        told += f"; {_held(state, switch)} copies are closed, and entries stop until it is resumed"
    left = [each for each in state.book.switches if each.key == switch.key]
    if switch.mode is Mode.LIVE and left:
        told += f"; the settings still say {left[0].mode}"
    wider = [each for each in state.book.switches if each.scope is Scope.ALL]
    if switch.mode is Mode.LIVE and switch.scope is not Scope.ALL and wider:
        told += f"; everything is still {wider[0].mode}"
    return told


def _held(state: State, switch: Switch) -> int:
    return sum(
        lane.opened is Outcome.FILLED and not lane.closed
        for trade in state.trades.values()
        for lane in trade.lanes.values()
        if switch.concerns(trade.intent.account_id, lane.account_id)
    )


def _put_policies(
    state: State, by: str, request: PutPolicies, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    """Check all policies together with those in force; then put all of them, or none."""
    complaints = [each for policy in request.policies for each in policy_complaints(policy)]
    keys = [(each.account_id, each.strategy_id) for each in request.policies]
    if not request.policies or len(request.policies) > POLICIES_MAX:
        complaints.append(f"{len(request.policies)} policies are not 1 to {POLICIES_MAX}")
    complaints += [
        f"account {account} has two policies for {strategy} in it"
        for account, strategy in sorted({key for key in keys if keys.count(key) > 1})
    ]
    complaints += [
        f"account {account} copies nothing here: see core/slave_accounts"
        for account in sorted({key[0] for key in keys} - set(state.settings.slave_accounts))
    ]
    complaints += [
        f"the policy of account {each.account_id} for {each.strategy_id} is over already"
        for each in request.policies
        if each.valid_until_ms is not None and each.valid_until_ms < now.wall_ms
    ]
    if complaints:
        return _refused(complaints)
    chain = _loop(state, request)
    if chain is not None:
        sentence = f"account {chain[0]} would be its own master: {' follows '.join(chain)}"
        return NotDone(code=OperationCode.LOOP, sentence=sentence)
    for policy in request.policies:
        rulebook.put(state, policy, Origin.DESK, by, now, out)
    return RulesChanged(
        changed=len(request.policies), sentence=f"{len(request.policies)} policies are in force"
    )


def _loop(state: State, request: PutPolicies) -> tuple[AccountId, ...] | None:
    together = {(each.account_id, each.strategy_id): each for each in state.book.policies}
    together |= {(each.account_id, each.strategy_id): each for each in request.policies}
    return find_loop([*together.values()], rulebook.known_masters(state))


def _withdraw(
    state: State, by: str, request: WithdrawPolicy, now: Instant, out: Outbox
) -> RulesChanged | NotDone:
    key = (request.account_id, request.strategy_id)
    record = state.desk.policies.get((*key, Origin.DESK))
    if record is None or record.policy is None:
        sentence = f"no policy of account {key[0]} for {key[1]} was set by hand"
        return NotDone(code=OperationCode.UNKNOWN_RULE, sentence=sentence)
    rulebook.put(state, record.policy, Origin.DESK, by, now, out, withdrawn=True)
    given = any((each.account_id, each.strategy_id) == key for each in state.given.policies)
    then = "that of the settings counts again" if given else "nothing is copied by it any more"
    sentence = f"the policy of account {key[0]} for {key[1]} is withdrawn: {then}"
    return RulesChanged(changed=1, sentence=sentence)


def _refused(complaints: list[str]) -> NotDone:
    told = "; ".join(complaints[:COMPLAINTS_TOLD])
    more = len(complaints) - COMPLAINTS_TOLD
    sentence = f"{told}; and {more} more" if more > 0 else told
    return NotDone(code=OperationCode.BAD_RULE, sentence=f"nothing was changed: {sentence}")
