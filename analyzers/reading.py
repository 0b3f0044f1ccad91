"""Readings: tables of one small rule per operator.

A reading answers one question about an operator applied to inputs of known shapes. It has a rule,
or an explicit "nothing", for every operator of the vocabulary, so that no cost is silently zero;
a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from archmeter.models.graph import Call
from archmeter.models.ops import Op

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

    def nothing_where(self, other: Reading[Any]) -> None:
        """State that what costs nothing in another reading costs nothing here."""
        self.nothing(*(operator for operator, rule in other._rules.items() if rule is None))

    @property
    def otherwise(self) -> T:
        """The answer where an operator costs nothing."""
        return self._nothing

    @property
    def rules(self) -> Mapping[type[Op], Rule[T] | None]:
        """The rule for each class of operator; None if it costs nothing."""
        return self._rules

    def __call__(self, call: Call) -> T:
        """The answer for one application of an operator."""
        rule = self._rules[type(call.op)]
        return self._nothing if rule is None else rule(call.op, call.shape, *call.input_shapes)

    def reason(self, call: Call) -> str:
        """The answer in words: the rule's own."""
        rule = self._rules[type(call.op)]
        return "" if rule is None else (rule.__doc__ or "").partition("\n")[0]

    def covers(self, operator: type[Op]) -> bool:
        """Whether the reading says something about an operator."""
        return operator in self._rules

    def _register(self, operator: type[Op], rule: Any) -> None:  # noqa: ANN401
        if operator in self._rules:
            raise TypeError(f"{self.name} already has a rule for {operator.__name__}")
        self._rules[operator] = rule


class Survey:
    """Several readings at once. Most operators have rules in few of them: only those are asked.

    Attributes:
        otherwise: the answer of each reading where an operator has no rule in it.
    """

    def __init__(self, *readings: Reading[Any]) -> None:
        self._readings = readings
        self.otherwise = [reading.otherwise for reading in readings]

    def rules(self, operator: type[Op]) -> list[tuple[int, Rule[Any]]]:
        """The rules for a class of operator, each with the place of its reading."""
        rules = [reading.rules[operator] for reading in self._readings]
        return [(place, rule) for place, rule in enumerate(rules) if rule]
