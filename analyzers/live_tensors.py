"""Who is alive: at each moment of a forward pass how much, and at the fullest moment which."""

from __future__ import annotations

from dataclasses import dataclass

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.inference_peak import last_uses
from archmeter.analyzers.profile import Profile


@dataclass(frozen=True, slots=True)
class LiveTensor(Answer):
    """A storage that is alive at the fullest moment."""

    path: str
    """The operator that made it."""

    shape: tuple[int, ...]
    """Of what the operator made."""

    size_bytes: int
    """Size of the storage."""

    until: str
    """The operator after which nobody holds it; empty if it is handed to the caller."""


class Liveness:
    """A forward pass of a network at inference, the input and the weights left out."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        graph = profile.graph
        self._storage = profile.storage_at_inference
        self._ends = last_uses(graph, self._storage)
        for output in graph.outputs:
            self._ends[self._storage[output.index]] = len(graph.tensors)

    def timeline(self) -> list[int]:
        """Live bytes while each operator runs, in the order of execution; nothing at the input."""
        sizes, spaces, made = self._profile.sizes, self._profile.spaces, self._profile.made
        end = len(sizes)
        freed = [0] * (end + 1)
        moments = [0]
        live = 0
        for i in range(1, end):  # the input is the caller's
            if self._storage[i] == i:
                live += made[i]
                freed[self._ends[i]] += sizes[i]
            moments.append(live + spaces[i])
            live -= freed[i]
        return moments

    def copies_at(self, index: int) -> int:
        """Bytes of copies of weights that are cached while an operator runs, under autocast."""
        made, sizes = self._profile.made, self._profile.sizes
        return sum(made[: index + 1]) - sum(sizes[: index + 1])

    def alive_at(self, index: int) -> Rows[LiveTensor]:
        """The storages alive while an operator runs, the largest first."""
        profile = self._profile
        graph, paths = profile.graph, profile.paths
        end = len(graph.tensors)
        alive = [
            LiveTensor(
                paths[i],
                graph.tensors[i].shape,
                profile.sizes[i],
                paths[self._ends[i]] if self._ends[i] < end else "",
            )
            for i in range(1, index + 1)
            if self._storage[i] == i and self._ends[i] >= index and profile.sizes[i]
        ]
        return Rows(sorted(alive, key=lambda tensor: -tensor.size_bytes))
