"""Conditional requests: does the client already hold this representation? (RFC 9110 §13.1.2)."""

import re
from hashlib import sha256

_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def entity_tag(body: bytes) -> str:
    """A strong tag: equal tags mean equal bytes."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def holds(if_none_match: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` field names `etag`.

    The comparison is weak, as the RFC demands of this field: a proxy that compressed the body has
    put ``W/`` before the tag, and what it holds is still the same document.
    """
    if if_none_match == etag:  # what a client echoes back, nearly always
        return True
    return if_none_match.strip() == "*" or etag in _ENTITY_TAG.findall(if_none_match)
