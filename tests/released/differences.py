"""What differs between two recordings, in lines that people read."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

_SHOWN = 90
"""Characters of a value."""

_BEFORE = 25
"""Of these, so many before the first that differs."""

_MISSING = object()


def compare(old: Path, new: Path, most: int, ignored: Sequence[str] = ()) -> Iterator[str]:
    """Lines about what differs, at most `most` a request, and a summary as the last.

    Args:
        old: a recording.
        new: another.
        most: lines of each request.
        ignored: regular expressions that match the beginning of lines to be passed over.
    """
    before, after = _read(old), _read(new)
    meant = re.compile("|".join(f"(?:{one})" for one in ignored) or r"(?!)")
    names = list(dict.fromkeys((*before, *after)))
    differ = reordered = 0
    for name in names:
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            differ += 1
            yield f"{name}\n    only in {old if other is None else new}"
            continue
        unmeant = (line for line in differences(one, other) if not meant.match(line))
        found = list(islice(unmeant, most + 1))
        if found:
            differ += 1
            rest = ["…"] if len(found) > most else []
            yield "\n    ".join([name, *found[:most], *rest])
        reordered += is_reordered(one, other)
    yield f"{reordered} have keys in another order"
    yield f"{len(names)} requests, {differ} differ"


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ; numbers are equal only if JSON spells them alike."""
    match old, new:
        case dict(), dict():
            for key in dict.fromkeys((*old, *new)):
                below = f"{path}.{key}" if path else str(key)
                yield from differences(old.get(key, _MISSING), new.get(key, _MISSING), below)
        case list(), list():
            if len(old) != len(new):
                yield f"{path}: {len(old)} items → {len(new)} items"
            for index, (one, other) in enumerate(zip(old, new, strict=False)):
                yield from differences(one, other, f"{path}[{index}]")
        case str(), str() if old != new and "\n" in old + new:
            yield from _lines(old.splitlines(), new.splitlines(), path)
        case _ if type(old) is not type(new) or old != new:
            yield f"{path}: {_excerpts(_spelled(old), _spelled(new))}"


def is_reordered(old: Any, new: Any) -> bool:
    """Whether objects somewhere in two answers have the same keys in another order."""
    match old, new:
        case dict(), dict():
            both = [key for key in old if key in new]
            return both != [key for key in new if key in old] or any(
                is_reordered(old[key], new[key]) for key in both
            )
        case list(), list():
            return any(map(is_reordered, old, new))
        case _:
            return False


def _lines(old: list[str], new: list[str], path: str) -> Iterator[str]:
    if old == new:  # line ends, or the last of them
        yield f"{path}: line ends differ"
    for kind, start, stop, first, last in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            continue
        for i, (one, other) in enumerate(zip_longest(old[start:stop], new[first:last])):
            place = f"{path} line {start + i + 1}"
            match one, other:
                case None, str():
                    yield f"{place}: added {other.strip()[:_SHOWN]!r}"
                case str(), None:
                    yield f"{place}: gone {one.strip()[:_SHOWN]!r}"
                case str(), str():
                    yield f"{place}: {_excerpts(one.strip(), other.strip())}"


def _excerpts(old: str, new: str) -> str:
    """Both texts from shortly before the first character that differs."""
    pairs = enumerate(zip_longest(old, new))
    at = next((i for i, (one, other) in pairs if one != other), 0)
    start = max(0, at - _BEFORE)
    return " → ".join(
        f"{'…' if start else ''}{text[start : start + _SHOWN]}"
        f"{'…' if len(text) > start + _SHOWN else ''}"
        for text in (old, new)
    )


def _spelled(value: Any) -> str:
    return "nothing" if value is _MISSING else json.dumps(value, ensure_ascii=False)


def _read(path: Path) -> dict[str, Any]:
    with path.open() as lines:
        entries = [json.loads(line) for line in lines]
    return {entry["name"]: entry["answer"] for entry in entries}
