"""Polynomials as people and programs write them: plain text, LaTeX and exact Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import lcm

from archmeter.analyzers.formulas.polynomial import Number, Polynomial, Powers

SHARED = ("N", "H", "W")
"""Written once, before a bracket, where every term has them: sizes of the input."""

Product = Callable[[Number, Powers], str]


def plain(polynomial: Polynomial, names: Sequence[str]) -> str:
    """``N·H·W·(36·C^2 + 11·C/2)``."""

    def product(c: Number, powers: Powers) -> str:
        over, under = _fraction(c, powers, names, "^")
        text = "·".join(over)
        return f"{text}/{_bracketed('·'.join(under), len(under))}" if under else text

    return _sum(polynomial, names, product, "·({})")


def latex(polynomial: Polynomial, names: Sequence[str]) -> str:
    r"""``N H W \left(36 C^{2} + \frac{11 C}{2}\right)``."""
    upright = [latex_name(name) for name in names]

    def product(c: Number, powers: Powers) -> str:
        # Upright words would touch what stands before them.
        over, under = (
            " ".join(factors).replace(r" \mathrm", r" \, \mathrm")
            for factors in _fraction(c, powers, upright, "^{", "}")
        )
        return rf"\frac{{{over}}}{{{under}}}" if under else over

    return _sum(polynomial, names, product, r" \left({}\right)")


def python(polynomial: Polynomial, names: Sequence[str]) -> str:
    """``(N*H*W*(72*C**2 + 11*C)) // 2``: in integers, and exact where the expression holds."""
    scale = lcm(*[c.denominator for c in polynomial.terms.values()])
    lowest = [min([0, *[p[i] for p in polynomial.terms]]) for i in range(polynomial.unknowns)]
    divisor = Polynomial(polynomial.unknowns, {_negated(lowest): scale})

    def product(c: Number, powers: Powers) -> str:
        return "*".join(_fraction(c, powers, names, "**")[0])

    over = _sum(polynomial * divisor, names, product, "*({})")
    under = _sum(divisor, names, product, "*({})")
    return over if under == "1" else f"({over}) // {_bracketed(under, under.count('*') + 1)}"


def latex_name(name: str) -> str:
    """A symbol of one letter as it is, a longer one upright."""
    escaped = name.replace("_", r"\_")
    return name if len(name) == 1 else rf"\mathrm{{{escaped}}}"


def _sum(polynomial: Polynomial, names: Sequence[str], product: Product, bracket: str) -> str:
    """Terms from the highest degree down, behind what they share of the input's sizes."""
    terms = polynomial.ordered()
    shared = [
        max(0, min([powers[i] for powers, _ in terms])) if len(terms) > 1 and name in SHARED else 0
        for i, name in enumerate(names)
    ]
    text = ""
    for powers, c in terms:
        sign, size = ("-", -c) if c < 0 else ("+", c)
        term = product(size, tuple([p - q for p, q in zip(powers, shared, strict=True)]))
        text += f" {sign} {term}" if text else f"{sign.strip('+')}{term}"
    return product(1, tuple(shared)) + bracket.format(text) if any(shared) else text or "0"


def _fraction(
    c: Number, powers: Powers, names: Sequence[str], before: str, after: str = ""
) -> tuple[list[str], list[str]]:
    """Factors above and below the line; those above are never none."""

    def raised(sign: int) -> list[str]:
        return [
            name if abs(power) == 1 else f"{name}{before}{abs(power)}{after}"
            for name, power in zip(names, powers, strict=True)
            if power * sign > 0
        ]

    over, under = raised(1), raised(-1)
    return (
        [str(c.numerator), *over] if c.numerator != 1 or not over else over,
        [str(c.denominator), *under] if c.denominator != 1 else under,
    )


def _bracketed(text: str, factors: int) -> str:
    return text if factors == 1 else f"({text})"


def _negated(powers: Sequence[int]) -> Powers:
    return tuple([-power for power in powers])
