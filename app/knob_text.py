"""Values of knobs as people type them: on the command line, in forms and in URLs."""

import re

from archmeter.app import strict_json
from archmeter.models.errors import ArchmeterError

_SIDES = re.compile(r"(\d{1,9}) *[x×] *(\d{1,9})", re.ASCII | re.IGNORECASE)
_LIST = re.compile(r"-?[\d.]+( *, *-?[\d.]+)+", re.ASCII)


def value_of(text: str) -> object:
    """JSON where it is JSON, text otherwise, so that names need no quotes.

    Besides, ``3,4,6,3`` is a list and ``288x320`` are two sides.
    """
    text = text.strip()
    if sides := _SIDES.fullmatch(text):
        return [int(side) for side in sides.groups()]
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
