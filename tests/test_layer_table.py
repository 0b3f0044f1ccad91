"""The layer table: a sequence of rows, whatever it keeps inside."""

import pytest

from archmeter.analyzers import Layer, LayerTable, Profile
from archmeter.models.registry import resolve


@pytest.fixture(scope="module")
def profile() -> Profile:
    return Profile(resolve({"preset": "densenet121"}).graph())


def test_there_is_a_row_for_each_operator(profile: Profile) -> None:
    rows = list(profile.rows)
    assert len(rows) == len(profile.rows) == profile.totals.operators
    assert all(isinstance(row, Layer) for row in rows)
    assert [row.path for row in rows] == profile.paths[1:]
    for field in ("params", "buffers", "macs", "flops", "activations"):
        assert sum(getattr(row, field) for row in rows) == getattr(profile.totals, field)


@pytest.mark.parametrize("place", [0, 1, -1, 17])
def test_rows_are_found_by_their_place(profile: Profile, place: int) -> None:
    assert profile.rows[place] == list(profile.rows)[place]


@pytest.mark.parametrize("place", [10**6, -(10**6)])
def test_there_is_no_row_beyond_the_last(profile: Profile, place: int) -> None:
    with pytest.raises(IndexError):
        profile.rows[place]


@pytest.mark.parametrize(
    "part",
    [slice(None), slice(3), slice(5, 9), slice(-2, None), slice(None, None, -7), slice(9, 5)],
)
def test_a_part_of_a_table_is_a_table(profile: Profile, part: slice) -> None:
    found = profile.rows[part]
    assert isinstance(found, LayerTable)
    assert list(found) == list(profile.rows)[part]
    assert found == profile.rows[part]
    assert (found == profile.rows) == (part == slice(None))
    assert list(reversed(found)) == list(found)[::-1]


def test_it_is_searched_as_sequences_are(profile: Profile) -> None:
    last = profile.rows[-1]
    assert last in profile.rows
    assert profile.rows.index(last) == len(profile.rows) - 1
    assert profile.rows.count(last) == 1
    assert repr(profile.rows[:1]) == f"LayerTable([{profile.rows[0]!r}])"
