"""The second opinion: torch and fvcore recount the module lowered from a graph.

Shapes, parameters, torch's FlopCounterMode and what autograd saves are read on the meta device,
where nothing is computed and any size fits. fvcore has to run the network, so it does that on one
image, and on a smaller one if need be; our count for that image is what it is compared with. So is
the peak that torch's allocator reports, of the input asked for where a CPU runs that in seconds.
Under autocast, which the meta device does not know, what is saved is read on a CPU too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any

from archmeter.analyzers.allocator import calls_through, measure, predict
from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions import fvcore_count, fvcore_extra
from archmeter.analyzers.profile import Profile
from archmeter.models.errors import ArchmeterError, ShapeError
from archmeter.models.extras import explained
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import BatchNorm
from archmeter.models.precision import ITEM_SIZES
from archmeter.models.spec import ArchitectureSpec, InputSpec
from archmeter.models.torch_module import to_torch

if TYPE_CHECKING:
    from torch import Tensor, UntypedStorage, nn

MAX_WEIGHT_BYTES = 4 * 10**9
"""Weights that are still copied into memory to be run."""

MAX_RUN_MACS = 40 * 10**9
MAX_RUN_BYTES = 2 * 10**9
"""What one run may compute and hold; a larger network is run on a smaller image."""

MAX_HALF_MACS = 2 * 10**8
"""The same of a run under autocast: most CPUs emulate half precision."""

MAX_DIFFERENCES = 20
"""Layers named for one figure."""

_ONE_AT_A_TIME = Lock()  # tracing and counting modes are state of the whole process


class AuditTooLarge(ArchmeterError):
    """The network is too large to be run for a second opinion."""

    code = "audit_too_large"


@dataclass(frozen=True, slots=True)
class AuditDifference(Answer):
    """A layer on which two counts differ."""

    path: str
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class KernelScratch(Answer):
    """Memory that a kernel takes for itself, where that makes the peak higher or elsewhere."""

    path: str
    """The operator at which most is allocated because of it."""

    takes: int
    """Bytes that its kernel takes."""

    adds: int
    """Bytes by which the peak is higher."""

    why: str
    """What the kernel needs them for."""


@dataclass(frozen=True, slots=True)
class AuditCheck(Answer):
    """One figure, counted by us and by another tool."""

    figure: str
    """What is counted, as an analysis names it."""

    tool: str
    """Who counts it besides us."""

    input_shape: tuple[int, ...]
    """What the tool was run on."""

    ours: int
    theirs: int
    where: Rows[AuditDifference] = field(default_factory=Rows)
    """Layers that differ, the largest difference first."""

    scratch: KernelScratch | None = None
    """What the tool's own kernels add to our figure."""

    agrees: bool = field(init=False, default=False)
    """Whether both are the same integer, once what the scratch adds is added to ours."""

    def __post_init__(self) -> None:
        added = self.scratch.adds if self.scratch else 0
        object.__setattr__(self, "agrees", self.ours + added == self.theirs)


@dataclass(frozen=True, slots=True)
class AuditReport(Answer):
    """What other tools count for one network, beside what we count."""

    checks: Rows[AuditCheck]
    """One for each figure and tool."""

    agrees: bool = field(init=False, default=False)
    """Whether every figure was confirmed to the unit."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "agrees", all(check.agrees for check in self.checks))


@explained()
def audit(spec: ArchitectureSpec, input: InputSpec | None = None) -> AuditReport:  # noqa: A002
    """Recount a network with torch and fvcore.

    Raises:
        AuditTooLarge: if its weights are too large to be run.
    """
    how = input or InputSpec()
    profile = Profile(spec.graph(how.batch), how.dtype)
    # fvcore counts operations, which no dtype changes, so it runs in single precision.
    if 4 * profile.totals.params > MAX_WEIGHT_BYTES:
        raise AuditTooLarge(
            f"{4 * profile.totals.params:,} bytes of weights are too many to run; "
            f"the limit is {MAX_WEIGHT_BYTES:,}"
        )
    with _ONE_AT_A_TIME:
        # Batch norm refuses to train on one value per channel; two images are never so few.
        trained = profile if _trains(profile.graph) else Profile(spec.graph(2), how.dtype)
        checks = (
            *_on_meta(profile),
            *_kept(spec, trained),
            _by_allocator(_held(profile, spec)),
            *_with_fvcore(_runnable(spec)),
        )
        return AuditReport(Rows(checks))


def _on_meta(profile: Profile) -> list[AuditCheck]:
    """Shapes, weights, and torch's own count."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        module, x = to_torch(profile.graph), torch.empty(profile.input_shape)
    counter = FlopCounterMode(display=False)
    # The counter knows the kernel of accelerators, not that of the CPU.
    kernel = torch.ops.aten._scaled_dot_product_flash_attention  # noqa: SLF001
    with torch.no_grad(), counter, _attention_by(kernel):
        outputs = module.eval()(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    flops = {name: sum(ops.values()) for name, ops in counter.get_flop_counts().items()}

    def check(
        figure: str, tool: str, ours: int, theirs: int, *where: AuditDifference
    ) -> AuditCheck:
        return AuditCheck(figure, tool, profile.input_shape, ours, theirs, Rows(where))

    totals = profile.totals
    ours_by_path = _by_owner(profile.graph, lambda call: 2 * macs(call))
    return [
        check(
            "output_elements",
            "torch",
            sum(prod(output.shape) for output in profile.graph.outputs),
            sum(output.numel() for output in outputs),
        ),
        check("params", "torch", totals.params, sum(p.numel() for p in module.parameters())),
        check("buffers", "torch", totals.buffers, sum(b.numel() for b in module.buffers())),
        check(
            "flops_by_kind.mac",
            "torch.utils.flop_counter",
            2 * totals.macs,
            counter.get_total_flops(),
            *_differences(
                ours_by_path, {name.partition(".")[2]: count for name, count in flops.items()}
            ),
        ),
    ]


def _kept(spec: ArchitectureSpec, trained: Profile) -> Iterator[AuditCheck]:
    """What autograd saves, of what trains; under autocast on a CPU, of images it runs in seconds.

    Of CUDA's lists there is no second opinion without CUDA.
    """
    import torch

    precision, tool = trained.precision, "torch.autograd.graph.saved_tensors_hooks"
    if not trained.trains or precision.autocast == "cuda":
        return
    if precision.autocast:
        small = _runnable(spec, max(2, trained.input_shape[0]), MAX_HALF_MACS)
        trained = Profile(small, trained.dtype)
        module, x = _blank(small, torch.float32), torch.zeros(trained.input_shape)
        with torch.autocast("cpu", dtype=getattr(torch, precision.activations)):
            theirs = saved_bytes(module.train(), x)
        tool = f"{tool}, torch.autocast"
    else:
        dtype = getattr(torch, trained.dtype)
        with torch.device("meta"):
            module = to_torch(trained.graph).to(dtype)
            x = torch.empty(trained.input_shape, dtype=dtype)
        theirs = saved_bytes(module.train(), x)
    ours = trained.memory.training_saved_bytes
    yield AuditCheck("training_saved_bytes", tool, trained.input_shape, ours, theirs)


def _trains(graph: Graph) -> bool:
    """Whether each batch norm gets more than one value per channel."""
    norms = (tensor for tensor in graph.tensors if isinstance(tensor.op, BatchNorm))
    return all(prod(norm.shape) > norm.channels for norm in norms)


def saved_bytes(module: nn.Module, x: Tensor) -> int:
    """Bytes autograd keeps of a forward pass besides weights, buffers and input, by storage."""
    import torch
    from torch.autograd.graph import saved_tensors_hooks

    given = {_identity(tensor) for tensor in (x, *module.parameters(), *module.buffers())}
    # Storages are held, lest another take a freed one's place; tensors that hold what made them,
    # which holds what is packed, would never be freed.
    saved: dict[int, UntypedStorage] = {}

    def pack(tensor: Tensor) -> None:
        if _identity(tensor) not in given:
            saved[_identity(tensor)] = tensor.untyped_storage()

    kernel = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001
    with saved_tensors_hooks(pack, lambda nothing: nothing), _attention_by(kernel):
        module(x)
    return sum(storage.nbytes() for storage in saved.values())


def _attention_by(kernel: Callable[..., Any]) -> AbstractContextManager[object]:
    """Attention in one kernel on the meta device too, where torch would compose it."""
    from torch.nn.functional import scaled_dot_product_attention

    def by_kernel(function: Callable[..., Any], *args: Any, **kwargs: Any) -> object:
        if function is scaled_dot_product_attention and args[0].is_meta:
            return kernel(*args)[0]
        return function(*args, **kwargs)

    return calls_through(by_kernel)


def _identity(tensor: Tensor) -> int:
    """Which storage a tensor uses; on the meta device storages have no address to tell them by."""
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - torch has no public name for it


def _with_fvcore(graph: Graph) -> list[AuditCheck]:
    """fvcore's total, and the part of it that are MACs."""
    import torch
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(_blank(graph, torch.float32), torch.zeros(graph.input.shape))
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    with torch.no_grad():
        theirs = {name: int(count) for name, count in analysis.by_module().items()}
        operators = analysis.by_operator()
    ours = fvcore_count(graph)
    ours_by_path = _by_owner(graph, lambda call: macs(call) + fvcore_extra(call))
    not_macs = (
        "batch_norm",
        "group_norm",
        "layer_norm",
        "adaptive_avg_pool2d",
        "upsample_nearest2d",
    )
    their_macs = int(sum(n for name, n in operators.items() if name not in not_macs))
    where = _differences(ours_by_path, theirs)
    shape = graph.input.shape
    return [
        AuditCheck("macs", "fvcore", shape, ours.macs, their_macs, where),
        AuditCheck("fvcore_total", "fvcore", shape, ours.total, theirs[""], where),
    ]


def _held(profile: Profile, spec: ArchitectureSpec) -> Profile:
    """What is run to see its memory: what was asked for if that is quick, else one smaller image.

    In single precision instead of less: CPUs compute the latter one operation at a time.
    """
    if profile.item_size < ITEM_SIZES["float32"] or profile.precision.bits:
        profile = Profile(profile.graph)
    return profile if _is_quick(profile) else Profile(_runnable(spec), profile.dtype)


def _by_allocator(profile: Profile) -> AuditCheck:
    """The peak of a real forward pass, as torch's allocator reports it."""
    import torch

    dtype = getattr(torch, profile.dtype)
    module = _blank(profile.graph, dtype)
    peak, layouts = measure(module, torch.zeros(profile.input_shape, dtype=dtype))
    predicted = predict(profile, layouts)
    ours = profile.memory.inference_peak_bytes
    scratch = (
        KernelScratch(predicted.path, predicted.scratch, predicted.peak - ours, predicted.why)
        if predicted.peak > ours
        else None
    )
    return AuditCheck(
        "inference_peak_bytes",
        f"torch's CPU allocator, {profile.dtype}",
        profile.input_shape,
        ours,
        peak,
        scratch=scratch,
    )


def _blank(graph: Graph, dtype: Any) -> nn.Module:  # noqa: ANN401 - torch's class of dtypes
    """A module that runs on zeros."""
    import torch

    with torch.device("meta"):
        module = to_torch(graph).to(dtype)
    # Nobody looks at the values, but denormals in uninitialised memory would make it slow.
    module = module.to_empty(device="cpu").eval()
    for tensor in (*module.parameters(), *module.buffers()):
        torch.nn.init.zeros_(tensor)
    return module


def _is_quick(profile: Profile, most_macs: int | None = None) -> bool:
    """Whether a network can be run in seconds."""
    most_macs = most_macs or MAX_RUN_MACS
    return profile.totals.macs <= most_macs and profile.memory.inference_peak_bytes <= MAX_RUN_BYTES


def _runnable(spec: ArchitectureSpec, batch: int = 1, most_macs: int | None = None) -> Graph:
    """The network on images of the size asked for, or halved until it is quick to run."""
    graph = spec.graph(batch)
    while True:
        height, width = spec.resolution
        if _is_quick(Profile(graph), most_macs) or min(height, width) < 2:  # noqa: PLR2004 - it cannot be halved
            return graph
        spec = spec.model_copy(update={"resolution": (height // 2, width // 2)})
        try:
            graph = spec.graph(batch)
        except ShapeError:  # no smaller image fits its strides
            return graph


def _by_owner(graph: Graph, count: Callable[[Call], int]) -> dict[str, int]:
    """Counts of calls, summed by the path of whoever owns the weights."""
    counts: Counter[str] = Counter()
    for tensor in graph.tensors:
        counts[(tensor.reuses or tensor).path] += count(tensor.call)
    return counts


def _differences(ours: dict[str, int], theirs: dict[str, int]) -> Rows[AuditDifference]:
    """Layers on which two counts differ; what is only a container on their side is left out."""
    found = [
        AuditDifference(path, count, theirs.get(path, 0))
        for path, count in ours.items()
        if count != theirs.get(path, 0)
    ]
    return Rows(sorted(found, key=lambda d: -abs(d.ours - d.theirs))[:MAX_DIFFERENCES])
