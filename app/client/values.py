"""Answers as objects: attributes read from the JSON as it came, when they are asked for.

Nothing is copied or converted before it is used, so an answer of a thousand rows costs what parsing
it costs. The classes in ``answers.py`` say what there is; this file says how it behaves.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    NoReturn,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from archmeter.analyzers.answers import columns as tables
from archmeter.analyzers.answers import html

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")

Read = Callable[[Any], Any]


class Answer:
    """An object of the service's JSON, read-only. Equal to another with the same JSON.

    Fields that this version of the client does not know yet can be read all the same.

    Raises:
        ValueError: if the JSON is no object.
    """

    _json: dict[str, Any]

    _absent: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What fields are that the service leaves out."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        if not isinstance(document, dict):
            raise ValueError(f"{type(self).__name__} is an object in JSON, not {document!r:.80}")  # noqa: TRY004
        object.__setattr__(self, "_json", document)

    def to_dict(self) -> dict[str, Any]:
        """The JSON as it came, as dicts and lists of one's own."""
        document: dict[str, Any] = plain(self)
        return document

    if not TYPE_CHECKING:  # so that type checkers know only the fields that are declared

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as fields are
            document = {**self._absent, **self._json} if name in self._absent else self._json
            if name.startswith("_") or name not in document:
                raise AttributeError(
                    f"{type(self).__name__} has no {name!r}; it has {', '.join(self._json)}",
                    name=name,
                    obj=self,
                )
            return _reader(type(self), name)(document[name])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only", name=name, obj=self)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._absent, *self._json})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._json == self._json

    __hash__ = None  # type: ignore[assignment]  # it holds lists and dicts

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (self._json,)

    def __repr__(self) -> str:
        shown = (
            f"{name}={value!r}" if not isinstance(value, dict | list) else f"{name}=…"
            for name, value in self._json.items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        return html.answer(type(self).__name__, self._json)


class Rows(Sequence[T], Generic[T]):
    """Answers in a sequence, which is also a table: nested objects become columns ``a.b``."""

    __slots__ = ("_json", "_kind")

    def __init__(self, documents: Sequence[Any], kind: type[T]) -> None:
        self._json = documents
        self._kind = kind

    @classmethod
    def of(cls, answers: Iterable[T]) -> "Rows[T]":
        """Collect answers from anywhere, such as ``Rows.of(client.search())``."""
        found = list(answers)
        kind: Any = type(found[0]) if found else Answer
        return Rows([plain(answer) for answer in found], kind)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> "Rows[T]": ...
    def __getitem__(self, index: int | slice) -> "T | Rows[T]":
        if isinstance(index, slice):
            return Rows(self._json[index], self._kind)
        return _made(self._kind, self._json[index])

    def __iter__(self) -> Iterator[T]:
        return (_made(self._kind, document) for document in self._json)

    def __len__(self) -> int:
        return len(self._json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and other._json == self._json

    __hash__ = None  # type: ignore[assignment]  # it holds lists and dicts

    def __repr__(self) -> str:
        return f"Rows({len(self)} x {self._kind.__name__})"

    def _repr_html_(self) -> str:
        return html.rows(self._kind.__name__, self._json)

    def to_list(self) -> list[dict[str, Any]]:
        """The rows as they came, as dicts of one's own."""
        documents: list[dict[str, Any]] = plain(self)
        return documents

    def to_pandas(self) -> "pd.DataFrame":
        """A pandas DataFrame; integers stay integers, where some are missing as well.

        Raises:
            MissingLibrary: if pandas is not installed.
        """
        return tables.to_pandas(self._json)

    def to_polars(self) -> "pl.DataFrame":
        """A polars DataFrame.

        Raises:
            MissingLibrary: if polars is not installed.
        """
        return tables.to_polars(self._json)

    def to_arrow(self) -> "pa.Table":
        """An Arrow table.

        Raises:
            MissingLibrary: if pyarrow is not installed.
        """
        return tables.to_arrow(self._json)


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON, and answers in it
    """Dicts, lists and scalars of what may hold answers and read-only views; shares nothing."""
    if isinstance(value, Answer | Rows):
        return plain(value._json)  # noqa: SLF001 - its own module
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def parsed(content: bytes, hint: Any) -> Any:  # noqa: ANN401 - whatever the hint says
    """What a body holds, as the hint has it.

    Raises:
        ValueError: if it is not JSON, or of another form.
    """
    return _converter(hint)(json.loads(content))


def _made(kind: type[T], document: Any) -> T:  # noqa: ANN401
    read: Read = _converter(kind)  # type: ignore[arg-type]  # a class is hashable
    made: T = read(document)
    return made


@cache
def _reader(kind: type[Answer], name: str) -> Read:
    return _converter(get_type_hints(kind).get(name, Any))


@cache
def _converter(hint: Any) -> Read:  # noqa: ANN401
    """What turns JSON into a value of this type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _optional(args)
    if isinstance(hint, type) and issubclass(hint, Answer):
        return hint
    if origin is Rows:
        return lambda documents: Rows(_listed(documents), args[0])
    if origin is tuple:
        return _tuples(args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = _converter(args[1])
        return lambda document: MappingProxyType(
            {name: value(part) for name, part in document.items()}
        )
    return _frozen


def _optional(kinds: tuple[Any, ...]) -> Read:
    """Null, or the one thing it may be besides; of several, each is told by its form alone."""
    others = [kind for kind in kinds if kind is not NoneType]
    read = _converter(others[0]) if len(others) == 1 else _frozen
    return lambda value: None if value is None else read(value)


def _tuples(kinds: tuple[Any, ...]) -> Read:
    if len(kinds) == 2 and kinds[1] is Ellipsis:  # noqa: PLR2004 - tuple[kind, ...]
        read = _converter(kinds[0])
        return lambda values: tuple(read(value) for value in values)
    reads = [_converter(kind) for kind in kinds]
    return lambda values: tuple(read(value) for read, value in zip(reads, values, strict=True))


def _listed(documents: Any) -> list[Any]:  # noqa: ANN401
    if not isinstance(documents, list):
        raise ValueError(f"a list was expected, not {documents!r:.80}")  # noqa: TRY004 - as json has it
    return documents


def _frozen(value: Any) -> Any:  # noqa: ANN401
    """JSON of unknown form, read-only."""
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(part) for name, part in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(part) for part in value)
    return value
