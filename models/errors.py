"""Everything that can be wrong with a question about a network.

    ArchmeterError
    ├── UnknownName
    │   ├── UnknownFamily
    │   └── UnknownPreset
    ├── SpecConflict        the request contradicts itself
    ├── ShapeError          sizes do not fit together
    └── GraphTooLarge       beyond what is counted exactly and promptly

Each is raised where the fact is known and carries what a caller needs to mend the question: the
field, the value and what would have been accepted. They are mapped to HTTP and to exit codes in
one place each, by the application.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

LIKENESS = 0.5
"""Of names that may be meant, from 0 to 1."""

SAME_KIND = 0.8
"""Of the words that names begin with: with less, they share letters and mean something else."""

_NOT_A_LETTER = re.compile("[^a-z]")

FEW = 12
"""Names that are all told to whoever gives one that resembles none of them."""


class ArchmeterError(ValueError):
    """A question that cannot be answered, and why.

    Attributes:
        code: stable identifier of the kind of error: the name of the class in lower case, where it
            does not say otherwise.
        field: dotted path of the field at fault inside the architecture, if one can be named.
        value: what was given there.
        accepted: what would be accepted instead, in words.
    """

    code = "invalid"

    def __init_subclass__(cls) -> None:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__)
        cls.code = vars(cls).get("code", words.lower())

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        value: object = None,
        accepted: str | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.value = value
        self.accepted = accepted


class UnknownName(ArchmeterError):
    """A family or preset that is not in the catalogue; ``nearest`` lists the closest names."""

    code = "unknown_name"
    noun = "name"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        # A long name is hostile or pasted by mistake: matching it would cost quadratic time.
        key = name[:80].lower()
        names = list(known)
        close = get_close_matches(key, names, n=5, cutoff=LIKENESS)
        self.nearest = tuple(one for one in close if _of_one_kind(key, one))
        listed = ", ".join(names) if len(names) <= FEW else f"one of the {len(names)} listed"
        suggestion = ", ".join(self.nearest) or listed
        these = "nearest" if self.nearest else "none is called alike; known"
        super().__init__(
            f"unknown {self.noun} {name[:80]!r}; {these}: {suggestion}",
            field=self.noun,
            value=name,
            accepted=suggestion,
        )


def _of_one_kind(name: str, known: str) -> bool:
    """Whether two names begin with about the same word: ``res_nt50`` and ``resnet50``."""
    joined = (one.lower().replace("_", "").replace("-", "") for one in (name, known))
    first, second = (_NOT_A_LETTER.split(one, maxsplit=1)[0] for one in joined)
    return SequenceMatcher(None, first, second).ratio() >= SAME_KIND


class UnknownFamily(UnknownName):
    """No family has this name."""

    code = "unknown_family"
    noun = "family"


class UnknownPreset(UnknownName):
    """No preset has this name."""

    code = "unknown_preset"
    noun = "preset"


class SpecConflict(ArchmeterError):
    """Two parts of one request contradict each other."""

    code = "spec_conflict"


class ShapeError(ArchmeterError):
    """An operator was given sizes that do not fit; ``path`` says which operator of the network."""

    code = "shape_mismatch"

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.detail = message
        self.path = path


class GraphTooLarge(ArchmeterError):
    """The network is larger than the service counts: too many operators, or inexact integers."""

    code = "graph_too_large"
