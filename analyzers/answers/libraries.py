"""Libraries that only some uses of the client need: imported when they are, and not before."""

from importlib import import_module
from typing import Any


class MissingLibrary(ImportError):
    """A library is not installed that only some uses of the client need."""


def needed(library: str, purpose: str, *, package: str | None = None) -> Any:  # noqa: ANN401 - a module
    """Import a library that the client does not depend on.

    Args:
        library: what is imported.
        purpose: what for, as the error tells it.
        package: what pip is to install; the library's own name without it.

    Raises:
        MissingLibrary: with the command that installs it.
    """
    try:
        return import_module(library)
    except ImportError as error:
        raise MissingLibrary(
            f"{purpose} needs {library}: pip install {package or library}", name=library
        ) from error
