"""Closed forms as people ask for them: of an analysis, in some symbols, or of a block."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from archmeter.analyzers.formulas import BLOCKS, ClosedForms, block_forms, network_forms
from archmeter.analyzers.formulas.listing import latex_source, python_source
from archmeter.analyzers.formulas.symbols import Range
from archmeter.app.question import Question
from archmeter.app.schemas import AnalysisId, Body, Derived, described
from archmeter.models.errors import SpecConflict
from archmeter.models.spec import DType

_SYMBOLS = r"[A-Za-z_]\w*(=\w+)*(,[A-Za-z_]\w*(=\w+)*)*"
_ASSIGNED = r"\w+=[0-9]{1,6}(,\w+=[0-9]{1,6})*"


def _spelled(pattern: str, example: str) -> AfterValidator:
    """A check that shows an example, where a pattern would be no help to people."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"{text[:80]!r} is not spelled as in {example}")
        return text

    return AfterValidator(check)


Symbols = Annotated[
    str,
    Field(max_length=500, json_schema_extra={"pattern": f"^{_SYMBOLS}$"}),
    _spelled(_SYMBOLS, "N,H=W,num_classes"),
]
Assigned = Annotated[
    str,
    Field(max_length=500, json_schema_extra={"pattern": f"^{_ASSIGNED}$"}),
    _spelled(_ASSIGNED, "K=3,s=1"),
]


class FormulaQuery(BaseModel):
    """What to leave open."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    symbols: Symbols | None = None
    """Separated by commas: `N`, `H`, `W` and integer knobs of the family, such as `num_classes`.

    Knobs of one value become one symbol as `base_width=stem_width`. Without it: the input's sizes
    and the classes; the batch and the classes alone where the resolution cannot be left open.
    """


class BlockQuery(BaseModel):
    """Of what elements, and with what numbers."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    dtype: DType = "float32"
    """Of weights and activations alike, for figures that are bytes."""

    fix: Assigned | None = None
    """Numbers in place of symbols, separated by commas: `K=3,s=1`."""


RangeFields = create_model("RangeFields", __base__=Derived, **described(Range))


class SymbolRange(RangeFields):
    """The values of a symbol, or of its quotient by another, for which expressions hold."""

    text: str
    """For people."""

    latex: str
    """For papers."""

    python: str
    """For programs: a condition."""


class Term(Body):
    """A coefficient times powers of symbols."""

    coefficient: str
    """An exact fraction, such as `327381/2`."""

    powers: dict[str, int]
    """Of each symbol that occurs; negative where one divides another."""


class FigureFormula(Body):
    """One figure as an expression."""

    figure: str
    """As in an analysis; parts of it have dotted names, such as `flops.norm`."""

    text: str
    """For people."""

    latex: str
    """For papers."""

    python: str
    """For programs: in integers, and exact wherever the expression holds."""

    terms: list[Term]
    """What the expression sums."""


class CountedFormula(FigureFormula):
    """One figure as an expression, and as the analysis counts it."""

    value: int
    """The expression where every symbol has the value it has in this analysis."""


class _Formulas(Body):
    name: str
    dtype: DType
    symbols: list[SymbolRange]
    """What is left open, and for which values every expression holds."""

    python: str
    """A function from sizes to all figures, which checks that it holds for them."""

    latex: str
    """All figures that are not zero, one below the other, and the domain."""


class AnalysisFormulas(_Formulas):
    """Closed forms of an analysed network."""

    id: AnalysisId
    figures: list[CountedFormula]

    @classmethod
    def of(cls, question: Question, forms: ClosedForms) -> "AnalysisFormulas":
        """The body for the closed forms of a question's network."""
        values = forms.at(forms.given)
        figures = [{**figure, "value": values[figure["figure"]]} for figure in _figures(forms)]
        return cls.model_validate({**_fields(forms), "id": question.key, "figures": figures})


class BlockFormulas(_Formulas):
    """Closed forms of a block by itself: its input is given, and needs no gradient."""

    title: str
    """What it is."""

    formula: str
    """What it computes."""

    figures: list[FigureFormula]

    @classmethod
    def of(cls, forms: ClosedForms) -> "BlockFormulas":
        """The body for the closed forms of a block."""
        block = BLOCKS[forms.name]
        return cls.model_validate(
            {
                **_fields(forms),
                "title": block.title,
                "formula": block.formula,
                "figures": _figures(forms),
            }
        )


class BlockSummary(Body):
    """A block in a list."""

    name: str
    title: str
    """What it is."""

    formula: str
    """What it computes."""

    symbols: dict[str, str]
    """What its formulas leave open, with meanings."""

    links: dict[str, str]


class BlockList(Body):
    """Every block that has formulas of its own."""

    items: list[BlockSummary]

    @classmethod
    def of_all(cls) -> "BlockList":
        """The body."""
        return cls(
            items=[
                BlockSummary(
                    name=name,
                    title=block.title,
                    formula=block.formula,
                    symbols=block.meanings,
                    links={"self": f"/v1/formulas/{name}"},
                )
                for name, block in BLOCKS.items()
            ]
        )


def network_formulas(question: Question, query: FormulaQuery) -> ClosedForms:
    """Closed forms of a question's network.

    Raises:
        ArchmeterError: if there are none in these symbols.
    """
    names = query.symbols.split(",") if query.symbols is not None else None
    return network_forms(question.spec, question.input, names)


def block_formulas(name: str, query: BlockQuery) -> ClosedForms:
    """Closed forms of a block.

    Raises:
        ArchmeterError: if there is no such block, or none of such sizes.
    """
    pairs = [pair.split("=") for pair in query.fix.split(",")] if query.fix else []
    fixed = {symbol: int(value) for symbol, value in pairs}
    if len(fixed) < len(pairs):
        raise SpecConflict(
            "a symbol is fixed more than once",
            field="fix",
            value=query.fix,
            accepted="each symbol once",
        )
    return block_forms(name, query.dtype).fixed(fixed)


def _fields(forms: ClosedForms) -> dict[str, Any]:
    return {
        "name": forms.name,
        "dtype": forms.dtype,
        "symbols": [allowed.as_dict() for allowed in forms.domain],
        "python": python_source(forms),
        "latex": latex_source(forms),
    }


def _figures(forms: ClosedForms) -> list[dict[str, Any]]:
    return [{"figure": name, **figure.as_dict()} for name, figure in forms.figures.items()]
