"""timm and torchvision, imported as every build of torch can.

Whoever imports them comes here first: ``tests.differential.catalogue`` does.
"""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import torch

from tests.needs import lacking

# torchvision's wheel on PyPI holds detection operators compiled for the CUDA build of torch. Beside
# the CPU build they do not load, which is forgiven; that their shapes cannot be registered then is
# not. No network here has a detection operator.
sys.modules.setdefault(
    "torchvision._meta_registrations", ModuleType("torchvision._meta_registrations")
)

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, about each other
        import timm
        import torchvision
except ImportError as error:
    lacking("timm", f"needs timm and torchvision, which `make test-differential` installs: {error}")

VERSIONS = {"timm": timm.__version__, "torchvision": torchvision.__version__.partition("+")[0]}

# At inference torch would run a whole encoder layer in one kernel, which counts as nothing and is
# not what trains.
torch.backends.mha.set_fastpath_enabled(False)
