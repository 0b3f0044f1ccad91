"""How far networks stay from their roofline: measured time over the bound, a dozen of them.

Runs on a CUDA device if there is one, on the CPU otherwise, and measures the peaks of that device
too: the rate of a large matrix product, and the bandwidth of a large copy. So the bound is that of
this very machine. Each network is lowered to torch and runs eagerly, channels last, in inference
mode. Peaks and networks take turns and the best run of each counts, so that a machine that is busy
now and then slows neither. On a CPU one thread runs and its own time is counted, without what other
processes take of its core.

Eager execution makes every operator a kernel, which is what the `separate` bound supposes; fused
kernels could be quicker, and the column beside it says how much at most.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import geometric_mean
from time import perf_counter, thread_time
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.devices import Peaks, devices
from archmeter.analyzers.roofline import roofline
from archmeter.models.precision import DType
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec
from archmeter.models.torch_module import to_torch

NETWORKS = (
    "vgg11_bn",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "seresnet50",
    "regnety_008",
    "densenet121",
    "inception_v3",
    "mobilenetv2_100",
    "efficientnet_b0",
    "shufflenet_v2_x1_0",
    "convnext_tiny",
    "swin_tiny_patch4_window7_224",
)

GOAL = 0.9
"""Nothing beats a bound; but the peaks are measured too, and a tenth is what they vary by."""

SECONDS = 1.0
"""For the runs of one network in one round, after the first."""


class Machine(NamedTuple):
    """What is measured on."""

    device: torch.device
    name: str
    dtype: DType
    batch: int
    side: int
    copied: int


def machine(batch: int | None, dtype: DType | None) -> Machine:
    """The accelerator, or this CPU; sizes that keep either busy for a while."""
    if torch.cuda.is_available():
        device = torch.device("cuda")
        name = torch.cuda.get_device_name(device)
        return Machine(device, name, dtype or "float16", batch or 128, 8192, 2 * 10**9)
    torch.set_num_threads(1)
    name = f"CPU, one thread, {torch.backends.cpu.get_cpu_capability()}"
    return Machine(torch.device("cpu"), name, dtype or "float32", batch or 8, 2048, 3 * 10**8)


def best(task: Callable[[], object], device: torch.device, seconds: float = SECONDS) -> float:
    """The quickest of the runs that fit into some seconds, after one to warm up; two at least."""
    times: list[float] = []
    task()
    while sum(times) < seconds or len(times) < 2:
        start = now(device)
        task()
        times.append(now(device) - start)
    return min(times)


def now(device: torch.device) -> float:
    """Seconds by the clock of a device, when it has done what it was given."""
    if device.type != "cuda":
        return thread_time()
    torch.cuda.synchronize()
    return perf_counter()


def measured_peaks(on: Machine) -> Peaks:
    """The rate of a matrix product and the bandwidth of a copy, at this moment."""
    dtype = getattr(torch, on.dtype)
    a, b = (torch.rand(on.side, on.side, device=on.device).to(dtype) for _ in range(2))
    matrix = 2 * on.side**3 / best(lambda: torch.mm(a, b), on.device, SECONDS / 4)
    source = torch.rand(on.copied // a.element_size(), device=on.device).to(dtype)
    target = torch.empty_like(source)
    copied = 2 * source.numel() * source.element_size()
    bandwidth = copied / best(lambda: target.copy_(source), on.device, SECONDS / 4)
    # What is elementwise waits for memory long before it waits for arithmetic: the vector rate
    # decides nothing here, and on a CPU both are the same units.
    return Peaks(matrix, matrix, bandwidth)


def printed_peaks(on: Machine) -> Peaks | None:
    """What the maker prints, if the catalogue has the device."""
    words = re.findall(r"[a-z0-9]+", on.name.lower())
    names = {*words, *map("".join, pairwise(words))}  # RTX 4090 is rtx4090
    found = [known for known in devices().values() if known.name in names]
    return found[0].peaks(on.dtype) if found else None


def seconds(profile: Profile, on: Machine) -> float:
    """The quickest forward pass of the lowered network."""
    dtype = getattr(torch, on.dtype)
    module = to_torch(profile.graph).to(on.device, dtype, memory_format=torch.channels_last).eval()
    image = torch.rand(profile.input_shape, device=on.device).to(dtype)
    image = image.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        return best(lambda: module(image), on.device)


def main() -> int:
    """Print the table; 1 if anything was quicker than it can be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batch", type=int, help="images at once: 8 on a CPU, 128 on a GPU")
    parser.add_argument("--dtype", choices=["float32", "float16", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=1, help="how often all take their turn")
    options = parser.parse_args()
    on = machine(options.batch, options.dtype)
    given = InputSpec(batch=on.batch, dtype=on.dtype)
    profiles = {name: analyze(resolve({"preset": name}), given) for name in NETWORKS}
    times = dict.fromkeys(NETWORKS, float("inf"))
    peaks = measured_peaks(on)
    for _ in range(options.rounds):
        for name, profile in profiles.items():
            times[name] = min(times[name], seconds(profile, on))
            peaks = Peaks(*map(max, peaks, measured_peaks(on)))
    return 0 if report(on, peaks, profiles, times) else 1


def report(
    on: Machine, peaks: Peaks, profiles: dict[str, Profile], times: dict[str, float]
) -> bool:
    """Print what was measured beside its bound; whether nothing was quicker."""
    print(f"{on.name}; batch {on.batch}, {on.dtype}, channels last, torch {torch.__version__}")
    print(
        f"measured: {peaks.matrix_flops_per_s / 1e9:,.0f} GFLOP/s in a product of "
        f"{on.side}x{on.side} matrices, {peaks.bytes_per_s / 1e9:,.1f} GB/s in a copy of "
        f"{on.copied / 1e6:,.0f} MB"
    )
    printed = printed_peaks(on)
    heads = (
        "measured",
        "bound",
        "ratio",
        "if fused",
        "ratio",
        *(("by data sheet",) * bool(printed)),
    )
    print(f"{'network':30}" + "".join(f"{head:>14}" for head in heads))
    ratios = []
    for name, profile in profiles.items():
        separate, fused = (
            roofline(profile, peaks, fused=both).bound.seconds for both in (False, True)
        )
        time = times[name]
        ratios.append(time / separate)
        line = (
            f"{name:30}{1e3 * time:>11.1f} ms{1e3 * separate:>11.1f} ms{time / separate:>14.2f}"
            f"{1e3 * fused:>11.1f} ms{time / fused:>14.2f}"
        )
        if printed:
            by_sheet = roofline(profile, printed, fused=False).bound.seconds
            line += f"{time / by_sheet:>14.2f}"
        print(line)
    print(f"{'geometric mean':30}{geometric_mean(ratios):>42.2f}")
    print(f"goal: a ratio of at least {GOAL}, for nothing is quicker than its bound")
    return min(ratios) >= GOAL


if __name__ == "__main__":
    sys.exit(main())
