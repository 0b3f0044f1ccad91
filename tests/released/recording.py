"""What is written down of an answer, without what differs from run to run by nature."""

import json
import re
from hashlib import sha256
from io import BytesIO
from typing import Any

from httpx2 import Response
from pyarrow import Table, ipc, parquet

_HEADERS = (
    "access-control-allow-origin", "allow", "cache-control", "cache-status", "content-disposition",
    "content-encoding", "content-security-policy", "content-type", "hx-replace-url", "link",
    "location", "referrer-policy", "retry-after", "vary", "x-content-type-options",
)  # fmt: skip
_THERE = ("content-location", "etag")
"""Headers whose value follows from the bytes: it is enough that they are there."""

_LONGEST_TEXT = 300_000
"""Characters up to which a text is written down; of a longer one the digest tells a change."""

_VARIES = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"(?<=\?v=)[0-9a-f]{12}"), "VERSION"),
    (re.compile(r"(?<=process \[)\d+(?=\])"), "PROCESS"),
)


def steady(value: Any, local: dict[str, str]) -> Any:
    """A value without times, versions of files, and what `local` names: paths, ports."""
    match value:
        case str():
            for pattern, word in _VARIES:
                value = pattern.sub(word, value)
            for text, word in local.items():
                value = value.replace(text, word)
            return value
        case list():
            return [steady(one, local) for one in value]
        case dict():
            return {
                key: "TORCH" if key == "torch_version" else steady(one, local)
                for key, one in value.items()
            }
        case _:
            return value


def heard(response: Response, local: dict[str, str]) -> dict[str, Any]:
    """An answer: its status, the headers that clients read, and its body."""
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    headers |= {name: "there" for name in _THERE if name in response.headers}
    return {
        "status": response.status_code,
        "headers": steady(headers, local),
        "body": steady(_body(response), local),
    }


def document(text: str) -> Any:
    """JSON as what it says, any other text as it is."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _body(response: Response) -> Any:
    media_type = response.headers.get("content-type", "").partition(";")[0]
    content = response.content
    match media_type:
        case "application/vnd.apache.parquet" if content:
            return _table(parquet.read_table(BytesIO(content)))
        case "application/vnd.apache.arrow.stream" if content:
            return _table(ipc.open_stream(content).read_all())
        case "application/pdf" if content:
            # Its objects stand in another order each time; the same chart as SVG tells a change.
            return {"pdf": len(content)}
        case "" | "application/x-tex" | "image/svg+xml":
            return _text(content)
        case _ if media_type.endswith(("json", "javascript")) or media_type.startswith("text/"):
            return document(_decoded(content)) if media_type.endswith("json") else _text(content)
        case _:
            return _digest(content)


def _text(content: bytes) -> Any:
    text = _decoded(content)
    return text if len(text) <= _LONGEST_TEXT else _digest(content)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")


def _digest(content: bytes) -> dict[str, Any]:
    return {"sha256": sha256(content).hexdigest(), "bytes": len(content)}


def _table(table: Table) -> dict[str, Any]:
    columns = {field.name: str(field.type) for field in table.schema}
    return {"columns": columns, "rows": [list(row.values()) for row in table.to_pylist()]}
