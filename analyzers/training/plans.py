"""What to compute again rather than keep: plans from the cheapest to the smallest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.checkpointing import BLOCKS, policies, segments
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import TrainingStep

SOME_OF_THE_BLOCKS = 6
"""Plans that compute only some of the blocks again."""


@dataclass(frozen=True, slots=True)
class CheckpointPlan(Answer):
    """A checkpointing policy and what it trades."""

    checkpoint: str | tuple[str, ...]
    """The policy, or the paths of the parts that are computed again."""

    parts: int
    """How many parts these are."""

    kept_bytes: int
    """What autograd keeps of the forward pass."""

    peak_bytes: int
    """The most that a training step needs at one moment, with everything."""

    recomputed_macs: int
    """MACs that the backward pass computes again."""

    best: bool
    """Whether no plan is both smaller at its peak and cheaper."""


def plans(profile: Profile, options: TrainingOptions | None = None) -> Rows[CheckpointPlan]:
    """Plans for a training step, the cheapest first.

    Besides the policies by name: the blocks that save most bytes for each MAC, more and more.
    """
    given = options or TrainingOptions()
    found: dict[tuple[int, int, int], CheckpointPlan] = {}
    candidates: list[str | tuple[str, ...]] = [*policies(profile.graph)]
    candidates += _some_blocks(profile, given)
    for policy in candidates:
        step = TrainingStep(profile, given.model_copy(update={"checkpoint": policy}))
        plan = CheckpointPlan(
            policy,
            len(step.segments),
            step.kept_bytes,
            step.memory.peak_bytes,
            step.macs.recomputed,
            best=False,
        )
        found.setdefault((plan.recomputed_macs, plan.peak_bytes, plan.kept_bytes), plan)
    ordered = [found[key] for key in sorted(found)]
    smallest = [min(plan.peak_bytes for plan in ordered[:i]) for i in range(1, len(ordered))]
    return Rows(
        replace(plan, best=i == 0 or plan.peak_bytes < smallest[i - 1])
        for i, plan in enumerate(ordered)
    )


def _some_blocks(profile: Profile, options: TrainingOptions) -> Iterator[tuple[str, ...]]:
    """The first so many blocks in the order of bytes saved for each MAC computed again."""
    blocks = segments(profile.graph, profile.storage, BLOCKS)
    kept = TrainingStep(profile, options.model_copy(update={"checkpoint": "none"}))
    worth = []
    for block in blocks:
        inside = range(block.start, block.end)
        saved = sum(keeping.size for keeping in kept.kept if keeping.at in inside)
        macs = sum(profile.columns.macs[block.start : block.end])
        if saved:  # what is frozen keeps nothing
            worth.append((-saved / (macs + 1), block.path))
    paths = [path for _, path in sorted(worth)]
    counts = {len(paths) * k // (SOME_OF_THE_BLOCKS + 1) for k in range(1, SOME_OF_THE_BLOCKS + 1)}
    for count in sorted(counts - {0, len(paths)}):
        yield tuple(paths[:count])
