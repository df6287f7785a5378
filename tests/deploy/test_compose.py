"""The compose file: bounded, least powers, loopback, and every name in it means something."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.composition import COMPOSE, config_of, services

NAMES = (
    *("otelcol", "prometheus", "loki", "jaeger", "grafana"),
    *("postgres", "etcd", "mongo", "schema", "settings", "core"),
)
ENDS = {"schema", "settings"}
CANNOT_ASK_ITSELF = {"otelcol"}
"""Its image holds nothing but the collector."""
FOR_AGENTS = {50051, 4316}
SIZE = re.compile(r"[1-9]\d*[mg]")


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = services()[name]
    return found


def mounted(name: str) -> list[tuple[str, str]]:
    """Return what is mounted from where to where."""
    pairs = (str(each).split(":") for each in service(name).get("volumes", ()))
    return [(pair[0], pair[1]) for pair in pairs]


def inside(name: str, path: str) -> bool:
    """Whether there is such a file in a container: mounted, a secret, or made at its start."""
    secrets = {f"/run/secrets/{each['source']}" for each in service(name).get("secrets", ())}
    mounts = [target for _, target in mounted(name)]
    return path in secrets or any(path == at or path.startswith(f"{at}/") for at in mounts)


def test_it_is_whole() -> None:
    assert set(services()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_has_an_exact_version(name: str) -> None:
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-[a-z]+)?$", service(name)["image"])


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_bounded_and_has_no_power_that_it_does_not_need(name: str) -> None:
    it = service(name)

    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert it["read_only"] is True
    assert not it.get("privileged")
    assert SIZE.fullmatch(str(it["mem_limit"]))
    assert it["pids_limit"] > 0
    assert float(it["cpus"]) > 0
    assert it["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", sorted(set(NAMES) - ENDS - CANNOT_ASK_ITSELF - {"core"}))
def test_a_service_is_asked_how_it_is(name: str) -> None:
    assert service(name)["healthcheck"]["test"][0] == "CMD"


def test_the_core_is_asked_how_it_is_by_its_image() -> None:
    assert "HEALTHCHECK" in (COMPOSE / "Dockerfile").read_text(encoding="utf-8")
    assert "healthcheck" not in service("core")


@pytest.mark.parametrize("name", NAMES)
def test_ports_are_loopback_s_and_inside_services_have_none(name: str) -> None:
    ports = [str(each) for each in service(name).get("ports", ())]

    assert all(each.startswith("127.0.0.1:") for each in ports)
    assert not ports or "front" in service(name)["networks"], "no port of an internal network"


def test_only_what_agents_need_can_be_published() -> None:
    text = (COMPOSE / "compose.yaml").read_text(encoding="utf-8")
    published = {int(port) for port in re.findall(r"\$\{ECHO_BIND:-127\.0\.0\.1\}:(\d+):", text)}

    assert published == FOR_AGENTS
    assert "0.0.0.0:" not in re.sub(r"listen-client-urls=\S+", "", text)


def test_no_two_services_want_the_same_port() -> None:
    ports = [str(port).split(":")[1] for name in NAMES for port in service(name).get("ports", ())]

    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_mounted_is_there_and_is_only_read(name: str) -> None:
    for each in service(name).get("volumes", ()):
        source, _, mode = str(each).split(":")
        if source.startswith("/"):
            assert Path(source).exists(), source
            assert mode == "ro"


@pytest.mark.parametrize("name", NAMES)
def test_a_service_waits_only_for_what_can_be_waited_for(name: str) -> None:
    for other, how in service(name).get("depends_on", {}).items():
        match how["condition"]:
            case "service_healthy":
                assert "test" in service(other)["healthcheck"]
            case "service_completed_successfully":
                assert other in ENDS
            case condition:
                assert (other, condition) == ("otelcol", "service_started")


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_a_service_is_told_is_there(name: str) -> None:
    it = service(name)
    words = [str(word) for word in (*it.get("command", ()), *it.get("entrypoint", ()))]
    words += [str(value) for value in it.get("environment", {}).values()]
    named = {path for word in words for path in re.findall(r"/(?:etc|run/secrets)/[\w./-]+", word)}

    assert [path for path in sorted(named) if not inside(name, path)] == []


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("otelcol", "otelcol/config.yaml"),
        ("prometheus", "prometheus/prometheus.yml"),
        ("core", "settings/echo.toml"),
        ("schema", "settings/owner.toml"),
        ("mongo", "mongo/roles.js"),
    ],
)
def test_every_secret_that_a_configuration_names_is_given(name: str, config: str) -> None:
    text = (COMPOSE / config).read_text(encoding="utf-8")
    copied = text.replace("/run/echo/", "/run/secrets/")
    named = set(re.findall(r"/run/secrets/\w+", copied))

    assert named, config
    assert [path for path in sorted(named) if not inside(name, path)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_given_no_secret_that_nothing_of_it_names(name: str) -> None:
    it = service(name)
    own = {"core": ["settings/echo.toml", "core/start.sh", "core/health.py"]}
    texts = [str({key: value for key, value in it.items() if key != "secrets"})]
    texts += [(COMPOSE / each).read_text(encoding="utf-8") for each in own.get(name, [])]
    for source, _ in mounted(name):
        files = [Path(source)] if Path(source).is_file() else Path(source).glob("*.toml")
        texts += [path.read_text(encoding="utf-8") for path in files if path.is_absolute()]
    needless = [
        each["source"]
        for each in it.get("secrets", ())
        if not any(re.search(rf"\b{each['source']}\b", text) for text in texts)
    ]

    assert needless == []


@pytest.mark.parametrize("name", ["postgres", "mongo"])
def test_a_server_gets_copies_of_all_its_secrets(name: str) -> None:
    script = (COMPOSE / name / "start.sh").read_text(encoding="utf-8")
    listed = re.search(r"for secret in (.+); do", script)

    assert listed is not None
    assert set(listed[1].split()) == {each["source"] for each in service(name)["secrets"]}
    assert all(each.startswith("/run/echo/") for each in re.findall(r"/run/echo/\w+", script))


def test_scripts_can_be_run() -> None:
    scripts = [COMPOSE / "secrets.sh", *COMPOSE.glob("*/*.sh")]

    assert len(scripts) == 5
    assert all(os.access(each, os.X_OK) for each in scripts)


def test_addresses_are_services_with_that_port() -> None:
    listening = {
        *(("otelcol", 4317), ("otelcol", 4316), ("otelcol", 8889)),
        *(("jaeger", 4317), ("jaeger", 16686), ("loki", 3100), ("prometheus", 9090)),
        *(("core", 8780), ("core", 50051), ("etcd", 2379), ("mongo", 27017)),
    }
    texts = [
        path.read_text(encoding="utf-8")
        for path in COMPOSE.rglob("*")
        if path.suffix in {".yaml", ".yml", ".toml"} and "secrets" not in path.parts
    ]
    found = {
        (host, int(port))
        for text in texts
        for host, port in re.findall(rf"\b({'|'.join(NAMES)}):(\d{{4,5}})\b", text)
    }

    assert found, "nobody talks to anybody"
    assert found <= listening


def test_each_listener_listens_where_it_is_looked_for() -> None:
    otelcol, jaeger = config_of("otelcol", "config.yaml"), config_of("jaeger", "config.yaml")
    receivers = otelcol["receivers"]

    assert receivers["otlp"]["protocols"]["grpc"]["endpoint"].endswith(":4317")
    assert receivers["otlp/tls"]["protocols"]["grpc"]["endpoint"].endswith(":4316")
    assert otelcol["exporters"]["prometheus"]["endpoint"].endswith(":8889")
    assert otelcol["exporters"]["otlp/jaeger"]["endpoint"] == "jaeger:4317"
    assert otelcol["exporters"]["otlphttp/loki"]["endpoint"] == "http://loki:3100/otlp"
    assert jaeger["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].endswith(":4317")
    assert jaeger["extensions"]["jaeger_query"]["http"]["endpoint"].endswith(":16686")
    assert config_of("loki", "config.yaml")["server"]["http_listen_port"] == 3100


def test_secrets_and_settings_of_one_s_own_are_not_committed() -> None:
    ignored = (COMPOSE / ".gitignore").read_text(encoding="utf-8").split()

    assert ignored == ["secrets/", ".env"]
