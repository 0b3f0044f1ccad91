"""Networks side by side: named by presets or by ids of stored analyses, their stages aligned."""

from collections.abc import Mapping, Sequence
from math import log2, prod
from typing import NamedTuple

from archmeter.analyzers import Profile
from archmeter.analyzers.figures import figures
from archmeter.analyzers.profile import Stage
from archmeter.analyzers.scaling.sizes import channels, sizes
from archmeter.app.ask.network import Network
from archmeter.app.ask.totals import ratios
from archmeter.app.charts.accuracy import Accuracy, accuracies
from archmeter.models.graph import Scope

_MAP_DIMENSIONS = 3
"""What has so many dimensions or more has positions: maps, and tokens one after another."""


class Compared(NamedTuple):
    """A network beside others.

    Attributes:
        said: the name or id by which it was asked for.
        figures: what is counted of it, by name.
        ratios: these as multiples of the first network's; null where that has none.
        published: accuracies that a source prints of this very network, at this resolution.
    """

    said: str
    network: Network
    figures: dict[str, int]
    ratios: dict[str, float | None]
    published: list[Accuracy]


class StageCell(NamedTuple):
    """What a network does at one size of its maps.

    Attributes:
        first: its first stage there.
        last: its last one there, often the same.
        blocks: of all of them, as the papers count them; 0 for what is no stage.
        channels: that the last hands on.
        output: the shape it hands on, without the images.
    """

    first: str
    last: str
    blocks: int = 0
    channels: int = 0
    output: tuple[int, ...] = ()
    params: int = 0
    macs: int = 0
    activations: int = 0


class StageRow(NamedTuple):
    """Stages of several networks at one size of their maps.

    Attributes:
        place: ``stem``, ``1/8`` of the input's sides, ``head``.
        cells: one for each network; None where it has no stage there.
    """

    place: str
    cells: tuple[StageCell | None, ...]


def compare(networks: Mapping[str, Network]) -> list[Compared]:
    """Networks, by what they were asked for as, beside the first of them.

    Raises:
        ArchmeterError: if sizes of one do not fit together.
    """
    counted = [figures(network.profile()) for network in networks.values()]
    return [
        Compared(
            said=said,
            network=network,
            figures=values,
            ratios=ratios(values, counted[0]),
            published=accuracies(network.spec.canonical()),
        )
        for (said, network), values in zip(networks.items(), counted, strict=True)
    ]


def aligned(networks: Sequence[Profile]) -> list[StageRow]:
    """The stages of networks, those beside each other whose maps are as small.

    Stages at one size of their maps are taken together. A stem, a head and whatever else is no
    stage stand beside what has the same name.
    """
    columns = [_by_place(profile) for profile in networks]
    places = {place for column in columns for place in column}
    return [
        StageRow(_called(place), tuple([column.get(place) for column in columns]))
        for place in sorted(places)
    ]


Place = tuple[int, int, str]
"""Before the stages, at a stride, or after them; and a name where there is no stride."""


def _by_place(profile: Profile) -> dict[Place, StageCell]:
    scopes = {scope.label: scope for scope in profile.graph.root.children}
    depths = iter(sizes(profile.graph).depths)
    found: dict[Place, StageCell] = {}
    after = False
    for stage in profile.stages:
        scope = scopes[stage.path]
        width = channels(profile.graph, scope.end - 1)
        blocks = next(depths) if scope.is_stage else 0
        after = after or scope.is_stage
        place = _place(profile, stage, scope, width, after=after)
        # Together with those before it at the same place.
        before = found.get(place, StageCell(stage.path, stage.path))
        found[place] = StageCell(
            before.first,
            stage.path,
            before.blocks + blocks,
            width,
            stage.output_shape[1:],
            before.params + stage.params,
            before.macs + stage.macs,
            before.activations + stage.activations,
        )
    return found


def _place(profile: Profile, stage: Stage, scope: Scope, width: int, *, after: bool) -> Place:
    shape = stage.output_shape
    if not scope.is_stage or len(shape) < _MAP_DIMENSIONS:
        return (2 if after else 0, 0, stage.path)
    pixels = prod(profile.input_shape[2:])
    positions = prod(shape[1:]) / width
    # Unpadded windows lose a row here and there: the nearest power of two is what is meant.
    return (1, round(log2(pixels / positions) / 2), "")


def _called(place: Place) -> str:
    part, halvings, name = place
    return name if part != 1 else f"1/{2**halvings}"
