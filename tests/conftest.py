"""What all tests share: quiet, single-threaded torch, and how hypothesis explores."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Tests run in several processes at once; torch would start a thread per core in each of them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

COMMON = {
    "deadline": None,  # the first example of a family also pays for its imports
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
# The same examples every time, so that a failure is due to the change at hand; others are looked
# for with `make test ARGS=--hypothesis-profile=explore`.
settings.register_profile("archmeter", derandomize=True, **COMMON)
settings.register_profile("explore", **COMMON)
settings.load_profile("archmeter")
