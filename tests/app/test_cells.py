"""Tables for people, told by one text: what stands in the cells."""

from types import SimpleNamespace

import pytest

from archmeter.app.cells import columns_of

ROW = SimpleNamespace(
    path="stem",
    shape=(1, 64, 56, 56),
    bytes=102_228_128,
    seconds=0.0000633,
    best=True,
    totals={"macs": 4_089_184_256, "stages.0.width": 24},
    cost=None,
    top=3,
    bottom=9,
)


@pytest.mark.parametrize(
    ("column", "head", "cell"),
    [
        ("layer {path}", "layer", "stem"),
        ("output {shape:size}", "output", "1×64×56×56"),
        ("{bytes:,}", "", "102,228,128"),
        ("memory {bytes:bytes}", "memory", "102.2 MB"),
        ("time {seconds:seconds}", "time", "63.30 µs"),
        ("MACs {totals[macs]:macs}", "MACs", "4.089 G"),
        ("width {totals[stages.0.width]:value}", "width", "24"),
        ("rows {top} to {bottom}", "rows", "3 to 9"),
        ("best {best:yes}", "best", "yes"),
        ("params {cost.params:,}", "params", "-"),
        ("twice {top:twice}", "twice", "6"),
        ("whole {:last}", "whole", "9"),
    ],
)
def test_a_column_is_a_heading_and_what_stands_below_it(column: str, head: str, cell: str) -> None:
    forms = {"twice": lambda value: str(2 * value), "last": lambda row: str(row.bottom)}
    (found,), _, _ = columns_of(column, forms)
    assert (found.head, found.cell(ROW)) == (head, cell)


def test_two_bars_part_names_from_numbers_and_these_from_notes() -> None:
    groups = columns_of("a {path} | b {path} || c {top} || d {path}", {})
    assert [[column.head for column in group] for group in groups] == [["a", "b"], ["c"], ["d"]]
    assert columns_of("|| c {top}", {})[0] == []
