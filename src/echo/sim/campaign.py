"""Many seeds: shared by processes, and gone on with where an earlier run ended."""

from functools import partial
from pathlib import Path

from echo.sim.crew import spread
from echo.sim.profiles import Profile
from echo.sim.progress import Progress, blocks
from echo.sim.report import Report, run


def summed(profile: Profile, block: range) -> tuple[range, Report]:
    """Run a block of seeds."""
    report = Report(profile=profile)
    for seed in block:
        report.add(run(seed, profile))
    return block, report


def campaign(
    seeds: range, profile: Profile, *, jobs: int = 1, resume: Path | None = None
) -> Report:
    """Run *seeds*; the sum does not depend on *jobs*, nor on how often it was interrupted.

    Args:
        resume: Keeps the progress; ``None`` = nothing is kept.

    Raises:
        ProgressRefused: *resume* keeps the progress of another run.
        StoreLocked: another process writes *resume*.
        OSError: *resume* cannot be read or written.
    """
    report = Report(profile=profile)
    todo = blocks(seeds)
    progress = None
    if resume is not None:
        options = {"profile": profile.value, "seeds": [seeds.start, seeds.stop]}
        progress = Progress(resume, report, options)
        todo = progress.left(todo)
    try:
        for block, part in spread(partial(summed, profile), todo, jobs):
            if progress is not None:
                progress.note(block, part)
            report.absorb(part)
    finally:
        if progress is not None:
            progress.close()
    return report
