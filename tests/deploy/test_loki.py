"""Loki and Jaeger: they keep what they are told where a volume is, for as long as they say."""

import re
from pathlib import PurePosixPath
from typing import Any

from tests.deploy.composition import config_of, services


def loki() -> dict[str, Any]:
    found: dict[str, Any] = config_of("loki", "config.yaml")
    return found


def jaeger() -> dict[str, Any]:
    found: dict[str, Any] = config_of("jaeger", "config.yaml")
    return found


def kept(service: str) -> list[PurePosixPath]:
    """Return the folders of a service that outlive it and can be written."""
    mounts = [str(each).split(":") for each in services()[service]["volumes"]]
    return [PurePosixPath(each[1]) for each in mounts if not each[0].startswith("/")]


def test_everything_that_is_kept_lies_on_a_volume() -> None:
    config = loki()
    places = [
        config["common"]["path_prefix"],
        *config["common"]["storage"]["filesystem"].values(),
        config["compactor"]["working_directory"],
    ]
    [backend] = jaeger()["extensions"]["jaeger_storage"]["backends"].values()

    for service, paths in (("loki", places), ("jaeger", backend["badger"]["directories"].values())):
        [volume] = kept(service)
        assert all(PurePosixPath(path).is_relative_to(volume) for path in paths)


def test_a_record_may_keep_its_trace_without_becoming_a_stream_of_its_own() -> None:
    [period] = loki()["schema_config"]["configs"]

    # Without these Loki refuses what comes over OTLP.
    assert loki()["limits_config"]["allow_structured_metadata"] is True
    assert (period["store"], period["schema"]) == ("tsdb", "v13")
    assert period["object_store"] in loki()["common"]["storage"]


def test_an_index_of_a_day_can_be_thrown_away() -> None:
    [period] = loki()["schema_config"]["configs"]
    retention = re.fullmatch(r"(\d+)h", loki()["limits_config"]["retention_period"])

    # The compactor deletes by whole tables, and only with a store for what was asked of it.
    assert period["index"]["period"] == "24h"
    assert loki()["compactor"]["retention_enabled"] is True
    assert loki()["compactor"]["delete_request_store"] == period["object_store"]
    assert retention is not None
    assert int(retention[1]) % 24 == 0


def test_a_collector_that_was_away_may_bring_what_it_kept() -> None:
    limits = loki()["limits_config"]
    oldest, retention = (
        int(limits[name].removesuffix("h"))
        for name in ("reject_old_samples_max_age", "retention_period")
    )

    assert 24 <= oldest < retention


def test_each_is_asked_how_it_is_at_a_port_that_it_has() -> None:
    asked = {name: str(services()[name]["healthcheck"]["test"][-1]) for name in ("loki", "jaeger")}
    health = jaeger()["extensions"]["healthcheckv2"]["http"]["endpoint"]

    assert f":{loki()['server']['http_listen_port']}/ready" in asked["loki"]
    assert f":{health.rpartition(':')[2]}/status" in asked["jaeger"]
