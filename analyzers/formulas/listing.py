"""Closed forms as whole texts: a Python function, and LaTeX to be set."""

from __future__ import annotations

import re

from archmeter.analyzers.formulas.forms import ClosedForms
from archmeter.analyzers.formulas.notation import latex_name


def python_source(forms: ClosedForms) -> str:
    """A function from sizes to every figure, in integers, that checks its domain."""
    name = re.sub(r"\W+", "_", forms.name).strip("_")
    parameters = ", ".join(f"{symbol}: int" for symbol in forms.symbols)
    lines = [
        f"def {name}({parameters}) -> dict[str, int]:",
        f'    """{forms.name}, {forms.dtype}: {"; ".join(r.text for r in forms.domain)}."""',
        *[
            line
            for allowed in sorted(forms.domain, key=lambda allowed: bool(allowed.multiple_of))
            for line in (
                f"    if not ({allowed.python}):",
                f'        raise ValueError("{allowed.text}")',
            )
        ],
        "    return {",
        *[f'        "{name}": {figure.python},' for name, figure in forms.figures.items()],
        "    }",
    ]
    return "\n".join(lines) + "\n"


def latex_source(forms: ClosedForms) -> str:
    """One aligned equation for each figure that is not zero, and the domain after them."""
    equations = [
        rf"  {_figure(name)} &= {figure.latex} \\"
        for name, figure in forms.figures.items()
        if figure.polynomial.terms
    ]
    domain = r",\quad ".join(allowed.latex for allowed in forms.domain)
    return "\n".join([r"\begin{aligned}", *equations, rf"  & {domain}", r"\end{aligned}"]) + "\n"


def _figure(name: str) -> str:
    r"""``flops.norm`` becomes ``\mathrm{flops}_{\mathrm{norm}}``."""
    total, _, part = name.partition(".")
    return latex_name(total) + (f"_{{{latex_name(part)}}}" if part else "")
