"""An answer: a frozen dataclass that is its own schema, its own JSON and its own table.

    @dataclass(frozen=True, slots=True)
    class Peak(Answer):
        '''The moment at which most is alive.'''

        path: str
        '''The operator that runs then.'''

The docstring below a field is what OpenAPI, the client and notebooks say of it. The engine returns
such objects, the service sends them, and the client makes them again of what was sent.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import TypeAdapter


class Answer:
    """Base of everything that is answered."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it, in dicts, lists and scalars of one's own."""
        found: dict[str, Any] = adapter(type(self)).dump_python(self, mode="json")
        return found

    def to_json(self) -> bytes:
        """The answer as one JSON document, compact."""
        return adapter(type(self)).dump_json(self)

    @classmethod
    def from_json(cls, document: bytes | str) -> Self:
        """The answer that a document holds; fields that it does not have are passed over.

        Raises:
            pydantic.ValidationError: if it is not JSON, or of another form.
        """
        found: Self = adapter(cls).validate_json(document)
        return found

    def _repr_html_(self) -> str:
        from archmeter.analyzers.answers import html  # noqa: PLC0415 - notebooks alone need it

        return html.answer(type(self).__name__, self.to_dict())


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any annotation is a type here
    """What reads and writes a type as JSON: made once, for making it takes milliseconds."""
    found = _ADAPTERS.get(kind)
    if found is None:
        found = _ADAPTERS[kind] = TypeAdapter(kind)
    return found
