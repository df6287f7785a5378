"""House rule: names say what a thing is, and the project speaks of itself alone."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.house.sources import (
    PAGES,
    ROOT,
    imported_modules,
    python_files,
    read,
    shown,
    texts,
    tree,
)

SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}

# Documents that people may follow from here.  A new host is added with thought: it must be a
# public source, and never a place that software is fetched from.
HOSTS = {
    *("127.0.0.1", "localhost", "example.com", "example.net", "example.org", "host"),
    *("github.com", "apache.org", "rfc-editor.org", "w3.org", "ietf.org", "spdx.org"),
    *("mql4.com", "mql5.com", "metatrader4.com", "metatrader5.com", "metatraderapi.dev"),
    *("grpc.io", "grpc.github.io", "protobuf.dev", "sqlite.org", "postgresql.org", "etcd.io"),
    *("python.org", "packaging.python.org", "readthedocs.io", "opentelemetry.io", "kernel.org"),
    *("keepachangelog.com", "semver.org", "contributor-covenant.org", "creativecommons.org"),
    *("microsoft.com", "json-schema.org", "mermaid.js.org", "crockford.com", "iana.org"),
    # Services of the compose file, each reached from inside it alone.
    *("prometheus", "loki", "jaeger", "etcd"),
    "0.0.0.0",  # noqa: S104 -- a host that a text may name, no bind
    # Where notices go.
    "api.telegram.org",
    # Rules of firms, which packs of limits cite.
    *("ftmo.com", "ftmo.oanda.com", "the5ers.com", "topstep.com"),
}
# Addresses of a desk's own stores: nothing is ever fetched from there.
OWN_STORES = ("etcd:", "etcds:", "mongodb:", "mongo:", "postgres:", "postgresql:", "redis:")
URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>`)\]}|\\]+")

# A path of one person's machine: someone's home, or a workplace mounted at the root.
SOMEONES_PATH = re.compile(r"(?<![\w.~$}<*-])/(?:home|root|Users|work|workspace)/[\w.]")
# An internal paper by number, as opposed to a published RFC.
INTERNAL_PAPER = re.compile(r"\bRFC-0\d\d\b")

PAGE = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+\.md\b")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")

SILENCER = re.compile(r"#\s*(type:\s*ignore|noqa|pragma:\s*no\s*(?:cover|branch))", re.IGNORECASE)
REASONED = re.compile(
    r"#\s*(?:type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*"
    r"|pragma:\s*no\s*(?:cover|branch))\s*[#:\u2013\u2014-]*\s*\S+\s+\S+",
    re.IGNORECASE,
)


def lines() -> Iterator[tuple[Path, int, str]]:
    for path in texts():
        for number, line in enumerate(read(path).splitlines(), start=1):
            yield path, number, line


def comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def known_host(url: str) -> bool:
    if url.startswith(OWN_STORES):
        return True
    host = urlsplit(url).hostname or ""
    return host == "" or any(host == known or host.endswith(f".{known}") for known in HOSTS)


def unreasoned(comment: str) -> bool:
    return bool(SILENCER.search(comment)) and not REASONED.search(comment)


def test_no_file_is_named_for_nothing() -> None:
    nameless = [
        shown(path)
        for path in python_files("src", "tests", "tools", "bench")
        if SAYS_NOTHING & set(path.stem.removeprefix("test_").split("_")) or path.stem == "base"
    ]

    assert not nameless, "\n".join(["", *nameless])


def test_no_line_holds_someones_path_or_paper() -> None:
    offences = [
        f"{shown(path)}:{number}: {line.strip()[:80]}"
        for path, number, line in lines()
        if SOMEONES_PATH.search(line) or INTERNAL_PAPER.search(line)
    ]

    assert not offences, "\n".join(["", *offences])


def test_every_address_is_a_known_public_source() -> None:
    offences = [
        f"{shown(path)}:{number}: {url}"
        for path, number, line in lines()
        for url in URL.findall(line)
        if not known_host(url)
    ]

    assert not offences, "\n".join(["", *offences])


def test_every_page_that_is_named_exists() -> None:
    pages = {path.name for path in texts() if path.suffix == ".md"}
    offences = [
        f"{shown(path)}:{number}: {name}"
        for path, number, line in lines()
        for name in PAGE.findall(URL.sub("", line))
        if name.rsplit("/", 1)[-1] not in pages
    ]

    assert not offences, "\n".join(["", *offences])


def test_every_link_between_pages_leads_somewhere() -> None:
    offences = [
        f"{shown(path)}:{number}: {target}"
        for path, number, line in lines()
        if path.suffix in PAGES
        for target in LINK.findall(line)
        if not (path.parent / target).exists()
    ]

    assert not offences, "\n".join(["", *offences])


def test_every_silenced_check_says_why_beside_it() -> None:
    offences = [
        f"{shown(path)}:{number}: {comment}"
        for path in python_files("src", "tests", "tools", "bench")
        for number, comment in comments(read(path))
        if unreasoned(comment)
    ]

    assert not offences, "\n".join(["", *offences])


def test_no_test_replaces_the_program_by_mocks() -> None:
    offences = [
        f"{shown(path)}:{number}: {name}"
        for path in python_files("tests")
        for number, name in imported_modules(tree(path))
        if name.split(".")[0] in {"unittest", "mock", "pytest_mock"}
    ]

    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(
    ("comment", "offends"),
    [
        ("# type: ignore", True),
        ("# type: ignore[attr-defined]", True),
        ("# type: ignore[attr-defined]  # grpc.aio ships no stubs", False),
        ("# noqa: S101", True),
        ("# noqa: S101 - the shell asserts its own wiring", False),
        ("# noqa", True),
        ("# pragma: no cover", True),
        ("# pragma: no cover - only Windows comes here", False),
        ("# an ordinary comment", False),
    ],
)
def test_the_check_itself_tells_a_reason_from_none(comment: str, offends: bool) -> None:
    assert unreasoned(comment) is offends


@pytest.mark.parametrize("line", ["see /" + "home/ana/echo", "cd /" + "work/x", "/" + "Users/b/c"])
def test_the_check_itself_notices_someones_path(line: str) -> None:
    assert SOMEONES_PATH.search(line)
    assert not SOMEONES_PATH.search("https://github.com/a/home/b and ~/echo and $HOME/x")


def test_the_texts_are_those_of_the_checkout() -> None:
    assert {"pyproject.toml", "README.md"} <= {shown(path) for path in texts()}
    assert all(path.is_relative_to(ROOT) for path in texts())
