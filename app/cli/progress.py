"""A progress bar on standard error, once something has taken a second."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

_PATIENCE = 1.0
"""Seconds without a bar."""


class SlowProgress:
    """Shows what is worked through, after a while.

    Args:
        console: where; nothing is shown unless it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._since = time.monotonic()

    def __call__(self, items: Sequence[Any], name: str) -> Iterator[Any]:
        """Hand on items one by one."""
        task: TaskID | None = None
        for done, item in enumerate(items):
            if task is None and time.monotonic() - self._since > _PATIENCE:
                self._bar.start()
                task = self._bar.add_task(name, total=len(items), completed=done)
            yield item
            if task is not None:
                self._bar.advance(task)
        if task is not None:
            self._bar.remove_task(task)

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()


@contextmanager
def slow_progress() -> Iterator[SlowProgress]:
    """A bar that is gone when the work is done."""
    progress = SlowProgress(Console(stderr=True))
    try:
        yield progress
    finally:
        progress.stop()
