"""The pages: rendered here, enhanced in the browser, nothing loaded from elsewhere (see README.md).

Each file of ``pages`` is a page, or a noun of pages, with a ``router`` of its own.
"""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI

from archmeter.app.web import pages
from archmeter.app.web.static_files import KeptFiles


def install(app: FastAPI) -> None:
    """Make the service serve its pages and their static files."""
    for info in iter_modules(pages.__path__):
        module = import_module(f"{pages.__name__}.{info.name}")
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static", KeptFiles(), name="static")
