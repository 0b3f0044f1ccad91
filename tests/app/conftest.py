"""A service on an empty database, and the questions most tests ask of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings

Ask = Callable[..., Response]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A database that does not exist yet, in a directory that does not either."""
    return f"sqlite:///{tmp_path}/data/test.db"


@pytest.fixture
def service(database_url: str) -> FastAPI:
    return create_app(Settings(database_url=database_url))


@pytest.fixture
def client(service: FastAPI) -> Iterator[TestClient]:
    """Speaks to the service; an exception that no handler turned into a response is raised."""
    with TestClient(service) as client:
        yield client


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The same, one for all tests of a file: for those that change nothing others see."""
    database = tmp_path_factory.mktemp("reader") / "test.db"
    with TestClient(create_app(Settings(database_url=f"sqlite:///{database}"))) as client:
        yield client


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """Post a preset with overrides, or a whole architecture."""

    def ask(preset: str | None = None, /, *, batch: int | None = None, **knobs: Any) -> Response:
        body: dict[str, Any] = {"architecture": knobs | ({"preset": preset} if preset else {})}
        if batch is not None:
            body["batch"] = batch
        return client.post("/v1/analyses", json=body)

    return ask
