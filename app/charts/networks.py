"""Charts of several networks: stored analyses, presets, or both."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from archmeter.app.ask.network import Network, network_called
from archmeter.app.charts.chart import Look
from archmeter.app.charts.labels import refusal, split
from archmeter.app.store.analyses import Analyses
from archmeter.models.precision import DType

MAX_NETWORKS = 20
"""On one chart."""


class NetworksLook(Look):
    """Networks side by side; the first is what the others are compared with."""

    networks: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Names of presets and ids of stored analyses, in the order wanted, separated by commas."""

    analyses: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Ids of stored analyses, separated by commas; they come next."""

    presets: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Names of presets, separated by commas."""

    batch: Annotated[int, Field(ge=1, le=65_536)] | None = None
    """Images at once that presets are fed; 1 if left out. Analyses have their own."""

    dtype: DType | None = None
    """Types of weights and activations of presets; float32 if left out."""

    def named(self, analyses: Analyses, *, least: int, most: int) -> list[Network]:
        """The networks, in the order asked for.

        Raises:
            ArchmeterError: if one is not known, there twice, or there are too few or too many.
        """
        ids = split(self.analyses, "analyses", most=most)
        names = split(self.presets, "presets", most=most)
        given = {"batch": self.batch, "dtype": self.dtype}
        document = {key: value for key, value in given.items() if value is not None}
        found = [
            network_called(name, analyses) for name in split(self.networks, "networks", most=most)
        ]
        found += [analyses.network(key)[1] for key in ids]
        found += [Network.parse({**document, "architecture": {"preset": name}}) for name in names]
        if not least <= len(found) <= most:
            wanted = f"{least} networks" if least == most else f"{least} to {most} networks"
            message = f"{len(found)} networks are given"
            raise refusal("presets", "how_many", message, self.presets, f"{wanted} in all")
        if len({network.id for network in found}) < len(found):
            message = "two of the networks are the same"
            raise refusal("presets", "given_twice", message, self.presets, "each once")
        return found


def names_of(networks: Sequence[Network]) -> list[str]:
    """What to call each network; its input is added where that alone tells two apart."""
    named = [network.name for network in networks]
    often = Counter(named)
    return [
        f"{name}, batch {network.input.batch}, {network.input.dtype}" if often[name] > 1 else name
        for name, network in zip(named, networks, strict=True)
    ]
