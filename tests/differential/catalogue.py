"""All counterparts: importing this declares them."""

from __future__ import annotations

from importlib import import_module

from tests.differential.counterparts import COUNTERPARTS, NO_SECOND_OPINION

__all__ = ["COUNTERPARTS", "NO_SECOND_OPINION"]

MODULES = (
    "libraries",  # before anything imports torchvision
    "cells",
    "convnext",
    "cross_stage",
    "custom",
    "dense",
    "efficient",
    "inception",
    "listed",
    "mobile",
    "paper_cifar",
    "paper_mobile",
    "paper_modern",
    "plain",
    "regnet",
    "residual",
    "transformers",
    "universal",
)

for module in MODULES:
    import_module(f"tests.differential.{module}")
