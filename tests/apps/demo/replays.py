"""Small histories and ticks for replays."""

from pathlib import Path


def write_ticks(folder: Path, name: str, *, start_ms: int = 0, seconds: int = 3_600) -> Path:
    """Write one tick a second, in ms since midnight."""
    path = folder / name
    path.write_text(
        "".join(
            f"{start_ms + 1_000 * second},{1.1 + second / 1e5:.5f},{1.1001 + second / 1e5:.5f}\n"
            for second in range(seconds)
        )
    )
    return path
