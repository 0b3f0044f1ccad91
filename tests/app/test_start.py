"""The service as a process: what a start takes, what it imports, what it says when it cannot."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

HOST = "127.0.0.1"
RUN = "from archmeter.app.cli import main; main()"
PATIENCE_S = 120
"""What takes this long never ends."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, body: str | None = None) -> tuple[int, bytes]:
    """One request; posted if there is a body."""
    connection = HTTPConnection(HOST, port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request("POST" if body else "GET", path, body, headers)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


@contextmanager
def serving(directory: Path, *options: str) -> Iterator[int]:
    """Run `archmeter serve`; yields its port once it answers."""
    port = free_port()
    url = f"sqlite:///{directory}/served.db"
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "serve", "--port", str(port), "--database-url", url, *options],
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _listens(port):
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.01)
        assert get(port, "/healthz")[0] == 200
        yield port
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _work(run: Callable[[], object]) -> float:
    """Seconds that processes worked, whatever else the machine did meanwhile."""
    before = os.times()
    run()
    after = os.times()
    worked = after.children_user + after.children_system
    return worked - before.children_user - before.children_system


def test_a_start_takes_little_more_than_importing_its_libraries(tmp_path: Path) -> None:
    """Up to the first answer and the end; `benchmarks/load.py` has it in seconds."""
    libraries = "import alembic.command, fastapi, sqlalchemy, uvicorn"

    def started() -> None:
        with serving(tmp_path):
            pass

    shares = []
    for _ in range(3):
        start = _work(started)
        importing = _work(lambda: subprocess.run([sys.executable, "-c", libraries], check=True))
        shares.append(start / importing)
        if shares[-1] < 3:
            return
    raise AssertionError(f"starts take {shares} times as long as importing their libraries")


def test_several_workers_serve_one_database(tmp_path: Path) -> None:
    body = json.dumps({"architecture": {"preset": "resnet18"}})
    with serving(tmp_path, "--workers", "3") as port:
        statuses = [get(port, "/v1/analyses", body)[0] for _ in range(12)]
        total = json.loads(get(port, "/v1/analyses")[1])["total"]
    assert statuses == [201] + [200] * 11
    assert total == 1


def test_serving_and_analyzing_import_neither_torch_nor_fvcore(tmp_path: Path) -> None:
    program = f"""
import sys
from starlette.testclient import TestClient
from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
with TestClient(create_app(Settings(database_url="sqlite:///{tmp_path}/light.db"))) as client:
    body = {{"architecture": {{"preset": "resnet50"}}}}
    links = client.post("/v1/analyses", json=body).json()["links"]
    assert client.get(links["layers"]).status_code == 200
    assert client.get("/openapi.json").status_code == 200
    heavy = {{"torch", "fvcore", "numpy"}} & sys.modules.keys()
    assert not heavy, heavy
    assert client.post(links["audit"]).status_code == 200
    assert "torch" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def _refused(*options: str, **environment: str) -> str:
    """What `serve` says when it cannot."""
    result = subprocess.run(
        [sys.executable, "-c", RUN, "serve", *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = _refused("--port", port, "--database-url", f"sqlite:///{tmp_path}/x.db")
    assert f"cannot listen on {HOST}:{port}" in line


def test_unwritable_database_is_one_clear_line() -> None:
    line = _refused("--port", str(free_port()), "--database-url", "sqlite:////dev/null/x.db")
    assert "cannot use the database" in line


def test_setting_out_of_range_is_one_clear_line() -> None:
    assert "an integer from 1 to 65535" in _refused("--port", "70000")
    assert "workers" in _refused(ARCHMETER_WORKERS="none")
