"""What ``archmeter formulas`` prints for people."""

from rich.text import Text

from archmeter.analyzers.formulas import BLOCKS, ClosedForms
from archmeter.app.report.tables import console, table


def print_formulas(forms: ClosedForms) -> None:
    """One line for each figure that is not zero, then the domain."""
    out = console()
    out.print(Text(forms.name, style="bold"))
    rows = table(["figure"], [], [forms.dtype])
    for name, figure in forms.figures.items():
        if figure.polynomial.terms:
            total, _, part = name.partition(".")
            rows.add_row(f"  {part}" if part else total, figure.text)
    out.print(rows)
    for allowed in forms.domain:
        out.print(f"{allowed.text:<40} {allowed.meaning}", markup=False)


def print_blocks() -> None:
    """One line for each block."""
    rows = table(["block", "symbols"], [], ["title"])
    for name, block in BLOCKS.items():
        rows.add_row(name, " ".join(block.symbols), block.title)
    console().print(rows)
