"""Bytes that are alive, operator by operator: of a forward pass, or of a training step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.timeline import Moment
from archmeter.app.printer import Printer

NOT_COUNTED = "What kernels, allocators and drivers take besides is not counted."


@dataclass(frozen=True, slots=True)
class LiveMoment(Answer):
    """How much is alive while an operator runs."""

    path: str
    """The operator that runs, forward or backward."""

    phase: Literal["forward", "backward"]
    """The pass it runs in."""

    live_bytes: int
    """Alive then, besides what is there all the time: weights, their state, and the input."""


def live_moment(profile: Profile, moment: Moment) -> LiveMoment:
    """A moment, its operator named."""
    return LiveMoment(profile.paths[moment.at], moment.phase, moment.live)


def live_moments(profile: Profile, moments: Iterable[Moment]) -> Rows[LiveMoment]:
    """Moments in their order, each operator named."""
    return Rows(live_moment(profile, moment) for moment in moments)


def show_moments(moments: Iterable[LiveMoment], out: Printer) -> None:
    """One line for each moment."""
    out.rows(
        "operator {path} | phase {phase} || alive, in bytes {live_bytes:,} | {live_bytes:bytes}",
        moments,
    )
    out.line(f"Besides what is there all the time: weights, their state and input. {NOT_COUNTED}")
