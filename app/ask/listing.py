"""What a catalogue answers: everything there is of a kind, or what was asked for of it."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask.request import Request


@dataclass(frozen=True)
class Listing(Answer):
    """Base of lists."""

    items: Rows[Any]
    total: int
    """How many there are."""

    links: dict[str, str]

    @classmethod
    def at(cls, path: str, request: Request, items: Rows[Any], **more: Any) -> Self:
        """A list that is read at a path, as it was asked for."""
        query = urlencode(request.model_dump(exclude_none=True))
        this = path + (f"?{query}" if query else "")
        return cls(items=items, total=len(items), links={"self": this}, **more)
