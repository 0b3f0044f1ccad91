"""pycls: ``complexity(model)["flops"]``, the counter behind the RegNet papers.

Each of its layers says what it costs beside how it is built: multiply-accumulates of one image, and
an addition for each element that a bias is added to. Norms, activations and pools are free. Before
it learnt transformers, in 2021, it counted a bias once for each channel; the two agree where biases
stand behind one vector an image, as in classifiers and squeeze-excitation.
"""

from __future__ import annotations

from functools import partial

from archmeter.analyzers.compute import flops
from archmeter.analyzers.conventions.line_items import Line, Terms, Tool
from archmeter.analyzers.conventions.papers import multiply_accumulates, sheet_of
from archmeter.models.graph import Call

BIASES = Line("biases", "1 per output element")


def pycls_terms(call: Call) -> Terms:
    """The lines that an operator adds to."""
    kind, count = flops(call)
    biases: Terms = ((BIASES, count),) if kind == "bias" and count else ()
    return (*multiply_accumulates(call), *biases)


PYCLS = Tool(
    name="pycls",
    title="pycls",
    version="2021 and later",
    call='complexity(model)["flops"]',
    unit="macs",
    read=partial(sheet_of, pycls_terms),
    images="one",
)
