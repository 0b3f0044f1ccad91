"""Small random networks keep for the backward pass, and hold at inference, what the libraries' do.

Three links tie what is predicted of the peak to other people's modules: the prediction is what the
module lowered here takes as it runs; freed at their last readers, its results take as much as those
of the library's module do; and what autograd keeps is compared directly.
"""

from __future__ import annotations

import json

import pytest

from archmeter.analyzers.profile import Profile
from archmeter.models.registry import families, resolve
from archmeter.models.torch_module import to_torch

pytestmark = pytest.mark.differential

BATCH, DRAWS = 2, 5
"""Images at once; networks of each counterpart."""


@pytest.mark.parametrize("family", families())
def test_random_settings_take_the_memory_that_the_library_takes(
    family: str, seed: int, draws: int | None, subtests: pytest.Subtests
) -> None:
    import torch

    from tests.differential.catalogue import COUNTERPARTS
    from tests.differential.counting import kept_bytes
    from tests.differential.differences import Explanations
    from tests.differential.lifetimes import least_peak
    from tests.live_bytes import measured_peak

    # How operators follow each other in modules that were written for these tests says nothing.
    libraries = [each for each in COUNTERPARTS.get(family, ()) if each.library != "paper"]
    for counterpart in libraries:
        known = Explanations(counterpart, "kept", "peak")
        for number in range(draws or DRAWS):
            pair = counterpart.small_pair(number, seed)
            with subtests.test(counterpart.name, number=number, request=json.dumps(pair.knobs)):
                profile = Profile(resolve(pair.knobs).graph(BATCH))
                x, lowered, theirs = (
                    torch.rand(profile.input_shape),
                    to_torch(profile.graph),
                    pair.real(),
                )
                memory = profile.memory
                assert measured_peak(lowered, x) == memory.inference_peak_bytes
                ours = {"peak": least_peak(lowered, x), "kept": memory.training_saved_bytes}
                others = {"peak": least_peak(theirs, x), "kept": kept_bytes(theirs, x)}
                assert known.unexplained(pair.knobs, ours, others) == {}
        assert seed or draws or not known.unseen, "explained, and never seen"
