"""A progress bar on standard error, once something has taken a second."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID

from archmeter.app.ask.progress import Progress

T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds without a bar."""


class SlowProgress(Progress):
    """Shows what is worked through, after a while.

    Args:
        console: where; nothing is shown unless it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._bar = Bar(console=console, transient=True, disable=not console.is_terminal)
        self._since = time.monotonic()
        self._task: TaskID | None = None

    def track(self, items: Sequence[T], name: str) -> Iterator[T]:
        """Hand on items one by one."""
        for done, item in enumerate(items):
            self.moved_on(done, len(items), name)
            yield item
        self._end()

    def moved_on(self, done: int, total: int, name: str = "networks") -> None:
        """Show that so many of so many are done."""
        if self._task is None and time.monotonic() - self._since > _PATIENCE:
            self._bar.start()
            self._task = self._bar.add_task(name, total=total)
        if self._task is not None:
            self._bar.update(self._task, completed=done)

    def stop(self) -> None:
        """Take the bar away."""
        self._end()
        self._bar.stop()

    def _end(self) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None


@contextmanager
def slow_progress() -> Iterator[SlowProgress]:
    """A bar that is gone when the work is done."""
    progress = SlowProgress(Console(stderr=True))
    try:
        yield progress
    finally:
        progress.stop()
