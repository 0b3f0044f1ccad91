"""How many cached answers a second one server process gives, beside the bare server's ceiling.

    python benchmarks/load.py [--requests N] [--connections N] [--rounds N] [--require RPS]

It starts `archmeter serve` with one worker on a free port and an empty database, analyzes ResNet-50
once, and then asks for that analysis by id over keep-alive connections, each with one request in
flight, from this process. The same client measures an ASGI application that does nothing but say
hello, through the same server: what remains of its rate is what answering costs.

The client writes one prepared request and counts bytes, so that on a machine with two cores it does
not become what is measured. Every response of a round has the length and the status of the first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import uvloop

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
PATIENCE_S = 20


class Round(NamedTuple):
    """One measurement: requests a second, and the latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


class Client(asyncio.Protocol):
    """One keep-alive connection with one request in flight until the shared budget is spent."""

    def __init__(self, request: bytes, length: int, budget: Iterator[int]) -> None:
        self.request = request
        self.length = length
        self.budget = budget
        self.latencies: list[float] = []
        self.done = asyncio.get_running_loop().create_future()
        self.missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport: Any = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count; a complete response is followed by the next request."""
        self.missing -= len(data)
        if self.missing == 0:
            self.latencies.append(time.perf_counter() - self.started)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server must not hang up during a round."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection"))

    def _next(self) -> None:
        if next(self.budget, None) is None:
            self.done.set_result(None)
            self.transport.close()
            return
        self.missing = self.length
        self.started = time.perf_counter()
        self.transport.write(self.request)


async def measure(port: int, request: bytes, length: int, requests: int, connections: int) -> Round:
    """Send `requests` over `connections`, as fast as they are answered."""
    loop = asyncio.get_running_loop()
    budget = iter(range(requests))
    started = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(request, length, budget), HOST, port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    elapsed = time.perf_counter() - started
    latencies = [latency * 1e3 for client in clients for latency in client.latencies]
    assert len(latencies) == requests
    percentiles = statistics.quantiles(latencies, n=100)
    return Round(requests / elapsed, percentiles[49], percentiles[98])


def response_to(port: int, request: bytes) -> bytes:
    """One response, whole."""
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        missing = int(fields.get(b"content-length", b"0")) - len(body)
        while missing > 0:
            part = connection.recv(65536)
            received, missing = received + part, missing - len(part)
    return received


def get(path: str, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    fields = {"Host": HOST, **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*arguments: str, port: int) -> Iterator[float]:
    """Run a server in a process of its own; yields the seconds until its first answer."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - started > PATIENCE_S:
                raise RuntimeError(f"no answer from {' '.join(arguments)}")
            time.sleep(0.01)
        yield time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def analysis_path(port: int) -> str:
    """Analyze ResNet-50, so that its answer is stored."""
    connection = HTTPConnection(HOST, port, timeout=10)
    body = json.dumps({"architecture": {"preset": "resnet50"}})
    connection.request("POST", "/v1/analyses", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    assert response.status in {200, 201}, response.status
    return response.headers["Location"]


def bench(
    name: str, port: int, request: bytes, expected: bytes, options: argparse.Namespace
) -> float:
    """Measure one request for several rounds; print and return the median rate."""
    first = response_to(port, request)
    assert first.startswith(b"HTTP/1.1 " + expected), first[:60]
    rounds = [
        uvloop.run(measure(port, request, len(first), options.requests, options.connections))
        for _ in range(options.rounds + 1)
    ][1:]  # the first round warms caches up
    rate, p50, p99 = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"{name:<22} {len(first):>7,} B {rate:>9,.0f}/s   p50 {p50:5.2f} ms   p99 {p99:5.2f} ms")
    return rate


def main() -> None:
    """Measure hello, 200 and 304."""
    options = _options()
    if options.hello:
        _serve_hello(options.hello)
        return
    port = free_port()
    with server(__file__, "--hello", str(port), port=port):
        ceiling = bench("bare ASGI hello", port, get("/"), b"200", options)
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        run = "from archmeter.app.cli import main; main()"
        url = f"sqlite:///{directory}/load.db"
        arguments = ("-c", run, "serve", "--port", str(port), "--database-url", url)
        with server(*arguments, port=port) as startup:
            path = analysis_path(port)
            head = response_to(port, get(path)).partition(b"\r\n\r\n")[0].decode().lower()
            etag = head.partition("etag: ")[2].partition("\r\n")[0]
            found = bench("cached analysis, 200", port, get(path), b"200", options)
            unchanged = bench(
                "cached analysis, 304", port, get(path, If_None_Match=etag), b"304", options
            )
    print(f"of the ceiling: {found / ceiling:.0%} (200), {unchanged / ceiling:.0%} (304)")
    print(f"first answer {startup:.2f} s after the start of the command")
    if found < options.require:
        sys.exit(f"fewer than {options.require:,} requests/s")


def _answers(port: int) -> bool:
    try:
        connection = HTTPConnection(HOST, port, timeout=1)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _serve_hello(port: int) -> None:
    import uvicorn

    async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(b"content-length", b"5"), (b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"hello"})

    uvicorn.run(hello, host=HOST, port=port, lifespan="off", access_log=False, server_header=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000, help="a round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--require", type=int, default=0, help="fail below this many a second")
    parser.add_argument("--hello", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
