"""Everything that can be asked, one question to a file; the names of the files are the contents.

What there is to ask is read here without importing any of it.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import Any


@dataclass(frozen=True, slots=True)
class Declared:
    """What the file of a question says before it is run.

    Attributes:
        summary: the first line of its docstring.
        constants: arguments of its ``QUESTION`` that are written as constants.
    """

    summary: str
    constants: dict[str, Any] = field(repr=False)


@cache
def declared() -> dict[str, Declared]:
    """Every question by the name of its file."""
    found: dict[str, Declared] = {}
    for info in iter_modules(__path__):
        spec = info.module_finder.find_spec(info.name, None)
        source = Path(str(spec.origin if spec else "")).read_text("utf-8")
        # The docstring comes first and QUESTION last: the rest of the file need not be parsed.
        docstring = ast.get_docstring(ast.parse(source[: source.index('"""', 3) + 3])) or ""
        question = source[source.rindex("\nQUESTION") :]
        found[info.name] = Declared(docstring.partition("\n")[0], _constants(question))
    return dict(sorted(found.items()))


def _constants(source: str) -> dict[str, Any]:
    match ast.parse(source.strip()).body:
        case [ast.Assign(value=ast.Call(keywords=given)), *_]:
            return {
                str(one.arg): one.value.value
                for one in given
                if isinstance(one.value, ast.Constant)
            }
    return {}
