"""Random settings cost what the libraries' networks cost that mean the same.

Every family is drawn, or says why not. What differs stands in ``tests/data/differences.csv``.
"""

from __future__ import annotations

import json

import pytest

from archmeter.analyzers import analyze
from archmeter.models.errors import ShapeError
from archmeter.models.registry import families, resolve

pytestmark = pytest.mark.differential


@pytest.mark.parametrize("family", families())
def test_random_settings_count_as_in_the_library(
    family: str, seed: int, draws: int | None, subtests: pytest.Subtests
) -> None:
    from tests.differential.catalogue import COUNTERPARTS, NO_SECOND_OPINION
    from tests.differential.counterparts import Pair
    from tests.differential.counting import FIGURES, costs
    from tests.differential.differences import Explanations

    def of_both(pair: Pair) -> tuple[dict[str, int], dict[str, int]]:
        """Our figures and the library's, none where neither takes the image."""
        shape = 1, pair.knobs["in_channels"], *pair.knobs["resolution"]
        try:
            totals = analyze(resolve(pair.knobs)).totals
        except ShapeError:
            with pytest.raises(RuntimeError):
                costs(pair.meta(), *shape)
            return {}, {}
        return {figure: getattr(totals, figure) for figure in FIGURES}, costs(pair.meta(), *shape)

    assert (family in COUNTERPARTS) != (family in NO_SECOND_OPINION)
    for counterpart in COUNTERPARTS.get(family, ()):
        known = Explanations(counterpart, *FIGURES)
        for number in range(draws or counterpart.draws):
            pair = counterpart.pair(number, seed)
            with subtests.test(counterpart.name, number=number, request=json.dumps(pair.knobs)):
                assert known.unexplained(pair.knobs, *of_both(pair)) == {}
        assert seed or draws or not known.unseen, "explained, and never seen"
