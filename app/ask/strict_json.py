"""JSON as RFC 8259 has it, and no more.

Python's parser accepts NaN, Infinity, repeated keys, lone surrogates and numbers of any size. Each
of them would fail later, in a place that can no longer say which byte was wrong, so all are refused
here, where the request is still text.
"""

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn, TypeAlias

from archmeter.app.ask.errors import InvalidJSON

JSON: TypeAlias = Any
"""Any JSON value: nothing narrower is known before validation."""

MAX_DEPTH = 16
"""Nesting beyond this is refused: a spec is flat, and what recurses over it later is bounded."""

MAX_DIGITS = 400
"""Longest number: a float64 needs 17 significant digits, and 309 before the point."""


def loads(data: bytes | str) -> JSON:
    """Parse one JSON document.

    Raises:
        InvalidJSON: with the position, or the name of what JSON does not have.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        document = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise InvalidJSON(
            f"the text is not UTF-8: byte {error.start} cannot be decoded", accepted="UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        raise InvalidJSON(
            f"not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}",
            accepted="one JSON document",
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    _check(document)
    return document


def dumps(document: object) -> bytes:
    """The one way bodies are written: compact ASCII, so that equal documents are equal bytes."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidJSON(f"the key {key[:80]!r} occurs twice", accepted="each key once")
            seen.add(key)
    return document


def _no_constant(name: str) -> NoReturn:
    raise InvalidJSON(f"{name} is not a JSON number", accepted="a finite number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _number_too_long(digits)
    return int(digits)


def _finite(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise _number_too_long(digits)
    number = float(digits)
    if math.isinf(number):
        raise InvalidJSON(f"{digits[:40]} is beyond a float64", accepted="a finite number")
    return number


def _number_too_long(digits: str) -> InvalidJSON:
    return InvalidJSON(
        f"a number of {len(digits)} characters", accepted=f"at most {MAX_DIGITS} characters"
    )


def _too_deep() -> InvalidJSON:
    return InvalidJSON(
        f"nested more than {MAX_DEPTH} levels deep", accepted=f"at most {MAX_DEPTH} levels"
    )


def _check(document: object) -> None:
    """Walk the tree level by level, without recursion: it is what bounds recursion elsewhere."""
    level: list[object] = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: object) -> Iterable[object]:
    match node:
        case dict():
            return [*node.keys(), *node.values()]
        case list():
            return node
        case str():
            try:
                node.encode()
            except UnicodeEncodeError as error:
                raise InvalidJSON(
                    "a string holds half of a surrogate pair", accepted="valid Unicode"
                ) from error
    return ()
