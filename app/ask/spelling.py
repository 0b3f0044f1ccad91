"""Values as people type them: on the command line, in forms, in URLs, and in JSON as text.

Knobs: ``3,4,6,3``. What a knob may be: ``12:28``, ``24:96:8``, ``0.5~2/9``,
``8,16,24``. Amounts: ``600M``, ``16GB``, ``24GiB``. A type whose annotation has a `Spelled` is read
from such text wherever it is a field.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from archmeter.app.ask import strict_json
from archmeter.models.errors import ArchmeterError

RANGES = (
    "values between commas, LOW:HIGH or LOW:HIGH:STEP, or LOW:HIGH/COUNT; with ~ in place of the "
    "first colon on a logarithmic scale"
)
"""How `domain_of` is spelled, in words."""

NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
PREFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}

_LIST = re.compile(r"-?[\d.]+( *, *-?[\d.]+)+", re.ASCII)
_RANGE = re.compile(
    rf"(?P<low>{NUMBER})(?P<law>[:~])(?P<high>{NUMBER})"
    rf"(?::(?P<step>{NUMBER})|/(?P<count>\d{{1,9}}))?",
    re.ASCII,
)
_AMOUNT = re.compile(
    rf"(?P<amount>{NUMBER}) ?(?:(?P<prefix>[kKMGTP]?)|(?P<binary>[KMGTP])i)[bB]?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Spelled:
    """Marks a type that is also read from text.

    Attributes:
        read: from text to what the type is validated from.
        form: how the text is spelled, as in ``EPOCHS@SIDE``.
    """

    read: Callable[[str], object]
    form: str

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # noqa: ANN401 - as pydantic has it
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._value, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        value = handler(schema)
        ways = handler.resolve_ref_schema(value).get("anyOf", [value])
        if any(handler.resolve_ref_schema(way).get("type") == "string" for way in ways):
            return value
        return {"anyOf": [value, {"type": "string", "description": f"Spelled as {self.form}."}]}

    def _value(self, value: object) -> object:
        return self.read(value) if isinstance(value, str) else value


class NoAmount(ArchmeterError):
    """A text that is no amount of anything."""


def value_of(text: str) -> object:
    """JSON where it is JSON, text otherwise, so that names need no quotes.

    Besides, ``3,4,6,3`` is a list.
    """
    text = text.strip()
    if _LIST.fullmatch(text):
        text = f"[{text}]"
    try:
        return strict_json.loads(text)
    except ArchmeterError:
        return text


def text_of(value: object) -> str:
    """A value as it would be typed: `value_of` of it is the value again."""
    match value:
        case str():
            return value
        case [int() | float(), _, *_] if all(type(part) in {int, float} for part in value):
            return ",".join(map(text_of, value))
        case _:
            return strict_json.dumps(value).decode()


def domain_of(text: str) -> object:
    """What a knob may be: a range, or a list of values."""
    found = _RANGE.fullmatch(text)
    if found is None:
        whole = value_of(text)
        # A list of lists is JSON; other lists need no brackets.
        return whole if isinstance(whole, list) else [value_of(part) for part in text.split(",")]
    given = {
        name: value_of(found[name]) for name in ("low", "high", "step", "count") if found[name]
    }
    return {**given, "law": "log_uniform"} if found["law"] == "~" else given


def amount_of(text: str) -> float:
    """A number with a prefix, as ``600M``, ``16 GB`` or ``24GiB``.

    Raises:
        NoAmount: if it is none.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise NoAmount(
            f"{text[:80]!r} is no amount", value=text, accepted="a number, as 600M or 16 GB"
        )
    number = float(found["amount"])
    if found["binary"]:
        return number * float(1024 ** (1 + "KMGTP".index(found["binary"])))
    return number * PREFIXES[(found["prefix"] or "").replace("K", "k")]


def parts_of(pattern: str, form: str) -> Callable[[str], dict[str, object]]:
    """Read the parts of a text that have a name in a pattern.

    Args:
        pattern: of the whole text.
        form: how it is spelled, told to whoever spells it otherwise.
    """
    whole = re.compile(pattern, re.ASCII)

    def read(text: str) -> dict[str, object]:
        found = whole.fullmatch(text.strip())
        if found is None:
            raise ArchmeterError(f"takes {form}, got {text[:80]!r}", value=text, accepted=form)
        return {name: value_of(part) for name, part in found.groupdict().items() if part}

    return read


def pair_of(text: str, form: str) -> tuple[str, str]:
    """The two sides of ``KEY=VALUE``.

    Raises:
        ArchmeterError: if it is spelled otherwise.
    """
    key, equals, value = text.partition("=")
    if not (key and equals and value):
        raise ArchmeterError(f"takes {form}, got {text[:80]!r}", value=text, accepted=form)
    return key, value
