"""The totals that may be the y-axis of a curve or the aim of a search, by name.

They are read off the analyzers' own totals, so a new total can be plotted without a change here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from archmeter.analyzers.devices import Peaks
from archmeter.analyzers.figures import READERS
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import roofline
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.errors import ArchmeterError
from archmeter.models.graph import Graph
from archmeter.models.precision import DType

ROOFLINE = "roofline_seconds"
"""The least time of one batch on a device, kernels fused; the only total that is no integer."""


MAX_OPERATORS = 400_000
"""Of all networks of one question together: seconds of work."""


class TooMuchWork(ArchmeterError):
    """The networks of one question have more operators together than are counted for it."""

    code = "too_much_work"


class UnknownTotal(ArchmeterError):
    """No total has this name; the error has the nearest names, or all that are known."""

    code = "unknown_total"

    def __init__(self, name: str, known: Sequence[str], *, field: str = "totals") -> None:
        nearest = get_close_matches(name[:80].lower(), known, n=3, cutoff=0.5)
        super().__init__(
            f"there is no total {name[:80]!r}",
            field=field,
            value=name,
            accepted=", ".join(nearest or known),
        )


class NoRates(ArchmeterError):
    """A bound on time was asked for without a device to bound it on."""

    code = "no_device"


_SLOW: Mapping[str, Callable[[Profile], int]] = {
    "training_bytes": lambda profile: TrainingStep(profile).memory.total_bytes,
    "training_macs": lambda profile: TrainingStep(profile).macs.total,
}
"""Each takes about as long as building the network."""

_READERS: Mapping[str, Callable[[Profile], int]] = {**READERS, **_SLOW}

TOTALS = (*_READERS, ROOFLINE)
"""Every name, in the order of the analyzers'; training is with plain SGD."""


class Ruler:
    """What is read off every network of a curve or search.

    Args:
        names: of `TOTALS`; MACs are always among what is read.
        dtype: of weights and activations.
        peaks: of a device for that dtype, if the time on it is to be bounded.
        max_operators: of all networks that are built to be read; once more for each slow total.

    Raises:
        UnknownTotal: with the nearest names.
        NoRates: if the roofline is asked for and there are no peaks.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        dtype: DType = "float32",
        peaks: Peaks | None = None,
        max_operators: int = MAX_OPERATORS,
    ) -> None:
        self.names = tuple(dict.fromkeys(names))
        for name in self.names:
            if name not in TOTALS:
                raise UnknownTotal(name, TOTALS)
        if ROOFLINE in self.names and peaks is None:
            raise NoRates(
                f"{ROOFLINE} needs a device", field="device", accepted="one of /v1/devices"
            )
        self._dtype: DType = dtype
        self._peaks = peaks
        self._most = self._left = max_operators
        self._weight = 1 + len({*self.names} & {*_SLOW, ROOFLINE})
        self._readers = {name: _READERS[name] for name in ("macs", *self.names) if name != ROOFLINE}

    def spend(self, graph: Graph) -> None:
        """Take note that a network was built.

        Raises:
            TooMuchWork: once they have too many operators together.
        """
        self._left -= self._weight * len(graph.calls)
        if self._left < 0:
            raise TooMuchWork(
                f"the networks have more than {self._most:,} operators together",
                accepted="fewer points, or smaller networks",
            )

    def read(self, graph: Graph) -> dict[str, float]:
        """Totals of a network, exact integers but for times.

        Raises:
            GraphTooLarge: if one is beyond exact integers.
        """
        profile = Profile(graph, self._dtype)
        found: dict[str, float] = {name: read(profile) for name, read in self._readers.items()}
        if ROOFLINE in self.names and self._peaks is not None:
            found[ROOFLINE] = roofline(profile, self._peaks).bound.seconds
        return found
