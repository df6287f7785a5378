"""Loops: accounts that would be, through any chain, their own master."""

from collections.abc import Iterable, Mapping, Set

from echo.domain.ids import AccountId
from echo.domain.policy import RiskPolicy

Chain = tuple[AccountId, ...]


def find_loop(policies: Iterable[RiskPolicy], masters: Set[AccountId]) -> Chain | None:
    """Return a chain of accounts that ends where it begins, each following the next.

    Strategies are not looked at: what a follower opens is new to its own followers, whatever it
    was called before.

    Args:
        masters: Accounts that are known to be masters; a policy that names none follows all of
            them but its own account.

    Returns:
        ``None`` = nobody follows itself.
    """
    policies = tuple(policies)
    follows: dict[AccountId, set[AccountId]] = {}
    named = {master for each in policies for master in each.master_accounts}
    for each in policies:
        whom = each.master_accounts or (masters | named) - {each.account_id}
        follows.setdefault(each.account_id, set()).update(whom)
    done: set[AccountId] = set()
    for account in sorted(follows):
        found = _from(account, follows, done, ())
        if found is not None:
            return found
    return None


def loop_complaint(policies: Iterable[RiskPolicy], masters: Set[AccountId]) -> str:
    """Say which accounts follow themselves; empty = none does."""
    chain = find_loop(policies, masters)
    if chain is None:
        return ""
    return f"account {chain[0]} would be its own master: {' follows '.join(chain)}"


def _from(
    account: AccountId,
    follows: Mapping[AccountId, set[AccountId]],
    done: set[AccountId],
    way: Chain,
) -> Chain | None:
    if account in way:
        return (*way[way.index(account) :], account)
    if account in done:
        return None
    for master in sorted(follows.get(account, ())):
        found = _from(master, follows, done, (*way, account))
        if found is not None:
            return found
    done.add(account)
    return None
