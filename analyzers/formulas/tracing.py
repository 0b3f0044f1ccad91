"""Derivations: figures as polynomials, and the domain on which they are so.

The domain is found narrow, by following what a far point decides, and then widened downwards for as
long as the same figures are derived on every slice that is added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import lcm
from typing import NamedTuple, TypeAlias

from archmeter.analyzers.formulas.domain import Domain, Refinement
from archmeter.analyzers.formulas.errors import NotSymbolic
from archmeter.analyzers.formulas.polynomial import Polynomial
from archmeter.analyzers.formulas.size import AnySize, Size
from archmeter.models.errors import ArchmeterError

Reading: TypeAlias = Callable[[Sequence[AnySize]], Mapping[str, AnySize]]
"""From sizes, one for each symbol, to figures."""

_FAR = 2**12 * lcm(*range(1, 33))
"""A far point leaves what the given one leaves by every modulus that divides this."""

_MOST_REFINEMENTS = 64
_MOST_SLICES = 256
"""Each costs as much as the derivation: where they are not enough, the domain stays narrower."""


class Derivation(NamedTuple):
    """Figures as polynomials in the unknowns of a domain."""

    domain: Domain
    figures: dict[str, Polynomial]


def derive(
    reading: Reading, names: Sequence[str], given: Sequence[int], lowest: Sequence[int]
) -> Derivation:
    """Figures for all sizes that are large enough, and leave what the given ones leave.

    Args:
        reading: what is counted.
        names: of the symbols.
        given: one value of each, which decides about residues.
        lowest: a value of each below which none makes sense.

    Raises:
        NotSymbolic: if the figures are no polynomials.
    """
    # Different multiples, so that no two symbols happen to be equal.
    far = [value + _FAR * (7 + 2 * i) for i, value in enumerate(given)]
    moduli = [1] * len(names)
    for _ in range(_MOST_REFINEMENTS):
        domain = Domain(names, far, moduli, lowest)
        try:
            derivation = Derivation(domain, _figures(reading, domain, {}))
        except Refinement as refinement:
            moduli[refinement.index] *= refinement.factor
        except NotSymbolic:
            raise
        except ArchmeterError as error:
            raise NotSymbolic(f"other sizes do not fit: {error}") from error
        else:
            _Widening(derivation, reading, partial(Domain, names, far, moduli, lowest)).run()
            return derivation
    raise NotSymbolic(f"{', '.join(names)} would have to be multiples of ever larger numbers")


class _Widening:
    """Makes the domain of a derivation larger, as far as its figures hold."""

    def __init__(
        self, derivation: Derivation, reading: Reading, whole: Callable[[], Domain]
    ) -> None:
        self._domain, self._figures = derivation
        self._reading = reading
        self._whole = whole
        self._slices_left = _MOST_SLICES

    def run(self) -> None:
        """Fill holes, then lower the least values; holes that stay are left out for good."""
        least = self._domain.least
        for i, holes in enumerate(self._domain.holes):
            holes -= {hole for hole in sorted(holes) if self._holds(least, {i: hole})}
        for i, low in enumerate(self._whole().least):
            while least[i] > low and self._holds(least, {i: least[i] - 1}):
                least[i] -= 1
            while least[i] in self._domain.holes[i]:
                self._domain.holes[i].remove(least[i])
                least[i] += 1

    def _holds(self, least: Sequence[int], fixed: Mapping[int, int]) -> bool:
        """Whether figures hold where some unknowns are fixed and none is below its least value.

        Deriving them there may narrow the slice; what that leaves out is cut in slices again.
        """
        if not self._slices_left:
            return False
        self._slices_left -= 1
        part = self._whole()
        part.least = list(least)
        try:
            found = _figures(self._reading, part, fixed)
        except (Refinement, ArchmeterError):
            return False
        unknowns = _unknowns(part, fixed)
        if any(found[name] != all_.substituted(unknowns) for name, all_ in self._figures.items()):
            return False
        rest = list(least)
        for i, low in enumerate(part.least):
            left_out = {*range(rest[i], low), *part.holes[i]} - self._domain.holes[i]
            if len(left_out) > self._slices_left:
                return False
            if not all(self._holds(rest, {**fixed, i: value}) for value in sorted(left_out)):
                return False
            rest[i] = low
        return True


def _figures(reading: Reading, domain: Domain, fixed: Mapping[int, int]) -> dict[str, Polynomial]:
    """What is read on a domain, some unknowns of which are fixed."""
    unknowns = _unknowns(domain, fixed)
    sizes = [Size.of(domain, symbol.substituted(unknowns)) for symbol in domain.symbols]
    return {
        name: size.polynomial
        if isinstance(size, Size)
        else Polynomial.constant(size, len(domain.names))
        for name, size in reading(sizes).items()
    }


def _unknowns(domain: Domain, fixed: Mapping[int, int]) -> list[Polynomial]:
    count = len(domain.names)
    return [
        Polynomial.constant(fixed[i], count) if i in fixed else Polynomial.unknown(i, count)
        for i in range(count)
    ]
