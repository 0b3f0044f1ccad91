"""Sizes: integers that are polynomials in symbols, for tracing a network of no particular size.

A `Size` stands where functions that describe networks, shape rules and readings expect an ``int``.
Sums and products are exact. Comparisons and floor divisions have the same answer everywhere in the
domain, which narrows where they have not. What has no polynomial result is refused, never rounded.
"""

from __future__ import annotations

from typing import NoReturn, TypeAlias

from archmeter.analyzers.formulas.domain import Domain
from archmeter.analyzers.formulas.errors import NotSymbolic
from archmeter.analyzers.formulas.polynomial import Polynomial


class Size:
    """A polynomial in the unknowns of a domain; a constant becomes an ``int`` instead."""

    __slots__ = ("_hash", "domain", "polynomial")

    def __init__(self, domain: Domain, polynomial: Polynomial) -> None:
        self.domain = domain
        self.polynomial = polynomial
        # Caches outlive a derivation: equal polynomials of two domains must not meet in one.
        self._hash = hash((id(domain), polynomial))

    @classmethod
    def of(cls, domain: Domain, polynomial: Polynomial) -> AnySize:
        """The size that a polynomial is."""
        if polynomial.is_constant:
            return int(polynomial.constant_term)
        return cls(domain, polynomial)

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self.domain.describe(self.polynomial)

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return str(self)

    def __add__(self, other: object) -> AnySize:
        return self._made(self.polynomial + self._operand(other))

    __radd__ = __add__

    def __sub__(self, other: object) -> AnySize:
        return self._made(self.polynomial + self._operand(other).times(-1))

    def __rsub__(self, other: object) -> AnySize:
        return self._made(self.polynomial.times(-1) + self._operand(other))

    def __neg__(self) -> AnySize:
        return self._made(self.polynomial.times(-1))

    def __mul__(self, other: object) -> AnySize:
        return self._made(self.polynomial * self._operand(other))

    __rmul__ = __mul__

    def __pow__(self, exponent: object) -> AnySize:
        if not isinstance(exponent, int) or exponent < 0:
            raise NotSymbolic(f"({self}) ** {exponent} is no polynomial")
        return self._made(self.polynomial.power(exponent))

    def __lshift__(self, bits: object) -> AnySize:
        return self * (1 << bits) if isinstance(bits, int) else self._no_number()

    def __floordiv__(self, other: object) -> AnySize:
        return self._made(self.domain.floor(self.polynomial, self._operand(other)))

    def __rfloordiv__(self, other: object) -> AnySize:
        return self._made(self.domain.floor(self._operand(other), self.polynomial))

    def __mod__(self, other: int | Size) -> AnySize:
        return self - self // other * other

    def __rmod__(self, other: int) -> AnySize:
        return other - other // self * self

    def __divmod__(self, other: int | Size) -> tuple[AnySize, AnySize]:
        return self // other, self % other

    def __gt__(self, other: object) -> bool:
        return self.domain.is_positive(self.polynomial + self._operand(other).times(-1))

    def __lt__(self, other: object) -> bool:
        return self.domain.is_positive(self.polynomial.times(-1) + self._operand(other))

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __le__(self, other: object) -> bool:
        return not self > other

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Size):
            if other.domain is not self.domain:
                return False
        elif isinstance(other, float) and not other.is_integer():
            return False
        elif not isinstance(other, int | float):
            return NotImplemented
        return self.domain.is_zero(self.polynomial + self._operand(other).times(-1))

    def __bool__(self) -> bool:
        return self != 0

    def __round__(self, _: int = 0) -> Size:
        return self

    __trunc__ = __floor__ = __ceil__ = __abs__ = __round__

    def _no_number(self, *_: object) -> NoReturn:
        raise NotSymbolic(f"{self} has to be a number here: its value decides what is built")

    __index__ = __int__ = __float__ = __truediv__ = __rtruediv__ = _no_number
    __rpow__ = __rlshift__ = __rshift__ = __rrshift__ = __and__ = __or__ = __xor__ = _no_number

    def _operand(self, other: object) -> Polynomial:
        if isinstance(other, Size):
            return other.polynomial
        if isinstance(other, int) or (isinstance(other, float) and other.is_integer()):
            return Polynomial.constant(int(other), self.polynomial.unknowns)
        raise NotSymbolic(f"{self} and {other} do not make an integer everywhere")

    def _made(self, polynomial: Polynomial) -> AnySize:
        return Size.of(self.domain, polynomial)


AnySize: TypeAlias = Size | int
