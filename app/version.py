"""The version of what is installed."""

from importlib import metadata


def version() -> str:
    """As pip knows it; 0 of a checkout that is not installed."""
    try:
        return metadata.version("archmeter")
    except metadata.PackageNotFoundError:
        return "0"
