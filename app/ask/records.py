"""What is kept of an answered question. Plain data: making one needs no database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from archmeter.app.ask import strict_json

AuditVerdict = Literal["agrees", "differs"]


class StoredBody(NamedTuple):
    """A response as it was first sent, and the tag that names its bytes."""

    etag: str
    body: bytes

    @classmethod
    def of(cls, body: bytes) -> "StoredBody":
        """Bytes with their tag."""
        return cls(entity_tag(body), body)

    def called(self, preset: str, name: Callable[[], str]) -> "StoredBody":
        """The same answer to somebody who asked by a preset's name, if it has another one.

        Args:
            preset: what was asked for.
            name: gives what the network is called then; asked only if it may differ.
        """
        found = _NAME.match(self.body)
        if found is None or found["name"].partition(b" ")[0] == preset.encode():
            return self
        named = strict_json.dumps(name())[1:-1]
        return self.of(self.body[: found.start("name")] + named + self.body[found.end("name") :])


_NAME = re.compile(rb'\{"id":"\w+","name":"(?P<name>(?:[^"\\]|\\.)*)"')
"""How the body of an analysis begins."""


def entity_tag(body: bytes) -> str:
    """A strong tag (RFC 9110 §8.8.3): equal tags mean equal bytes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


class Rendering(NamedTuple):
    """A static chart."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """One analysis without its body: what lists and comparisons show."""

    id: str
    family: str
    name: str
    batch: int
    dtype: str
    counting_rules: str
    architecture: Mapping[str, Any]
    figures: Mapping[str, int]
    created_at: datetime
    audit: AuditVerdict | None = None
    """How the second opinion came out; None if nobody has asked for one."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A second opinion as it is stored."""

    analysis_id: str
    report: Mapping[str, Any]
    agrees: bool
    counting_rules: str
    torch_version: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """One analysis as it is stored."""

    summary: Summary
    stored: StoredBody
