"""Symbols, and the values of each for which expressions hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from archmeter.analyzers.answers import Answer
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


@dataclass(frozen=True, slots=True)
class SymbolRange(Answer):
    """The values of a symbol for which expressions hold, or of its quotient by another."""

    symbol: str
    """The symbol's name."""

    meaning: str
    """What the symbol stands for, in a few words."""

    given: int
    """The value it has in the network that was asked about."""

    multiple_of: str | None
    """The symbol that divides it, if one does; the rest then is about the quotient."""

    minimum: int
    """The smallest value."""

    modulus: int
    """Distance between neighbouring values."""

    residue: int
    """What each value leaves by the modulus."""

    excluded: tuple[int, ...] = ()
    """Values for which expressions hold on either side, but not there."""

    text: str = field(init=False, default="")
    """For people: ``H >= 64, a multiple of 32``."""

    latex: str = field(init=False, default="")
    r"""For papers: ``H \ge 64,\ H \equiv 0 \pmod{32}``."""

    python: str = field(init=False, default="")
    """For programs, a condition: ``H >= 64 and H % 32 == 0``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self._text())
        object.__setattr__(self, "latex", self._latex())
        object.__setattr__(self, "python", self._python())

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

    def divided_by(self, value: int) -> SymbolRange:
        """The same values where the symbol that divides this one is a number."""
        return replace(
            self,
            multiple_of=None,
            minimum=self.minimum * value,
            modulus=self.modulus * value,
            residue=self.residue * value,
            excluded=tuple([value * each for each in self.excluded]),
        )

    def _text(self) -> str:
        if self.modulus > 1 and self.residue:
            kind = f", {self.residue} more than a multiple of {self.modulus}"
        elif self.modulus > 1:
            kind = f", a multiple of {self.modulus}"
        else:
            kind = ", an integer" if self.multiple_of else ""
        holes = f", not {', '.join(map(str, self.excluded))}" if self.excluded else ""
        return f"{self.quotient} >= {self.minimum}{kind}{holes}"

    def _latex(self) -> str:
        quotient = " / ".join(map(latex_name, self.quotient.split("/")))
        parts = [rf"{quotient} \ge {self.minimum}"]
        if self.modulus > 1:
            parts.append(rf"{quotient} \equiv {self.residue} \pmod{{{self.modulus}}}")
        elif self.multiple_of:
            parts.append(rf"{quotient} \in \mathbb{{N}}")
        parts += [rf"{quotient} \ne {value}" for value in self.excluded]
        return r",\ ".join(parts)

    def _python(self) -> str:
        quotient, parts = self.symbol, []
        if self.multiple_of:
            quotient = f"{self.symbol} // {self.multiple_of}"
            parts.append(f"{self.symbol} % {self.multiple_of} == 0")
        parts.append(f"{quotient} >= {self.minimum}")
        if self.modulus > 1:
            parts.append(f"{quotient} % {self.modulus} == {self.residue}")
        parts += [f"{quotient} != {value}" for value in self.excluded]
        return " and ".join(parts)
