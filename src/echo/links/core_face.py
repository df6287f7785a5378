"""What the Core tells about itself when it is pinged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFace:
    """The Core's answer to a ping.  A Core of an older age leaves the range at 0."""

    protocol_min: int
    protocol_max: int
    core_version: str
    ready: bool
