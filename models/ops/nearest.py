"""What is said of operators by class, where the nearest class that something is said of counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from archmeter.models.ops.base import Op

T = TypeVar("T")


class Nearest(Generic[T]):
    """What holds for each class of operator: what is said of it, or else of its kind.

    Looked for when a class is first asked for. Of one that nothing holds for it is a KeyError.

    Attributes:
        said: what is said of classes and kinds themselves.
        found: what holds for those asked for so far.
    """

    def __init__(self, name: str, said: Mapping[type[Op], T] = MappingProxyType({})) -> None:
        self.name = name
        self.said = dict(said)
        self.found: dict[type[Op], T] = {}

    def say(self, what: T, *operators: type[Op]) -> None:
        """Say something of classes or kinds.

        Raises:
            TypeError: if something is said of one of them already.
        """
        for operator in operators:
            if operator in self.said:
                raise TypeError(f"{self.name} already has a rule for {operator.__name__}")
            self.said[operator] = what
        self.found.clear()  # it may have come from further away

    def covers(self, operator: type[Op]) -> bool:
        """Whether something holds for a class of operator."""
        return any(one in self.said for one in operator.__mro__)

    def __getitem__(self, operator: type[Op]) -> T:
        if operator not in self.found:
            nearest = next((one for one in operator.__mro__ if one in self.said), operator)
            self.found[operator] = self.said[nearest]
        return self.found[operator]
