"""Closed forms of whole networks, in the sizes of their input and in integer knobs of their specs.

The spec's own ``network`` function is traced, with symbols where it expects numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archmeter.analyzers.formulas.counting import SymbolicGraph
from archmeter.analyzers.formulas.errors import NotSymbolic, UnknownSymbol
from archmeter.analyzers.formulas.forms import ClosedForms, Sizes, closed_forms
from archmeter.analyzers.formulas.symbols import Symbol
from archmeter.models.errors import SpecConflict
from archmeter.models.graph import Graph
from archmeter.models.naming import describe
from archmeter.models.precision import float_type
from archmeter.models.spec import ArchitectureSpec, InputSpec

INPUT = {"N": "images at once", "H": "height of the images", "W": "width of the images"}
"""Symbols that every network has, besides its knobs."""


def network_forms(
    spec: ArchitectureSpec, given: InputSpec | None = None, symbols: Sequence[str] | None = None
) -> ClosedForms:
    """Every figure of a network in some of its sizes; all others are numbers.

    Args:
        spec: the network. Expressions hold for its own sizes too.
        given: its batch, and the dtype of which bytes are counted.
        symbols: what to leave open: ``N``, ``H``, ``W`` and names of integer knobs. With
            ``a=b`` two knobs that have the same value are one symbol. Without any it is the input
            and the classes, or the batch and the classes where the resolution cannot be left open.

    Raises:
        UnknownSymbol: if the network has no size of a name.
        SpecConflict: if knobs that are to be one symbol have different values, or one is repeated.
        NotSymbolic: if some figure is no polynomial in these symbols, or not at these sizes.
        UnsupportedDType: if its weights and activations are of several types.
    """
    how = given or InputSpec()
    try:
        if symbols is not None:
            return _forms(spec, how, symbols)
        return _usual_forms(spec, how)
    except NotSymbolic as error:
        error.field, error.accepted = "symbols", "fewer symbols, or a network of other sizes"
        raise


def integer_knobs(spec: ArchitectureSpec) -> dict[str, str]:
    """Knobs of a spec that are positive integers, with their meanings.

    Not each of them can be a symbol: a depth decides what is built.
    """
    return {
        name: field.description or name
        for name, field in type(spec).model_fields.items()
        if type(getattr(spec, name)) is int and getattr(spec, name) > 0
    }


def _usual_forms(spec: ArchitectureSpec, how: InputSpec) -> ClosedForms:
    classes = ["num_classes"] if spec.num_classes and not spec.headless else []
    try:
        return _forms(spec, how, [*INPUT, *classes])
    except NotSymbolic:
        return _forms(spec, how, ["N", *classes])


def _forms(spec: ArchitectureSpec, how: InputSpec, names: Sequence[str]) -> ClosedForms:
    knobs = {name.split("=")[0]: name.split("=") for name in names}
    height, width = spec.resolution
    numbers = {"N": how.batch, "H": height, "W": width}
    meanings = INPUT | integer_knobs(spec)
    asked = [knob for name in names for knob in name.split("=")]
    for knob in asked:
        if knob not in meanings:
            error = UnknownSymbol(knob, meanings)
            error.field = "symbols"
            raise error
        if asked.count(knob) > 1:
            raise SpecConflict(
                f"{knob} is asked for more than once",
                field="symbols",
                value=",".join(names),
                accepted="each symbol and each knob once",
            )

    def build(sizes: Sizes) -> Graph:
        own = {knob: sizes[name] for name, tied in knobs.items() for knob in tied}
        n, h, w = (own.pop(name, number) for name, number in numbers.items())
        sized = spec.model_copy(update={"resolution": (h, w), **own})
        return sized.traced((n, sized.in_channels, h, w), SymbolicGraph)

    forms = closed_forms(
        describe(spec),
        [
            Symbol(
                name,
                meanings[name],
                _value(spec, numbers, tied),
                lowest=max([_lowest(spec, knob) for knob in tied]),
            )
            for name, tied in knobs.items()
        ],
        build,
        float_type(how.dtype, "an expression in sizes"),
    )
    given = forms.given
    if missed := [allowed for allowed in forms.domain if not allowed.contains(given)]:
        raise NotSymbolic(
            f"expressions would hold for {'; '.join([allowed.text for allowed in missed])}, but "
            f"this network has {', '.join([f'{r.symbol} = {r.given}' for r in missed])}"
        )
    return forms


def _value(spec: ArchitectureSpec, numbers: Mapping[str, int], tied: Sequence[str]) -> int:
    """The value that knobs have in common."""
    values: list[Any] = [numbers[k] if k in numbers else getattr(spec, k) for k in tied]
    if len(set(values)) > 1:
        raise SpecConflict(
            f"{' and '.join(tied)} are {' and '.join(map(str, values))}: they cannot be one symbol",
            field="symbols",
            value="=".join(tied),
            accepted="knobs of the same value",
        )
    return int(values[0])


def _lowest(spec: ArchitectureSpec, knob: str) -> int:
    """The smallest value that the spec allows, and that leaves anything to count."""
    field = type(spec).model_fields.get(knob)
    bounds = [getattr(bound, "ge", 1) for bound in field.metadata] if field else []
    return max([1, *bounds])
