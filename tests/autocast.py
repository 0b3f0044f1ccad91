"""Autocast as torch does it: the referee of what is predicted about it.

Its rules for CUDA are those of its CPU with other lists, so they are tried on a CPU: operators that
CUDA runs in single precision are made to do so, and those that only CPUs run so are not.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from archmeter.models.precision import AutocastDevice

SINGLE_ON_CUDA = (
    "exp",
    "group_norm",
    "layer_norm",
    "linalg_vector_norm",
    "pow.Tensor_Scalar",
    "rsqrt",
    "softmax.int",
    "sum.dim_IntList",
    "upsample_nearest2d",
)
SINGLE_ON_CPU = ("avg_pool3d", "reflection_pad2d")

_AUTOCAST = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastCPU)


@contextmanager
def autocast(device: AutocastDevice = "cpu", dtype: torch.dtype = torch.bfloat16) -> Iterator[None]:
    """Autocast on a CPU, by the lists of a device; without oneDNN, which is slow on small maps."""
    lists = torch.library.Library("aten", "IMPL")
    try:
        with warnings.catch_warnings():
            # Setting oneDNN's flags sets its TF32 flag too, which complains without a GPU.
            warnings.filterwarnings("ignore", "TF32 acceleration", UserWarning)
            warnings.filterwarnings("ignore", "Warning only once for all operators", UserWarning)
            if device == "cuda":
                for name in SINGLE_ON_CUDA:
                    _list(lists, name, single=True)
                for name in SINGLE_ON_CPU:
                    _list(lists, name, single=False)
            with torch.backends.mkldnn.flags(enabled=False), torch.autocast("cpu", dtype):
                yield
    finally:
        lists._destroy()


def _list(lists: torch.library.Library, name: str, *, single: bool) -> None:
    """Put an operator on the list of single precision, or take it off all lists."""
    packet, _, overload = name.partition(".")
    operator = getattr(getattr(torch.ops.aten, packet), overload or "default")

    def run(*args: Any, **kwargs: Any) -> Any:
        with torch._C._ExcludeDispatchKeyGuard(_AUTOCAST):
            given = [x.float() if single and _is_half(x) else x for x in args]
            return operator(*given, **kwargs)

    lists.impl(name, run, "AutocastCPU", allow_override=True)


def _is_half(x: object) -> bool:
    return isinstance(x, Tensor) and x.dtype in {torch.bfloat16, torch.float16}
