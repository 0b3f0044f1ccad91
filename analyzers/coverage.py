"""Coverage: how much of the image the elements of each layer and stage see, padding left out.

The receptive field of a layer is the side of a square that knows no edges; here it is cut to the
image, position by position and exactly (see `analyzers.sight`): an element in a corner sees less
than one in the middle. Whatever a result depends on counts: the mean behind a gate, the statistics
of a group norm and the keys of an attention are the whole map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Profile
from archmeter.models.graph import Scope
from archmeter.models.ops import Pair, Shape

if TYPE_CHECKING:
    from archmeter.analyzers.sight import Sight
    from archmeter.analyzers.stretch import Stretch


@dataclass(frozen=True, slots=True)
class SeenRow(Answer):
    """A layer, and what its elements see of the image."""

    path: str
    stage: str
    """The part of the network that it belongs to."""

    operator: str
    detail: str
    """Knobs of the operator."""

    output_shape: Shape
    receptive_field: Pair
    """(height, width) of the square that an element sees, padding included."""

    stride: Pair
    """Pixels of the image between neighbouring elements."""

    top: int
    """First row that the middle element sees."""

    bottom: int
    """Last row that the middle element sees."""

    left: int
    """First column that the middle element sees."""

    right: int
    """Last column that the middle element sees."""

    covered: float
    """Fraction of the image between these."""

    covered_mean: float
    """The same fraction, on average over all elements."""

    covered_least: float
    """The same fraction, for the element that sees least."""


@dataclass(frozen=True, slots=True)
class Coverage(Answer):
    """What the elements of a network see of the image, layer by layer."""

    rows: Rows[SeenRow]
    """One for each operator that takes part of the image."""

    stages: Rows[SeenRow]
    """Of each stem, stage and head the last of these rows."""

    middle_whole_at: str | None
    """The first layer whose middle element sees the whole image."""

    all_whole_at: str | None
    """The first layer of which every element sees the whole image."""


def coverage(profile: Profile) -> Coverage:
    """What each layer and stage of a network sees.

    Raises:
        SightTooLarge: if there are too many positions to follow.
    """
    from archmeter.analyzers.sight import sights  # noqa: PLC0415 - numpy takes 100 ms to import

    _, _, height, width = profile.input_shape
    # Most operators see what their input sees, and are handed the same object.
    views: dict[int, _View] = {}
    seen: dict[int, SeenRow] = {}
    for i, (row, sight) in enumerate(zip(profile.rows, sights(profile.graph)[1:], strict=True), 1):
        view = views.get(id(sight)) or views.setdefault(id(sight), _view(sight, height * width))
        if view.covered_mean:  # weights see nothing, and neither does what is made of them alone
            seen[i] = _row(row, view)
    rows = Rows(seen.values())
    stages = [_last(seen, scope) for scope in profile.graph.root.children]
    return Coverage(
        rows,
        Rows(row for row in stages if row is not None),
        next((row.path for row in rows if row.covered == 1), None),
        next((row.path for row in rows if row.covered_least == 1), None),
    )


class _View(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int
    covered: float
    covered_mean: float
    covered_least: float


def _last(seen: dict[int, SeenRow], scope: Scope) -> SeenRow | None:
    """The row of the last operator of a scope that sees anything."""
    return next((seen[i] for i in range(scope.end - 1, scope.start - 1, -1) if i in seen), None)


def _row(row: Layer, view: _View) -> SeenRow:
    return SeenRow(
        row.path,
        row.path.partition(".")[0],
        row.operator,
        row.detail,
        row.output_shape,
        row.receptive_field,
        row.stride,
        *view,
    )


def _view(sight: Sight, pixels: int) -> _View:
    """What the elements of one tensor see, in figures."""
    top, bottom = _middle(sight.rows)
    left, right = _middle(sight.columns)
    heights, widths = _lengths(sight.rows), _lengths(sight.columns)
    if any(h > 1 < w for h, w in zip(heights.shape, widths.shape, strict=True)):
        areas = heights * widths
        mean, least = float(areas.mean()), int(areas.min())
    else:  # along different dimensions: every height is met by every width
        mean = float(heights.mean()) * float(widths.mean())
        least = int(heights.min()) * int(widths.min())
    return _View(
        top,
        bottom,
        left,
        right,
        covered=max(0, bottom - top + 1) * max(0, right - left + 1) / pixels,
        covered_mean=mean / pixels,
        covered_least=least / pixels,
    )


def _middle(stretch: Stretch) -> Pair:
    """First and last of what the middle element sees."""
    first, last = stretch[tuple([size // 2 for size in stretch.shape[:-1]])]
    return int(first), -int(last)


def _lengths(stretch: Stretch) -> Stretch:
    """How many rows or columns each element sees."""
    return (1 - stretch[..., 0] - stretch[..., 1]).clip(0)
