"""One training step: what it keeps, what it takes, what it computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.checkpointing import segments
from archmeter.analyzers.training.freezing import trained
from archmeter.analyzers.training.gradients import LayerMacs, OperatorMacs, StepMacs, step_macs
from archmeter.analyzers.training.kept_tensors import Autograd, Keeping, computed_again
from archmeter.analyzers.training.optimizer_state import SCALER_BYTES, SINGLE_BYTES, state_bytes
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.timeline import Moment, backward_moments, forward_moments
from archmeter.models.errors import ArchmeterError
from archmeter.models.precision import TRAINED


@dataclass(frozen=True, slots=True)
class TrainingMemory(Answer):
    """The bytes of a training step, by what they are for."""

    weights_bytes: int
    """Weights in the network's dtype, trained and frozen."""

    master_weights_bytes: int
    """A copy of those that train, in float32."""

    gradients_bytes: int
    """Gradients of weights that train."""

    optimizer_bytes: int
    """State that the optimizer has from step to step; under autocast in float16 that of the scaler
    of gradients as well."""

    buffers_bytes: int
    """Statistics and counters."""

    input_bytes: int
    """One batch of images."""

    kept_bytes: int
    """What autograd keeps of the forward pass; under autocast copies of weights are among it."""

    total_bytes: int
    """The sum of all these."""

    peak_bytes: int
    """The most that is there at one moment, gradients of tensors included; those of weights come
    while kept tensors go."""


class NotTrained(ArchmeterError):
    """The network is in a form that only infers."""

    code = "not_trained"


class TrainingStep:
    """A training step of a network, under some options.

    Raises:
        NotTrained: if its norms are folded or its weights quantised.
        UnknownFreeze: if there is no such part to freeze.
        UnknownPart: if there is no such part to compute again.
    """

    def __init__(self, profile: Profile, options: TrainingOptions | None = None) -> None:
        if not profile.trains:
            raise _not_trained(profile)
        self.profile = profile
        self.options = options or TrainingOptions()
        graph = profile.graph
        trains = trained(graph, self.options.freeze)
        self.autograd = Autograd.of(profile, trains)
        chosen = segments(graph, profile.storage, self.options.checkpoint)
        # The backward pass does not come to what no gradient reaches.
        reached = self.autograd.reached
        self.segments = [part for part in chosen if any(reached[part.start : part.end])]

    @cached_property
    def kept(self) -> list[Keeping]:
        """What autograd keeps, in the order in which it begins to."""
        return list(self.autograd.keepings(self.segments))

    @cached_property
    def kept_bytes(self) -> int:
        """Bytes that autograd keeps of the forward pass, besides weights and input."""
        return sum(keeping.size for keeping in self.kept)

    @cached_property
    def moments(self) -> list[Moment]:
        """Live bytes while each operator runs, forward and then backward."""
        item_size = self.profile.precision.weight_size
        return [
            *forward_moments(self.autograd, self.kept),
            *backward_moments(
                self.autograd,
                [count * item_size for count in self._trained],
                self.kept,
                [(segment, list(self.autograd.within(segment))) for segment in self.segments],
            ),
        ]

    @cached_property
    def _trained(self) -> list[int]:
        """Elements of the weights of each operator that train."""
        counts = zip(self.profile.columns.trainable, self.autograd.trains, strict=True)
        return [count if trains else 0 for count, trains in counts]

    @cached_property
    def peak(self) -> Moment:
        """The fullest moment."""
        return max(self.moments, key=lambda moment: moment.live)

    @cached_property
    def memory(self) -> TrainingMemory:
        """Bytes of everything that a step needs."""
        profile, options = self.profile, self.options
        elements, item_size = self.trainable_params, profile.precision.weight_size
        tensors = sum(
            sum(weight.role == "trainable" for weight in tensor.call.weights)
            for tensor, count in zip(profile.graph.tensors, self._trained, strict=True)
            if count
        )
        master = options.master_weights and item_size < SINGLE_BYTES
        optimizer_bytes = state_bytes(
            options.optimizer, elements, tensors, item_size=item_size, master_weights=master
        )
        if profile.precision.autocast and profile.precision.activations == "float16":
            optimizer_bytes += SCALER_BYTES
        gradients = elements * item_size
        always = (
            profile.memory.weights_bytes
            + (SINGLE_BYTES * elements if master else 0)
            + optimizer_bytes
            + profile.memory.buffers_bytes
            + profile.memory.input_bytes
        )
        return TrainingMemory(
            weights_bytes=profile.memory.weights_bytes,
            master_weights_bytes=SINGLE_BYTES * elements if master else 0,
            gradients_bytes=gradients,
            optimizer_bytes=optimizer_bytes,
            buffers_bytes=profile.memory.buffers_bytes,
            input_bytes=profile.memory.input_bytes,
            kept_bytes=self.kept_bytes,
            total_bytes=always + gradients + self.kept_bytes,
            peak_bytes=always + max(self.peak.live, gradients),
        )

    @property
    def trainable_params(self) -> int:
        """Parameters that train."""
        return sum(self._trained)

    @cached_property
    def layer_macs(self) -> Sequence[OperatorMacs]:
        """MACs of each operator; what checkpointing computes again is with the operator."""
        autograd = self.autograd
        steps = step_macs(autograd.graph, autograd.trains, autograd.reached)
        for segment in self.segments:
            for i in computed_again(autograd, segment):
                again = steps[i].recomputed + steps[i].forward
                steps[i] = steps[i]._replace(recomputed=again)
        return steps

    @cached_property
    def macs(self) -> StepMacs:
        """MACs of the whole step."""
        return StepMacs.of(self.layer_macs)

    @property
    def layers(self) -> Rows[LayerMacs]:
        """MACs of each operator that multiplies, in the order of execution."""
        each = zip(self.profile.paths, self.layer_macs, strict=True)
        return Rows(LayerMacs(*macs, path=path) for path, macs in each if macs.forward)


def _not_trained(profile: Profile) -> NotTrained:
    if profile.precision.bits:
        return NotTrained(
            f"weights of int{profile.precision.bits} do not train",
            field="dtype",
            value=profile.dtype,
            accepted=", ".join(TRAINED),
        )
    return NotTrained(
        "norms are folded once a network is trained: this one only infers",
        field="architecture.folded",
        value=True,
        accepted="false in training",
    )
