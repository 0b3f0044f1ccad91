"""The two clients: every question as a method, to be waited for or to be awaited.

Methods are those of the files in `app.questions`; a question that is new there is a method at once.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from archmeter.app.ask.question import Question, question
from archmeter.app.client import drawing, stored
from archmeter.app.client.calls import Call, asked
from archmeter.app.client.methods import iterated, performed
from archmeter.app.client.transports import AsyncTransport, SyncTransport
from archmeter.app.questions import declared

if TYPE_CHECKING:
    from archmeter.app.client.typed import Questions
else:
    Questions = object

FORMERLY = {
    "code": "torch_source",
    "kept": "training_kept",
    "plans": "training_plans",
    "scale_fast": "fast_scaling",
    "search_laws": "laws",
}
"""Names that methods have had; they work as before."""


class _Methods(Questions):
    """What both clients have in common: methods made of questions and of stored analyses."""

    get = performed(stored.get_analysis)
    stages = performed(stored.stages)
    audit = performed(stored.audit)
    audited = performed(stored.audited)
    compare = performed(stored.compare)
    find = performed(stored.find)
    search = iterated(stored.search)
    charts = performed(drawing.charts)
    chart = performed(drawing.chart)
    draw = performed(drawing.draw)

    if TYPE_CHECKING:

        def perform(self, call: Call[Any]) -> Any:  # noqa: ANN401 - or what is awaited for it
            """Make a call; each client in its own way."""

    else:  # type checkers know every method by its name, and so those that there are not

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method
            module = FORMERLY.get(name, name)
            if module not in declared():
                message = f"{type(self).__name__} has no method {name!r}"
                raise AttributeError(message, name=name, obj=self)
            return self._method(question(module))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *declared()})

    def _method(self, about: Question[Any, Any]) -> Any:  # noqa: ANN401 - a method
        def method(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            return self.perform(asked(about, arguments, options))

        method.__name__ = about.module
        method.__doc__ = about.description
        method.__signature__ = signature(about)  # type: ignore[attr-defined]
        return method


def signature(about: Question[Any, Any]) -> inspect.Signature:
    """Parameters of a method, for people who ask `help`."""
    positional = ["network"] if about.is_about_a_network else about.in_path
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in positional]
    fields = about.request.model_fields
    for name in dict.fromkeys(option.path[0] for option in about.options()):
        default = inspect.Parameter.empty if fields[name].is_required() else fields[name].default
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(name, kind, default=default))
    if about.is_about_a_network:
        parameters.append(inspect.Parameter("overrides", inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


class Client(SyncTransport, _Methods):
    """Asks the service and waits for the answer."""


class AsyncClient(AsyncTransport, _Methods):
    """Asks the service; every call is awaited, and searches are iterated over with `async for`."""
