"""What charts are of: networks, counted once for all charts of a page."""

from functools import lru_cache

from archmeter.analyzers import Profile
from archmeter.analyzers.answers.units import size
from archmeter.app.question import Question
from archmeter.models import registry

_KEPT = 32
"""Profiles: a comparison alone has up to 20."""


class _Counted:
    """A question that hashes as its id, to be found again."""

    __slots__ = ("question",)

    def __init__(self, question: Question) -> None:
        self.question = question

    def __hash__(self) -> int:
        return hash(self.question.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Counted) and self.question.key == other.question.key


@lru_cache(_KEPT)
def _profile(counted: _Counted) -> Profile:
    return counted.question.profile()


def profile_of(question: Question) -> Profile:
    """The figures of a network; the charts of one page share them."""
    return _profile(_Counted(question))


def subject(question: Question) -> str:
    """A network and what it is fed, in a few words: ``resnet50, 8×3×224×224 float32``."""
    shape = profile_of(question).input_shape
    return f"{registry.describe(question.spec)}, {size(shape)} {question.input.dtype}"
