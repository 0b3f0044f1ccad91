"""Answers that were given before, within this process: bytes by what was asked."""

from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Any

from cachetools import LRUCache

from archmeter.analyzers import COUNTING_RULES
from archmeter.app.ask import strict_json
from archmeter.app.ask.network import NETWORK_FIELDS, Network
from archmeter.app.ask.question import A, Question, R
from archmeter.app.ask.records import StoredBody

MAX_BYTES = 64_000_000
"""Of all bodies together: a curve of a hundred points is about 100 kB."""


class AnswerCache:
    """The answers asked for most recently. Safe to use from any thread.

    Answers follow from the question and the counting rules alone, and take milliseconds to give
    again: they are not worth a table, and a process of its own keeps what it is asked for.

    Args:
        max_bytes: of all bodies together; one that is larger by itself is not cached.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._cached: LRUCache[str, StoredBody] = LRUCache(
            max_bytes, getsizeof=lambda stored: len(stored.body)
        )
        self._lock = Lock()

    def find(self, key: str) -> StoredBody | None:
        """The answer to a question, if it is cached."""
        with self._lock:
            return self._cached.get(key)

    def answer(self, key: str, give: Callable[[], bytes]) -> StoredBody:
        """Give an answer and cache it, in the place of those not asked for the longest."""
        stored = StoredBody.of(give())
        with self._lock:
            if len(stored.body) <= self._cached.maxsize:
                self._cached[key] = stored
        return stored


ANSWERS = AnswerCache()
"""What routes, pages and charts share: one question is answered once for all of them."""


def request_key(question: Question[R, Any], request: R, network: Network | None) -> str:
    """Equal for equal questions, however they were spelled, under the same counting rules."""
    canonical = request.model_dump(mode="json")
    if network is not None:
        for name in NETWORK_FIELDS:
            canonical.pop(name, None)
        canonical["network"] = network.id
    canonical |= {"path": question.path, "counting_rules": COUNTING_RULES}
    return sha256(strict_json.dumps(dict(sorted(canonical.items())))).hexdigest()


def cached_answer(question: Question[R, A], request: R, network: Network | None) -> A:
    """The answer to a question, given again only where it was long ago.

    Raises:
        ArchmeterError: if the question cannot be answered.
    """
    key = request_key(question, request, network)
    stored = ANSWERS.find(key) or ANSWERS.answer(
        key, lambda: question.answered(request, network).to_json()
    )
    return question.answer.from_json(stored.body)
