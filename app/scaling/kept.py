"""Answers that were given before, within this process: bytes by what was asked."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock

from pydantic import BaseModel

from archmeter.analyzers import COUNTING_RULES
from archmeter.app import strict_json
from archmeter.app.conditional import entity_tag
from archmeter.app.records import StoredBody

MAX_BYTES = 64_000_000
"""Of all bodies together: a curve of a hundred points is about 100 kB."""


class KeptAnswers:
    """The answers asked for most recently. Safe to use from any thread.

    Answers follow from the question and the counting rules alone, and take milliseconds to give
    again: they are not worth a table, and a process of its own keeps what it is asked for.

    Args:
        max_bytes: of all bodies together; one that is larger by itself is not kept.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, StoredBody] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> StoredBody | None:
        """The answer to a question, if it is kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def answer(self, key: str, give: Callable[[], object]) -> StoredBody:
        """Give an answer and keep it, in the place of those not asked for the longest."""
        body = strict_json.dumps(give())
        stored = StoredBody(entity_tag(body), body)
        with self._lock:
            if key not in self._kept and len(body) <= self._max_bytes:
                self._kept[key] = stored
                self._bytes += len(body)
                while self._bytes > self._max_bytes:
                    _, oldest = self._kept.popitem(last=False)
                    self._bytes -= len(oldest.body)
        return stored


KEPT = KeptAnswers()
"""What routes, pages and charts share: one question is answered once for all of them."""


def question_key(noun: str, request: BaseModel, architecture: dict[str, object]) -> str:
    """Equal for equal questions, however they were spelled, under the same counting rules.

    Args:
        noun: what is asked.
        request: with every default filled in.
        architecture: the canonical spec, in the place of what the request says.
    """
    canonical = {
        "noun": noun,
        **request.model_dump(mode="json"),
        "architecture": architecture,
        "counting_rules": COUNTING_RULES,
    }
    return sha256(strict_json.dumps(dict(sorted(canonical.items())))).hexdigest()
