"""What tests need and a machine may lack."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("ARCHMETER_TESTS_REQUIRE", "").split(",")
"""What this machine promised to have."""


def lacking(need: str, message: str) -> NoReturn:
    """Fail where the machine promised to have it; elsewhere skip, and the summary says why."""
    if need in REQUIRED:
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
