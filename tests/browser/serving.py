"""What the tests and the screenshots have in common: a browser, and a service on a port."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Root has no sandbox, and containers have little shared memory.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")


def browser_path() -> str | None:
    """The browser of this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Where a service listens, on an empty database in a folder."""
    app = create_app(Settings(database_url=f"sqlite:///{folder}/archmeter.db"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        assert time.monotonic() < deadline, "the service took a minute to start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
