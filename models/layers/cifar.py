"""What presets for CIFAR's images have in common, in the repositories that made them known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

CIFAR10: Mapping[str, Any] = MappingProxyType({"resolution": 32, "num_classes": 10})
CIFAR100: Mapping[str, Any] = MappingProxyType({"resolution": 32, "num_classes": 100})

PYTORCH_CIFAR = "github.com/kuangliu/pytorch-cifar"
PYTORCH_CIFAR100 = "github.com/weiaicunzai/pytorch-cifar100"
