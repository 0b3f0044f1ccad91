"""Plays every request and every command against one version, and compares two recordings.

    python -m tests.released.player record OUT --root app
    python -m tests.released.player compare OLD NEW

``record`` imports the packages of the current directory, whichever version that holds: this file
may come from another checkout, named after it in PYTHONPATH.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.request import urlopen

from starlette.testclient import TestClient

from tests.released.asking import Request, filled
from tests.released.commands import COMMANDS, FILES, SERVE, arguments
from tests.released.differences import compare
from tests.released.recording import document, heard, steady
from tests.released.requests import requests

_PUBLIC = {
    "public_url": "https://archmeter.example.org/tools",
    "embed_ancestors": "https://a.example https://b.example",
}
_LONGEST_BODY = 500


def main() -> int:
    """Record or compare; the exit status is 1 if anything differs."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.released.player",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    recorder = verbs.add_parser("record", help="play everything and write the answers")
    recorder.add_argument("out", type=Path)
    recorder.add_argument("--root", default="archmeter.app", help="the package with main and cli")
    recorder.add_argument("--patience", type=int, default=60, help="seconds for a command")
    comparer = verbs.add_parser("compare", help="show what differs between two recordings")
    comparer.add_argument("old", type=Path)
    comparer.add_argument("new", type=Path)
    comparer.add_argument("--lines", type=int, default=8, help="of each request at most")
    comparer.add_argument(
        "--ignore", action="append", default=[], metavar="REGEX",
        help="differences that are meant, as headers[.](vary|etag); repeat for more",
    )  # fmt: skip
    given = parser.parse_args()
    if given.verb == "record":
        _record(given.out, given.root, given.patience)
        return 0
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads may leave, as head does
    summary = ""
    for summary in compare(given.old, given.new, given.lines, given.ignore):
        sys.stdout.write(f"{summary}\n")
    return 0 if summary.endswith(" 0 differ") else 1


def _record(out: Path, root: str, patience: int) -> None:
    _clean_environment()
    began = time.monotonic()
    # Nobody shall compare with a recording that is not whole.
    partial = out.with_name(f"{out.name}.partial")
    with TemporaryDirectory() as name, partial.open("w") as lines:
        commands = Commands(root, Path(name), patience)
        for entry in chain(_play_requests(root, Path(name)), commands.play()):
            lines.write(json.dumps(entry) + "\n")
    partial.replace(out)
    sys.stderr.write(f"{out} took {time.monotonic() - began:.0f} s\n")


def _clean_environment() -> None:
    """Leave nothing of the caller's in the environment that answers depend on."""
    for name in list(os.environ):
        if name.startswith("ARCHMETER_") or name in {"COLUMNS", "TERMINAL_WIDTH", "FORCE_COLOR"}:
            del os.environ[name]
    os.environ["OMP_NUM_THREADS"] = "1"


def _play_requests(root: str, folder: Path) -> Iterator[dict[str, Any]]:
    service = import_module(f"{root}.http.main" if "." in root else f"{root}.main")
    sys.stderr.write(f"playing against {service.__file__}\n")
    settings = import_module(f"{root}.settings").Settings
    local = {str(folder): "FOLDER"}
    known: dict[str, str] = {}
    with ExitStack() as stack:
        clients: dict[bool, TestClient] = {}
        for public, options in ((False, {}), (True, _PUBLIC)):
            url = f"sqlite:///{folder}/{'public' if public else 'plain'}.db"
            client = TestClient(
                service.create_app(settings(database_url=url, **options)),
                raise_server_exceptions=False,
                follow_redirects=False,
            )
            clients[public] = stack.enter_context(client)
        for name, request in requests().items():
            began = time.monotonic()
            response = _ask(clients[request.public], request, known)
            answer = heard(response, local)
            _learn(known, request, response, answer["body"])
            if (took := time.monotonic() - began) > 2:
                sys.stderr.write(f"  {took:.1f} s {name[:100]}\n")
            yield {
                "name": name,
                "method": request.method,
                "path": request.path,
                "request_body": _shortened(request.body),
                "answer": answer,
            }


def _ask(client: TestClient, request: Request, known: Mapping[str, str]) -> Any:
    headers = {key: filled(value, known) for key, value in request.headers.items()}
    body = request.body
    if not isinstance(body, bytes):
        headers.setdefault("Content-Type", "application/json")
        body = json.dumps(body).encode()
    return client.request(request.method, request.url(known), headers=headers, content=body)


def _learn(known: dict[str, str], request: Request, response: Any, body: Any) -> None:
    """Remember what later requests refer to."""
    for name, header in (("etag", "etag"), ("rendering", "content-location")):
        if header in response.headers:
            known[name] = response.headers[header]
    if isinstance(body, dict):
        if request.keeps and "id" in body:
            known[request.keeps] = body["id"]
        if isinstance(links := body.get("links"), dict) and "next" in links:
            known["next"] = links["next"]


def _shortened(body: Any) -> Any:
    return body.decode("latin-1")[:_LONGEST_BODY] if isinstance(body, bytes) else body


class Commands(NamedTuple):
    """Runs the command line of one version, each time as a process of its own.

    Attributes:
        root: the package that has the command line.
        folder: where the files are that commands read.
        patience: seconds for each.
    """

    root: str
    folder: Path
    patience: int

    def play(self) -> Iterator[dict[str, Any]]:
        """Run every command, and the service at last."""
        for name, content in FILES.items():
            (self.folder / name).write_bytes(content)
        with ThreadPoolExecutor(2) as pool:
            for command, answer in zip(COMMANDS, pool.map(self.run, COMMANDS), strict=True):
                yield {"name": f"archmeter {command}", "answer": answer}
        yield {"name": f"archmeter {SERVE}", "answer": self.serve()}

    def run(self, command: str) -> dict[str, Any]:
        """What a command answers."""
        spelled, _, source = command.partition(" < ")
        with (self.folder / source if source else Path(os.devnull)).open() as stdin:
            return self._ended(self._started(arguments(spelled), stdin=stdin))

    def serve(self) -> dict[str, Any]:
        """Start the service, see that it answers, and interrupt it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        process = self._started(arguments(SERVE.format(port=port)))
        until = time.monotonic() + self.patience
        health: Any = None
        while health is None and process.poll() is None and time.monotonic() < until:
            try:
                with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                    health = json.load(answer)
            except OSError:
                time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        return {**self._ended(process, {port: "PORT"}), "health": health}

    def _started(self, words: list[str], **pipes: Any) -> subprocess.Popen[str]:
        program = f"import sys; sys.argv[0] = 'archmeter'; from {self.root}.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", program, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **pipes,
        )

    def _ended(
        self, process: subprocess.Popen[str], local: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            out, err = process.communicate(timeout=self.patience)
            status: int | str = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            status = "timeout"
        local = {str(self.folder): "FOLDER", **(local or {})}
        return {
            "status": status,
            "stdout": steady(document(out), local),
            "stderr": steady(err, local),
        }


if __name__ == "__main__":
    sys.exit(main())
