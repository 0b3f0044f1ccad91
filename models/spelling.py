"""Names as people write them: ``ResNet-50``, ``EfficientNetB0``, ``WRN-28-10``, ``ViT-B/16``.

Case and separators never tell two networks apart, papers shorten, and what is most common is left
out: a width of 1, images of 224 pixels or of CIFAR. A spelling stands for a name only if it can be
read as no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

LONGEST = 80
"""Longer names are pasted by mistake, or hostile."""

_SEPARATORS = re.compile(r"[\s_\-/.,:()]+")
_DECIMAL = re.compile(r"(?<!\d)(\d)\.(\d{1,2})(?!\d)")
_LIBRARIES = ("timm/", "torchvision/", "timm:", "torchvision:", "keras:")

_SHORT: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(r"^wrn(?=5|10)"), "wideresnet"),
    (re.compile(r"^resnet(\d+)v2$"), r"resnetv2\1"),
    (re.compile(r"^preactresnet"), "preresnet"),
    (re.compile(r"^nasnet(?=large|mobile)"), "nasneta"),
    (re.compile(r"^(deit|swin|convnext)t(?=\d|$)"), r"\1tiny"),
    (re.compile(r"^(deit|swin|convnext)s(?=\d|$)"), r"\1small"),
    (re.compile(r"^(deit|swin|convnext)b(?=\d|$)"), r"\1base"),
    (re.compile(r"^(swin|convnext)l(?=\d|$)"), r"\1large"),
]
"""Forms of papers and of Keras, and what they stand for here."""

_LEFT_OUT = ("100", "224", "cifar10", "bncifar10", "patch16224", "patch4window7224")
"""Ends of names that are left out, the most common first."""


class Spellings:
    """What stands for each of some names.

    Args:
        known: the names.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._lower = {name.lower(): name for name in known}
        self._by_key: dict[str, list[str]] = {}
        for name in self._lower.values():
            self._by_key.setdefault(_key(name), []).append(name)

    def meant(self, name: str) -> str | None:
        """The known name that is spelled so; None if there is none, or more than one."""
        if but_for_case := self._lower.get(name.lower()):
            return but_for_case
        for key in _readings(name):
            for end in ("", *_LEFT_OUT):
                names = self._by_key.get(key + end, [])
                if names:
                    return names[0] if len(names) == 1 else None
        return None


def _readings(name: str) -> Iterator[str]:
    """What the name may be without separators: as it stands, by hundredths, written out."""
    name = name[:LONGEST].strip().lower()
    for library in _LIBRARIES:
        name = name.removeprefix(library)
    yield _key(name)
    # Widths are hundredths in names: 1.0 is 100, 0.5 is 050.
    yield _key(_DECIMAL.sub(lambda found: f"{found[1]}{found[2]:0<2}", name))
    key = _key(name)
    for pattern, long in _SHORT:
        yield pattern.sub(long, key)


def _key(name: str) -> str:
    """What is left of a name when it is written without care."""
    return _SEPARATORS.sub("", name.lower())
