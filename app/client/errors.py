"""What can go wrong between a program and the service.

    ClientError
    ├── Problem         the service refused: what it said, as it said it
    └── NoAnswer        nobody answered, or something that is not archmeter did

Nothing is tried again: every call of the service is safe to repeat, so that is the caller's choice.
"""

from __future__ import annotations

from typing import Any

from archmeter.analyzers.answers import Rows
from archmeter.app.ask.errors import FieldError


class ClientError(Exception):
    """Base of what calls raise; a misuse of Python is a TypeError as everywhere."""


class Problem(ClientError):
    """A refusal by the service: its problem+json (RFC 9457).

    Attributes:
        status: the HTTP status.
        code: stable identifier of the kind of problem: what programs should look at.
        title: the status in words.
        detail: one clear sentence about this occurrence.
        errors: the fields at fault, with what would be accepted; empty if it is about none.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.status: int = document["status"]
        self.code: str = document["code"]
        self.title: str = document["title"]
        self.detail: str = document["detail"]
        self.errors = Rows(FieldError.model_validate(entry) for entry in document["errors"])
        super().__init__(f"{self.detail} [{self.status} {self.code}]")

    def __reduce__(self) -> tuple[type[Problem], tuple[dict[str, Any]]]:
        return type(self), (self.document,)


class NoAnswer(ClientError):
    """No connection, no answer in time, or an answer that archmeter does not give."""
