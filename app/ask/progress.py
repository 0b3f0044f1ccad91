"""How far an answer that takes long has come."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Progress:
    """Is told what is worked through, and shows nothing of it."""

    def track(self, items: Sequence[T], name: str) -> Iterable[T]:  # noqa: ARG002 - others show it
        """The items, one by one."""
        return items

    def moved_on(self, done: int, total: int) -> None:
        """So many of so many are done."""


UNSEEN = Progress()
