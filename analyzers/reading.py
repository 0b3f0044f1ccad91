"""Readings: tables of one small rule per operator.

A reading answers one question about an operator applied to inputs of known shapes. It has a rule,
or an explicit "nothing", for every operator of the vocabulary, so that no cost is silently zero;
a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from models.graph import Call
from models.ops import Op

T = TypeVar("T")
Rule = Callable[..., T]


class Reading(Generic[T]):
    """One question, answered for each class of operator by a function of it and its shapes.

    A rule is called as ``rule(op, out_shape, *input_shapes)``.
    """

    def __init__(self, name: str, nothing: T) -> None:
        self.name = name
        self._nothing = nothing
        self._rules: dict[type[Op], Rule[T] | None] = {}

    def rule(self, *operators: type[Op]) -> Callable[[Rule[T]], Rule[T]]:
        """Register a rule for some operators.

        Raises:
            TypeError: if one of them has a rule already.
        """

        def register(function: Rule[T]) -> Rule[T]:
            for operator in operators:
                self._register(operator, function)
            return function

        return register

    def nothing(self, *operators: type[Op]) -> None:
        """State that some operators cost nothing here."""
        for operator in operators:
            self._register(operator, None)

    def __call__(self, call: Call) -> T:
        """The answer for one application of an operator."""
        rule = self._rules[type(call.op)]
        return self._nothing if rule is None else rule(call.op, call.shape, *call.input_shapes)

    def covers(self, operator: type[Op]) -> bool:
        """Whether the reading says something about an operator."""
        return operator in self._rules

    def _register(self, operator: type[Op], rule: Any) -> None:  # noqa: ANN401
        if operator in self._rules:
            raise TypeError(f"{self.name} already has a rule for {operator.__name__}")
        self._rules[operator] = rule
