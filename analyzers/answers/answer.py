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

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, Self, TypeVar

from pydantic import GetPydanticSchema, TypeAdapter, WithJsonSchema

T = TypeVar("T")

Number = Annotated[
    float,
    GetPydanticSchema(lambda _, handler: handler(int | float)),
    WithJsonSchema({"type": "number"}),
]
"""An integer where it was counted, and sent as one; a float where it was not, as times."""


class Answer:
    """Base of everything that is answered."""

    __slots__ = ()

    def beside(self, kind: type[T], **more: Any) -> T:
        """The same as an answer of a kind that says more of it."""
        return kind(**{field.name: getattr(self, field.name) for field in fields(self)}, **more)  # type: ignore[arg-type]

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


def maker(kind: type[T]) -> Callable[..., T]:
    """What makes answers of a kind by the thousand, from all fields in their order.

    A frozen dataclass takes a detour to set each field. So fields are set on a twin that is not
    frozen, which then becomes one of the kind; both have the same slots.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    own = {
        "__module__": kind.__module__,
        "__slots__": kind.__slots__,  # type: ignore[attr-defined]
        "__setattr__": object.__setattr__,
    }
    twin = type(f"_{kind.__name__}", kind.__bases__, own)
    known: dict[str, Any] = {"_new": object.__new__, "_twin": twin, "_kind": kind}
    lines = [
        f"def make({', '.join(names)}):",
        " _made = _new(_twin)",
        *[f" _made.{name} = {name}" for name in names],
        " _made.__class__ = _kind",
        " return _made",
    ]
    exec("\n".join(lines), known)  # noqa: S102 - as dataclasses write their own methods
    make: Callable[..., T] = known["make"]
    return make
