"""What the command prints of figures that papers print."""

from collections import Counter
from collections.abc import Sequence

from archmeter.analyzers.verify import MILLION, Verification
from archmeter.app.report.tables import console, table


def print_verifications(found: Sequence[Verification]) -> None:
    """One line for each printed figure, and how many there are of each verdict."""
    rows = table(
        ["architecture", "figure"], ["printed", "counted", "difference"], ["verdict", "source"]
    )
    for figure in found:
        unit = "M" if figure.unit == MILLION else "G"
        name = "MACs" if figure.convention == "macs" else figure.figure
        rows.add_row(
            figure.architecture,
            name,
            f"{figure.printed} {unit}",
            f"{figure.counted:,}",
            f"{figure.difference:+.2%}",
            figure.verdict + (f": {figure.reason}" if figure.reason else ""),
            figure.source,
        )
    out = console()
    out.print(rows)
    verdicts = Counter(figure.verdict for figure in found)
    out.print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
