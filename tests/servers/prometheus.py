"""A real Prometheus, and its judge of formats: from Debian's package, on a free port."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.servers.ports import free_port

WITHIN_S = 60.0
BAD_QUERY = 400


def program(name: str) -> str:
    """Return where ``prometheus`` or ``promtool`` is.

    Where it is not, the test is skipped; in CI it fails.
    """
    found = shutil.which(name)
    if found is None:
        assert "CI" not in os.environ, f"{name} is missing: tools/test_packages.sh installs it"
        pytest.skip(f"{name} is not installed: tools/test_packages.sh, as root, on Debian")
    return found


def promtool(
    *arguments: str, cwd: Path | None = None, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the judge, with *text* as its standard input."""
    return subprocess.run(
        [program("promtool"), *arguments],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Prometheus:
    """One that scrapes a target every 100 ms."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, query: str, at_s: float | None = None) -> dict[str, str]:
        """Return the answer's values, each by its labels as text; *at_s*: as of then, Unix s."""
        when = "" if at_s is None else f"&time={at_s:.3f}"
        address = f"http://127.0.0.1:{self._port}/api/v1/query?query={quote(query)}{when}"
        try:
            with urlopen(address, timeout=WITHIN_S) as answer:
                found = json.load(answer)["data"]["result"]
        except HTTPError as error:
            if error.code == BAD_QUERY:
                pytest.fail(f"{query}: {error.read().decode()}")
            return {}
        except OSError:
            return {}
        return {
            ",".join(f"{key}={value}" for key, value in sorted(each["metric"].items())): each[
                "value"
            ][1]
            for each in found
        }

    def wait_for(self, query: str) -> dict[str, str]:
        """Return the first answer that has a value."""
        until_s = time.monotonic() + WITHIN_S
        while not (found := self.ask(query)):
            assert time.monotonic() < until_s, f"Prometheus never had {query}"
            time.sleep(0.05)  # it cannot call back
        return found


@contextmanager
def scraping(target: str, folder: Path, *others: str) -> Iterator[Prometheus]:
    """Run a Prometheus that reads *target* (``host:port``) and *others*; data goes to *folder*."""
    binary = program("prometheus")
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(
        "global: {scrape_interval: 100ms, scrape_timeout: 100ms}\n"
        "scrape_configs: [{job_name: echo, static_configs:"
        f" [{{targets: {json.dumps([target, *others])}}}]}}]\n"
    )
    running = subprocess.Popen(
        [
            binary,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Prometheus(port)
    finally:
        running.terminate()
        running.wait(timeout=WITHIN_S)
