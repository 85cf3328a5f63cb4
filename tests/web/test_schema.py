"""Requests made up from the OpenAPI description never make the server fail."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

ENDPOINTS = ("GET /api/health", "GET /api/jobs/{name}", "GET /api/jobs/{name}/result",
         "DELETE /api/jobs/{name}", "POST /api/runs", "POST /api/exports", "POST /api/delays",
         "POST /api/details", "POST /api/hindcasts", "GET /api/scene",
         "POST /api/bargains", "POST /api/crises", "GET /api/jobs/{name}/events")  # fmt: skip


@schemathesis.serializer("application/zip")
def as_it_is(context: Any, value: Any) -> bytes:
    """The bytes of an upload, whatever they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_request_of_the_description_ends_in_a_server_error(
    client: httpx.Client, endpoint: str
) -> None:
    method, path = endpoint.split()
    schema = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    operation = schema[path][method]
    names: list[str] = []
    address = str(client.base_url).rstrip("/")

    @seed(1)
    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(operation.as_strategy()))
    def ask(case: Any) -> None:
        response = case.call(base_url=address)
        assert response.status_code < 500 or response.status_code == 503, response.text
        if response.status_code == 202:
            names.append(response.json()["id"])
            own = {"Cookie": response.headers["set-cookie"][0].split(";")[0]}
            gone = httpx.delete(f"{address}/api/jobs/{names[-1]}", headers=own)
            assert gone.status_code == 200

    ask()


def test_every_endpoint_of_the_description_is_tried(client: httpx.Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {f"{m.upper()} {path}" for path, methods in paths.items() for m in methods} == set(
        ENDPOINTS
    )
