"""What the tests of this folder share: counterparts, which need timm and torchvision."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Other settings than those of every run, and more of them."""
    group = parser.getgroup("differential")
    group.addoption("--seed", type=int, default=0, help="draw other settings (default: 0)")
    group.addoption("--draws", type=int, default=None, help="draw so many of each counterpart")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What all settings are drawn by."""
    number: int = request.config.getoption("--seed", default=0)
    return number


@pytest.fixture
def draws(request: pytest.FixtureRequest) -> int | None:
    """How many networks of each counterpart, if not as many as it says."""
    number: int | None = request.config.getoption("--draws", default=None)
    return number
