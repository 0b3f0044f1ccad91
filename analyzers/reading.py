"""Readings: tables of small rules, for kinds of operators and for operators that differ.

A reading answers one question about an operator applied to inputs of known shapes. For every
operator of the vocabulary it has a rule, or an explicit "nothing", of the operator's own or of its
kind's, so that no cost is silently zero; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from archmeter.models.graph import Call
from archmeter.models.ops import Nearest, Op, Shape

T = TypeVar("T")
Rule = Callable[..., T]


class Reading(Generic[T]):
    """One question, answered for each class of operator by a function of it and its shapes.

    A rule is called as ``rule(op, out_shape, *input_shapes)``. The most specific one counts: that
    of a class before that of its kind.
    """

    def __init__(self, name: str, nothing: T) -> None:
        self.name = name
        self._nothing = nothing
        self._rules = Nearest[Rule[T] | None](name)
        self._found = self._rules.found

    def rule(self, *operators: type[Op]) -> Callable[[Rule[T]], Rule[T]]:
        """Register a rule for some operators or kinds.

        Raises:
            TypeError: if one of them has a rule already.
        """

        def register(function: Rule[T]) -> Rule[T]:
            self._rules.say(function, *operators)
            return function

        return register

    def nothing(self, *operators: type[Op]) -> None:
        """State that some operators or kinds cost nothing here."""
        self._rules.say(None, *operators)

    def nothing_where(self, other: Reading[Any]) -> None:
        """State that what is said to cost nothing in another reading costs nothing here."""
        said = other._rules.said.items()
        self.nothing(*(operator for operator, rule in said if rule is None))

    @property
    def otherwise(self) -> T:
        """The answer where an operator costs nothing."""
        return self._nothing

    @property
    def rules(self) -> Nearest[Rule[T] | None]:
        """The rule for each class of operator; None if it costs nothing."""
        return self._rules

    def __call__(self, call: Call) -> T:
        """The answer for one application of an operator."""
        try:
            rule = self._found[type(call.op)]
        except KeyError:
            rule = self._rules[type(call.op)]
        return self._nothing if rule is None else rule(call.op, call.shape, *call.input_shapes)

    def answer(self, op: Op, out: Shape, *inputs: Shape) -> T:
        """The answer for an operator, and shapes of its result and inputs."""
        rule = self._rules[type(op)]
        return self._nothing if rule is None else rule(op, out, *inputs)

    def reason(self, call: Call) -> str:
        """The answer in words: the rule's own."""
        rule = self._rules[type(call.op)]
        return "" if rule is None else (rule.__doc__ or "").partition("\n")[0]

    def covers(self, operator: type[Op]) -> bool:
        """Whether the reading says something about an operator, or about its kind."""
        return self._rules.covers(operator)


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
