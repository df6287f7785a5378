"""The services of a Windows that is not there: remembered, and ended or failed as a test says."""

from dataclasses import replace

from echo.apps.windows.plan import ServicePlan, ServiceRefused, ServiceState

USER = "S-1-5-21-1-2-3-1001"


class Services:
    """A `Control`.

    Args:
        fails: A started service ends with this code; 0 = it runs.
    """

    def __init__(self, *, fails: int = 0) -> None:
        self.fails = fails
        self.known: dict[str, ServiceState] = {}
        self.users = {"": USER, "Ana": "S-1-5-21-1-2-3-1002", "Users": "S-1-5-32-545"}
        self.notes: list[str] = []
        self.lingers = False

    def install(self, plan: ServicePlan) -> list[str]:
        self.known[plan.name] = ServiceState(
            name=plan.name,
            state="stopped",
            pid=0,
            exit_code=0,
            command_line=plan.command_line,
            account=plan.account,
        )
        return self.notes

    def remove(self, name: str) -> None:
        if not self.lingers:
            del self.known[name]

    def start(self, name: str) -> None:
        if name not in self.known:
            raise ServiceRefused(f"{name} cannot be started: unknown", "install it")
        to = {"state": "stopped", "exit_code": self.fails} if self.fails else {"state": "running"}
        self.known[name] = replace(self.known[name], **to, pid=0 if self.fails else 77)

    def stop(self, name: str) -> None:
        if name in self.known:
            self.known[name] = replace(self.known[name], state="stopped", pid=0)

    def state(self, name: str) -> ServiceState | None:
        return self.known.get(name)

    def user_sid(self, name: str) -> str:
        if name not in self.users:
            raise ServiceRefused(f"{name} is no user")
        return self.users[name]
