"""Static charts: drawn once, the same bytes every time, and in nobody's way."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from starlette.testclient import TestClient

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from tests.app.test_start import HOST, get, serving

CHARTS = 40
ROUNDS = 3
SECONDS = 300
"""For each round, which takes some."""


def draw(port: int, key: str, turn: int) -> list[float]:
    """The seconds that each of many charts took that nobody had drawn before."""
    found = []
    for i in range(CHARTS):
        started = time.perf_counter()
        width = 400 + turn * CHARTS + i
        status, _ = get(port, f"/v1/charts/stages.svg?analysis={key}&width={width}")
        assert status == 200
        found.append(time.perf_counter() - started)
    return found


def latencies(port: int, path: str, drawing: Future[list[float]]) -> list[float]:
    """The seconds that each of many requests took, one after another, while charts are drawn."""
    found = []
    deadline = time.monotonic() + SECONDS
    with closing(HTTPConnection(HOST, port, timeout=30)) as connection:
        while not drawing.done():
            assert time.monotonic() < deadline, "the charts were never drawn"
            started = time.perf_counter()
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            found.append(time.perf_counter() - started)
            assert response.status == 200
            time.sleep(0.001)
    return found


def test_cached_answers_come_quickly_while_many_charts_are_drawn(tmp_path: Path) -> None:
    """99 of 100 come within half the time that a chart takes: nobody waits for one to be drawn.

    Drawn in the process that serves, a chart would hold up whoever asks next until it is done. The
    best of three rounds, each with charts not drawn before: other tests may be running too.
    """
    body = json.dumps({"architecture": {"preset": "resnet18"}})
    shares = []
    with ThreadPoolExecutor(1) as pool, serving(tmp_path) as port:
        key = json.loads(get(port, "/v1/analyses", body)[1])["id"]
        for turn in range(ROUNDS):
            drawing = pool.submit(draw, port, key, turn)
            found = sorted(latencies(port, f"/v1/analyses/{key}", drawing))
            charts = drawing.result()
            shares.append(found[int(len(found) * 0.99)] / median(charts))
            if shares[-1] < 0.5:
                return
    raise AssertionError(f"99 of 100 answers came within {shares} of the time that a chart takes")


def test_a_chart_that_was_drawn_is_kept_until_newer_ones_take_its_place(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/kept.db", max_renderings=2)
    with TestClient(create_app(settings)) as client:
        drawn = [
            client.get("/v1/charts/stages.svg", params={"preset": "resnet18", "width": width})
            for width in (300, 301, 302)
        ]
        places = [response.headers["content-location"] for response in drawn]
        assert len(set(places)) == 3
        assert [client.get(place).status_code for place in places] == [404, 200, 200]
        kept = client.get(places[2])
        assert kept.content == drawn[2].content
        assert "immutable" in kept.headers["cache-control"]
        again = client.get("/v1/charts/stages.svg", params={"preset": "resnet18", "width": 300})
        assert again.content == drawn[0].content
