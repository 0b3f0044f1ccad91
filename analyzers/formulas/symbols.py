"""Symbols, and the values of each for which expressions hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from archmeter.analyzers.formulas.notation import latex_name


class Symbol(NamedTuple):
    """A size that expressions leave open.

    Attributes:
        name: as expressions write it.
        meaning: in a few words.
        given: a value; expressions hold for those that leave what it leaves by their moduli.
        multiple_of: the symbol that divides it, if one does.
        lowest: below which no value makes sense.
    """

    name: str
    meaning: str
    given: int
    multiple_of: str | None = None
    lowest: int = 1


class Range(NamedTuple):
    """The values of a symbol for which expressions hold, or of its quotient by another.

    Attributes:
        symbol: its name.
        meaning: in a few words.
        given: the value it has in the network that was asked about.
        multiple_of: the symbol that divides it, if one does; the rest then is about the quotient.
        minimum: smallest value.
        modulus: distance between neighbouring values.
        residue: what each value leaves by the modulus.
        excluded: values for which expressions hold on either side, but not there.
    """

    symbol: str
    meaning: str
    given: int
    multiple_of: str | None
    minimum: int
    modulus: int
    residue: int
    excluded: tuple[int, ...] = ()

    @property
    def quotient(self) -> str:
        """What the rest is about: ``C``, or ``C/G``."""
        return f"{self.symbol}/{self.multiple_of}" if self.multiple_of else self.symbol

    def contains(self, values: Mapping[str, int]) -> bool:
        """Whether the value of this symbol is inside, given those of all."""
        divisor = values[self.multiple_of] if self.multiple_of else 1
        if divisor < 1:
            return False
        value, left = divmod(values[self.symbol], divisor)
        return (
            not left
            and value >= self.minimum
            and value % self.modulus == self.residue
            and value not in self.excluded
        )

    def divided_by(self, value: int) -> Range:
        """The same values where the symbol that divides this one is a number."""
        return self._replace(
            multiple_of=None,
            minimum=self.minimum * value,
            modulus=self.modulus * value,
            residue=self.residue * value,
            excluded=tuple([value * each for each in self.excluded]),
        )

    @property
    def text(self) -> str:
        """For people: ``H >= 64, a multiple of 32``."""
        if self.modulus > 1 and self.residue:
            kind = f", {self.residue} more than a multiple of {self.modulus}"
        elif self.modulus > 1:
            kind = f", a multiple of {self.modulus}"
        else:
            kind = ", an integer" if self.multiple_of else ""
        holes = f", not {', '.join(map(str, self.excluded))}" if self.excluded else ""
        return f"{self.quotient} >= {self.minimum}{kind}{holes}"

    @property
    def latex(self) -> str:
        r"""For papers: ``H \ge 64,\ H \equiv 0 \pmod{32}``."""
        quotient = " / ".join(map(latex_name, self.quotient.split("/")))
        parts = [rf"{quotient} \ge {self.minimum}"]
        if self.modulus > 1:
            parts.append(rf"{quotient} \equiv {self.residue} \pmod{{{self.modulus}}}")
        elif self.multiple_of:
            parts.append(rf"{quotient} \in \mathbb{{N}}")
        parts += [rf"{quotient} \ne {value}" for value in self.excluded]
        return r",\ ".join(parts)

    @property
    def python(self) -> str:
        """For programs: ``H >= 64 and H % 32 == 0``."""
        quotient, parts = self.symbol, []
        if self.multiple_of:
            quotient = f"{self.symbol} // {self.multiple_of}"
            parts.append(f"{self.symbol} % {self.multiple_of} == 0")
        parts.append(f"{quotient} >= {self.minimum}")
        if self.modulus > 1:
            parts.append(f"{quotient} % {self.modulus} == {self.residue}")
        parts += [f"{quotient} != {value}" for value in self.excluded]
        return " and ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The range as JSON."""
        return {**self._asdict(), "text": self.text, "latex": self.latex, "python": self.python}
