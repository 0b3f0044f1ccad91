"""Derive every total of a network as an exact expression in sizes, and say for which it holds.

The expressions are derived from the same graph that is counted, and hold for the network's own
sizes as well. Nothing is fitted or rounded: where there is no single expression, that is the
answer.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.formulas import network_forms
from archmeter.analyzers.formulas.expression import CountedFormula
from archmeter.app.ask import Network, NetworkRequest, Question
from archmeter.app.ask.formulas import LANE, TEXTS, Formulas, fields_of_forms, show_formulas

_SYMBOL = r"[A-Za-z_]\w*(=\w+)*"


def _spelled(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """Show an example, where a pattern would be no help to people."""
    if not all(re.fullmatch(_SYMBOL, symbol, re.ASCII) for symbol in symbols):
        raise PydanticCustomError(
            "value_error",
            "{text} is not spelled as in N,H=W,num_classes",
            {"text": repr(",".join(symbols)[:80]), "fits": "symbols, or a list of them"},
        )
    return symbols


class FormulasRequest(NetworkRequest):
    """A network, and what to leave open."""

    symbols: (
        Annotated[
            tuple[Annotated[str, Field(max_length=500)], ...],
            Field(min_length=1, max_length=100),
            AfterValidator(_spelled),
        ]
        | None
    ) = None
    """What to leave open: `N`, `H`, `W` and integer knobs of the family, such as `num_classes`.

    Knobs of one value become one symbol as `base_width=stem_width`. Without it: the input's sizes
    and the classes; the batch and the classes alone where the resolution cannot be left open.
    """


@dataclass(frozen=True, kw_only=True)
class AnalysisFormulas(Formulas):
    """Closed forms of a network."""

    id: str
    """The id of the network's analysis."""

    figures: Rows[CountedFormula]
    """Every figure of the analysis, zero ones included."""


def derived(network: Network, request: FormulasRequest) -> AnalysisFormulas:
    """Trace the network with symbols for sizes."""
    forms = network_forms(network.spec, network.input, request.symbols)
    told = {**fields_of_forms(forms), "name": network.name}
    return AnalysisFormulas(**told, id=network.id, figures=forms.counted)


QUESTION = Question(
    path="formulas",
    ask=derived,
    show=show_formulas,
    texts=TEXTS,
    lane=LANE,
    by_query=False,
    link="",
    asked={
        "ResNet-18 for any batch, square images and any number of classes": (
            "resnet18 --symbols N,H=W,num_classes"
        ),
    },
)
