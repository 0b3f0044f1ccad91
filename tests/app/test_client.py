"""The Python client against the service: the same on both transports, and what REST answers."""

from __future__ import annotations

import copy
import inspect
import io
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import httpx2
import lxml.html
import pyarrow as pa
import pytest
from fastapi import FastAPI
from pyarrow import parquet
from starlette.testclient import TestClient

from archmeter.analyzers.answers.libraries import needed
from archmeter.app.ask.question import questions
from archmeter.app.client import (
    Answer,
    AsyncClient,
    Client,
    ClientError,
    MissingLibrary,
    NoAnswer,
    Problem,
    Rows,
    typed,
)
from archmeter.app.client.clients import FORMERLY, _Methods
from archmeter.app.client.drawing import VEGA_LITE
from archmeter.app.http.charts import MEDIA_TYPES
from archmeter.app.tables import MEDIA_TYPES as TABLES

NETWORK = "resnet20_cifar10"
"""Small: each figure of it is counted in a fraction of a millisecond."""

OF = object()
"""Stands for an analysis that is stored."""


class Ask(NamedTuple):
    """Arguments of a method."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}


CASES = {
    # Whatever needs nothing but a network, or nothing at all; some of it is asked otherwise below.
    **{
        name: Ask((OF,) if question.is_about_a_network else ())
        for name, question in questions().items()
        if not question.in_path and not any(option.required for option in question.options())
    },
    "analyze": Ask((NETWORK,), {"batch": 3, "dtype": "float16", "width_multiplier": 2}),
    "get": Ask((OF,)),
    "stages": Ask((OF,)),
    "training": Ask((OF,), {"optimizer": "adamw", "master_weights": True, "dtype": None}),
    "training_kept": Ask((OF,), {"checkpoint": "block"}),
    "training_layers": Ask((OF,), {"freeze": "stem"}),
    "largest_batch": Ask((OF,), {"bytes": 10**9, "training": True}),
    "conventions": Ask((OF,), {"tool": "fvcore"}),
    "formulas": Ask((OF,), {"symbols": "N"}),
    "roofline": Ask((OF,), {"device": "h200", "fused": False}),
    "audit": Ask((OF,)),
    "audited": Ask((OF,)),
    "compare": Ask((OF, OF)),
    "find": Ask((), {"family": "resnet_cifar", "min_params": 1}),
    "search": Ask((), {"sort": "-params", "limit": 1}),
    "family": Ask(("resnet",)),
    "presets": Ask((), {"family": "vgg"}),
    "published": Ask((), {"family": "vgg", "verdict": "equal"}),
    "device": Ask(("h200",)),
    "block_formulas": Ask(("squeeze_excite",)),
    "curves": Ask((NETWORK,), {"phi": {"start": 0, "stop": 1, "points": 2}}),
    "laws": Ask((NETWORK,), {"gamma": {"stop": 1.1}}),
    "fast_scaling": Ask((NETWORK,), {"scales": [2], "strategies": ["w", "dWr"]}),
    "sensitivity": Ask((NETWORK,), {"knobs": ["depth"]}),
    "cliffs": Ask((NETWORK,), {"low": 30, "high": 36}),
    "schedule": Ask((NETWORK,), {"progressive": {"first": 16, "last": 32}}),
    "fit": Ask(
        (NETWORK,),
        {"bounds": [{"total": "params", "at_most": 10**6}], "knobs": {"depth.0": [1, 2, 3]}},
    ),
    "sample": Ask((NETWORK,), {"knobs": {"depth.0": [1, 2, 3]}, "count": 2}),
    "iso_cost": Ask(
        (NETWORK,),
        {
            "depth": {"knob": "depth.*", "values": [2, 3]},
            "width": {"knob": "width_multiplier", "values": [1, 1.5, 2]},
        },
    ),
    "cardinality": Ask(("resnext50_32x4d",), {"cardinalities": [1, 32]}),
    "charts": Ask(),
    "chart": Ask(("stages",), {"analysis": OF, "theme": "dark"}),
    "draw": Ask(("stages", "csv"), {"architecture": {"preset": NETWORK, "depth": [1, 1, 1]}}),
}
"""One way to call each method."""

STORED = {
    name
    for name, value in vars(_Methods).items()
    if inspect.isfunction(value) and not name.startswith("_")
}
"""Methods that are no questions of their own: about analyses that are stored, and charts."""


class Caller:
    """Calls methods of one of the clients by name, and keeps what was sent over the wire."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.responses: list[httpx2.Response] = []
        self._run = run

    def __call__(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.responses.clear()
        return self._run(name, *args, **kwargs)


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, service: FastAPI, client: TestClient) -> Iterator[Caller]:
    if request.param == "sync":
        asked = Client(http=client)

        def wait(name: str, *args: Any, **kwargs: Any) -> Any:
            found = getattr(asked, name)(*args, **kwargs)
            return list(found) if isinstance(found, Iterator) else found

        caller = Caller(wait)
        client.event_hooks = {"response": [caller.responses.append]}
        yield caller
        client.event_hooks = {}
        return

    async def record(response: httpx2.Response) -> None:
        caller.responses.append(response)

    async def ask(name: str, args: Any, kwargs: Any) -> Any:
        http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(service),
            base_url="http://testserver",
            event_hooks={"response": [record]},
        )
        async with http, AsyncClient(http=http) as asked:
            found = getattr(asked, name)(*args, **kwargs)
            if name == "search":
                return [item async for item in found]
            return await found

    def run(name: str, *args: Any, **kwargs: Any) -> Any:
        assert client.portal is not None
        return client.portal.call(ask, name, args, kwargs)

    caller = Caller(run)
    yield caller


def case(call: Caller, name: str) -> Any:
    """The case of a method, with analyses in place of `OF`."""
    ask = CASES[name]
    stored = (call("analyze", NETWORK, batch=n + 1) for n in range(3))
    args = [next(stored) if arg is OF else arg for arg in ask.args]
    kwargs = {key: next(stored) if arg is OF else arg for key, arg in ask.kwargs.items()}
    if name == "audited":
        call("audit", *args)
    if name in {"find", "search"}:
        list(stored)
    return call(name, *args, **kwargs)


def read_html(html: str) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(html)


def test_every_method_has_a_case() -> None:
    assert set(CASES) == {*questions(), *STORED}


@pytest.mark.parametrize("name", sorted(set(CASES) - {"stages", "search", "chart", "draw"}))
def test_a_method_gives_what_the_service_answers(call: Caller, name: str) -> None:
    result = case(call, name)
    (response,) = call.responses
    assert result.to_dict() == response.json()
    assert type(result).from_json(response.content) == result
    assert pickle.loads(pickle.dumps(result)) == copy.deepcopy(result) == result  # noqa: S301
    html = result._repr_html_()
    page = read_html(html)
    assert len(list(page.iter("tr"))) > 0
    assert "multiply-accumulate" in page.text_content()
    assert len(html) < 200_000
    assert repr(result).startswith(type(result).__name__)


def test_everything_that_the_service_answers_is_the_answer_of_a_method(service: FastAPI) -> None:
    """Below /v1, by the name of its schema."""
    sent = {
        content["schema"]["$ref"].rpartition("/")[2]
        for path, operations in service.openapi()["paths"].items()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
        if path.startswith("/v1/") and status[0] == "2" and media_type == "application/json"
        if "$ref" in content["schema"]
    }
    hints = [get_type_hints(inspect.unwrap(getattr(Client, name)))["return"] for name in STORED]
    returned = {get_args(hint)[0] for hint in hints} | {q.answer for q in questions().values()}
    assert sent <= {kind.__name__ for kind in returned}
    assert len(sent) >= len(questions())


def test_stages_are_those_of_the_analysis(call: Caller) -> None:
    stages = case(call, "stages")
    (response,) = call.responses
    assert stages.to_list() == response.json()["stages"]
    assert stages[-1].path == "head"
    assert stages[1].blocks[0].macs > 0


def test_search_reads_one_page_after_the_other(call: Caller) -> None:
    found = case(call, "search")
    assert [response.url.params["offset"] for response in call.responses[1:]] == ["1", "2"]
    assert [item.to_dict() for item in found] == [
        item for response in call.responses for item in response.json()["items"]
    ]
    assert {item.batch for item in found} == {1, 2, 3}
    assert Rows(found).to_polars()["macs"].sum() == sum(item.macs for item in found)


def test_a_chart_draws_itself_in_notebooks(call: Caller) -> None:
    chart = case(call, "chart")
    specification, image = call.responses
    assert chart.spec == specification.json()
    bundle = chart._repr_mimebundle_()
    assert bundle[VEGA_LITE] == chart.spec
    assert bundle["image/svg+xml"] == image.text
    assert bundle["image/svg+xml"].startswith("<svg")
    assert set(chart._repr_mimebundle_(include=[VEGA_LITE])) == {VEGA_LITE}
    assert "image/svg+xml" not in chart._repr_mimebundle_(exclude=["image/svg+xml"])
    assert chart.rows.to_polars()["value"].to_list() == [
        row["value"] for row in chart.spec["data"]["values"]
    ]


def test_every_chart_is_drawn_and_is_a_table(client: TestClient) -> None:
    asked = Client(http=client)
    asked.analyze(NETWORK)  # for those that show what is stored
    for kind in asked.charts().items:
        takes = kind.parameters["properties"]
        one = {"preset": NETWORK} if "preset" in takes else {}
        named = takes.get("presets", {"type": "boolean"}).get("type") != "boolean"
        several = {"presets": [NETWORK, "resnet32_cifar10"]} if named else {}
        chart = asked.chart(kind.name, image=None, **one, **several)
        assert len(chart.rows.to_pandas()) == len(chart.rows) > 0


def test_the_media_type_of_vega_lite_is_that_of_the_service() -> None:
    assert MEDIA_TYPES["vl.json"] == VEGA_LITE


def test_a_chart_has_the_image_that_was_asked_for(call: Caller) -> None:
    png = call("chart", "stages", image="png", preset=NETWORK)._repr_mimebundle_()
    assert png["image/png"].startswith("iVBORw0KGgo")
    bare = call("chart", "stages", image=None, preset=NETWORK)
    assert bare.image is None
    assert len(call.responses) == 1


@pytest.mark.parametrize("format_", MEDIA_TYPES)
def test_a_chart_is_drawn_in_every_format(call: Caller, format_: str) -> None:
    drawn = call("draw", "stages", format_, preset=NETWORK)
    (response,) = call.responses
    assert drawn == response.content
    assert response.headers["content-type"].startswith(MEDIA_TYPES[format_])


def test_an_architecture_is_given_by_name_by_knobs_or_whole(call: Caller) -> None:
    named = call("analyze", "resnet50", depth=[2, 2, 2, 2])
    whole = call("analyze", {"preset": "resnet50"}, depth=(2, 2, 2, 2))
    again = call("analyze", named.architecture)
    assert named == whole == again
    assert call("analyze", family="resnet", depth=[3, 4, 6, 3]).totals.params == 25_557_032
    assert call("get", named.id) == call("get", named) == named


def test_answers_are_read_only_and_complete(call: Caller) -> None:
    analysis = call("analyze", NETWORK)
    for change in (
        lambda: setattr(analysis, "name", "other"),
        lambda: delattr(analysis, "name"),
        lambda: setattr(analysis.totals, "params", 0),
        lambda: analysis.nmae,
    ):
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(TypeError):
        analysis.stages[0] = analysis.stages[1]
    document = analysis.to_dict()
    document["totals"]["params"] = 0
    assert analysis.totals.params > 0
    assert {"totals", "stages", "to_dict"} <= set(dir(analysis))
    assert analysis != analysis.totals


def test_a_field_of_a_newer_service_is_passed_over(call: Caller) -> None:
    analysis = call("analyze", NETWORK)
    newer = analysis.to_dict() | {"tomorrow": {"figures": [1]}}
    assert type(analysis).from_json(json.dumps(newer)) == analysis


@pytest.mark.parametrize(("name", "now"), FORMERLY.items())
def test_names_that_methods_had_work(call: Caller, name: str, now: str) -> None:
    ask = CASES[now]
    args = [NETWORK if arg is OF else arg for arg in ask.args]
    assert call(name, *args, **ask.kwargs) == call(now, *args, **ask.kwargs)


@pytest.mark.parametrize("name", questions())
def test_a_method_tells_what_it_is_for_and_what_can_be_said(name: str) -> None:
    question = questions()[name]
    with Client() as client:
        assert name in dir(client)
        method = getattr(client, name)
    if name in STORED:
        return
    assert method.__name__ == name
    assert inspect.getdoc(method) == question.description
    parameters = inspect.signature(method).parameters
    options = {option.path[0] for option in question.options()}
    assert options <= set(parameters)
    assert ("overrides" in parameters) == question.is_about_a_network


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda client: client.families("resnet"), "takes no positional argument"),
        (lambda client: client.family(), "takes family"),
        (lambda client: client.layers("resnet18", "resnet34"), "takes network"),
        (lambda client: client.layers("0" * 24, depth=50), "has its knobs already: depth"),
    ],
)
def test_a_misuse_is_a_type_error(wrong: Callable[[Client], Any], words: str) -> None:
    with Client() as client, pytest.raises(TypeError, match=words):
        wrong(client)


def test_a_method_that_there_is_not_is_an_attribute_error() -> None:
    with Client() as client, pytest.raises(AttributeError, match="Client has no method 'analyse'"):
        _ = client.analyse  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("layers", lambda answer: answer.rows),
        ("stages", lambda answer: answer),
        ("memory", lambda answer: answer.timeline),
        ("training_kept", lambda answer: answer.items),
        ("training_plans", lambda answer: answer.items),
        ("conventions", lambda answer: answer.conventions),
        ("roofline", lambda answer: answer.rows),
        ("compare", lambda answer: answer.items),
        ("find", lambda answer: answer.items),
        ("curves", lambda answer: answer.curves[0].points),
        ("fit", lambda answer: answer.best),
        ("presets", lambda answer: answer.items),
        ("published", lambda answer: answer.items),
        ("devices", lambda answer: answer.items),
        ("charts", lambda answer: answer.items),
    ],
)
def test_the_tables_of_all_libraries_hold_the_same(call: Caller, name: str, read: Any) -> None:
    rows = read(case(call, name))
    arrow = rows.to_arrow()
    polars = rows.to_polars()
    pandas = rows.to_pandas()
    assert arrow.column_names == polars.columns == list(pandas.columns)
    assert arrow.num_rows == polars.height == len(pandas) == len(rows) > 0
    assert arrow.to_pylist() == polars.to_dicts()
    documents = rows.to_list()
    whole = [key for key in documents[0] if all(type(row.get(key)) is int for row in documents)]
    for key in whole:
        exact = [row[key] for row in documents]
        assert arrow[key].to_pylist() == polars[key].to_list() == pandas[key].tolist() == exact
        assert pandas[key].dtype == "int64"


def test_cells_of_every_kind_become_columns() -> None:
    large = 2**53 + 1
    rows = Rows(
        [
            {"n": large, "x": 1, "in": {"a": 1}, "list": [], "mixed": 1, "objects": [{"b": 1}]},
            {
                "n": None,
                "x": 0.5,
                "in": None,
                "list": [1],
                "mixed": "µ",
                "objects": [],
                "late": True,
            },
        ]
    )
    expected = {
        "n": [large, None],
        "x": [1.0, 0.5],
        "in.a": [1, None],
        "list": [[], [1]],
        "mixed": ["1", "µ"],
        "objects": ['[{"b": 1}]', "[]"],
        "late": [None, True],
    }
    assert rows.to_arrow().to_pydict() == expected
    assert rows.to_polars().to_dict(as_series=False) == expected
    pandas = rows.to_pandas()
    assert list(pandas.columns) == list(expected)
    assert pandas["n"].dtype == "Int64"
    assert pandas["n"][0] == large
    assert pandas["n"].isna().tolist() == [False, True]


def test_rows_are_a_sequence() -> None:
    rows = Rows(range(5))
    assert [*rows] == [0, 1, 2, 3, 4]
    assert rows[-1] == 4
    assert rows[1:3] == Rows([1, 2])
    assert isinstance(rows[1:3], Rows)
    with pytest.raises(IndexError):
        _ = rows[5]
    assert Rows(iter(rows)) == rows
    assert Rows().to_arrow().num_rows == 0


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(MissingLibrary, match="drawing needs no_such_library: pip install it_too"):
        needed("no_such_library", "drawing", package="it_too")


@dataclass(frozen=True, slots=True)
class Hostile(Answer):
    """Whatever a field may be."""

    name: str
    text: str
    rows: Rows[Any]
    deep: dict[str, Any]


def test_html_is_escaped_and_has_units_and_the_convention(call: Caller) -> None:
    analysis = call("analyze", "resnet50")
    page = read_html(analysis._repr_html_())
    text = page.text_content()
    assert "25.56 M" in text
    assert page.xpath("//td[@title='25557032']")
    assert "102.2 MB" in text
    assert "1 MAC = one multiply-accumulate" in text
    assert "stages: 6" in text
    rows = read_html(analysis.stages._repr_html_()).text_content()
    assert "stage4" in rows
    assert "multiply-accumulate" in rows
    evil = "<script>alert('1 & \"2\"')</script>"
    for hostile in (
        Hostile(evil, evil, Rows([{evil: evil}]), {evil: evil}),
        Rows([{evil: evil, "list": [evil]}]),
    ):
        page = read_html(hostile._repr_html_())
        assert not list(page.iter("script"))
        assert evil in page.text_content()


def test_a_problem_is_raised_with_code_detail_and_fields(call: Caller) -> None:
    with pytest.raises(Problem) as refused:
        call("analyze", "resnet50", depth=[3, 4, 6, 0], widht=2)
    (response,) = call.responses
    problem = refused.value
    document = response.json()
    assert (problem.status, problem.code) == (422, document["code"])
    assert problem.detail == document["detail"]
    assert problem.detail in str(problem)
    assert problem.errors.to_list() == document["errors"]
    assert {error.field for error in problem.errors} >= {"architecture.widht"}
    assert isinstance(problem, ClientError)
    assert pickle.loads(pickle.dumps(problem)).document == document  # noqa: S301


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "status", "code"),
    [
        ("get", ("0" * 24,), {}, 404, "unknown_analysis"),
        ("get", ("../families",), {}, 404, None),
        ("layers", ("../families",), {}, 422, "unknown_preset"),
        ("layers", ("0" * 24,), {}, 404, "unknown_analysis"),
        ("device", ("abacus",), {}, 404, "unknown_device"),
        ("find", (), {"famly": "resnet"}, 422, "invalid_request"),
        ("search", (), {"limit": 0}, 422, "invalid_request"),
        ("compare", (), {}, 422, "invalid_request"),
        ("fit", ("resnet18",), {}, 422, "invalid_request"),
        ("chart", ("stages",), {"preset": "resnet-one"}, 422, None),
        ("draw", ("no-such-chart", "svg"), {}, 404, "not_found"),
    ],
)
def test_every_method_raises_what_the_service_refuses(
    call: Caller, name: str, args: Any, kwargs: Any, status: int, code: str | None
) -> None:
    with pytest.raises(Problem) as refused:
        call(name, *args, **kwargs)
    assert refused.value.status == status
    assert code is None or refused.value.code == code


def answering(*answers: httpx2.Response | Exception) -> tuple[Client, list[httpx2.Request]]:
    """A client of something that gives these answers, and what it was sent."""
    sent: list[httpx2.Request] = []
    left = iter(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx2.MockTransport(handle)
    return Client(http=httpx2.Client(transport=transport, base_url="http://elsewhere/below")), sent


PROBLEM = {"content-type": "application/problem+json"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("too late"),
        httpx2.RemoteProtocolError("nonsense"),
        httpx2.Response(502, text="<h1>Bad gateway</h1>"),
        httpx2.Response(302, headers={"location": "/login"}),
        httpx2.Response(200, text="<h1>Welcome</h1>"),
        httpx2.Response(200, json=["a", "list"]),
        httpx2.Response(404, json={"code": "not_a_problem"}),
        httpx2.Response(422, headers=PROBLEM, text="{"),
        httpx2.Response(422, headers=PROBLEM, json={"detail": "half"}),
        httpx2.Response(422, headers=PROBLEM, json=[]),
    ],
    ids=lambda answer: getattr(answer, "text", None) or repr(answer),
)
def test_what_is_no_answer_of_archmeter_is_one_error_and_not_tried_again(
    answer: httpx2.Response | Exception,
) -> None:
    client, sent = answering(answer)
    with pytest.raises(NoAnswer, match="/v1/families"):
        client.families()
    assert len(sent) == 1


def test_a_service_below_a_path_is_found_there(client: TestClient) -> None:
    stored = [Client(http=client).analyze(NETWORK, batch=n + 1).id for n in range(2)]
    one, two = Client(http=client).find(sort="batch").to_dict()["items"]
    page = {"total": 2, "items": [one], "links": {"next": "/v1/analyses?offset=1&name=x"}}
    last = {"total": 2, "items": [two], "links": {}}
    asked, sent = answering(httpx2.Response(200, json=page), httpx2.Response(200, json=last))
    assert [item.id for item in asked.search(name="x")] == stored
    assert [str(request.url) for request in sent] == [
        "http://elsewhere/below/v1/analyses?name=x",
        "http://elsewhere/below/v1/analyses?offset=1&name=x",
    ]


def test_base_url_timeout_and_headers_are_settable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHMETER_URL", "http://from.environment:1")
    with Client(timeout=2.5, headers={"X-Key": "k"}) as client:
        assert client._http.base_url.host == "from.environment"
        assert client._http.timeout == httpx2.Timeout(2.5)
        assert client._http.headers["X-Key"] == "k"
    assert client._http.is_closed
    with Client("http://given:2") as client:
        assert client._http.base_url.host == "given"
    outside = httpx2.Client()
    with Client(http=outside):
        pass
    assert not outside.is_closed
    outside.close()


def test_a_service_that_is_not_there_is_said_so() -> None:
    with Client("http://127.0.0.1:9", timeout=5) as client, pytest.raises(NoAnswer, match="GET"):
        client.families()


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_the_client_imports_neither_the_service_nor_libraries_of_tables() -> None:
    loaded = json.loads(
        python("import json, sys, archmeter.app.client; print(json.dumps(sorted(sys.modules)))")
    )
    heavy = {"alembic", "fastapi", "jinja2", "numpy", "rich", "sqlalchemy", "starlette", "torch"}
    tables = {"pandas", "polars", "pyarrow"}
    assert "httpx2" in loaded
    assert not {module.partition(".")[0] for module in loaded} & (heavy | tables)
    below = {m.split(".")[2] for m in loaded if m.startswith("archmeter.app.")}
    assert not below & {"cli", "http", "store", "web"}


def test_without_httpx2_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['httpx2'] = None\n"
        "try: import archmeter.app.client\n"
        "except ImportError as error: print(error)"
    )
    assert python(code) == "the client needs httpx2: pip install httpx2\n"


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_without_a_library_for_tables_it_is_named(library: str) -> None:
    method = {"pyarrow": "to_arrow"}.get(library, f"to_{library}")
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from archmeter.app.client import Rows\n"
        f"try: Rows([{{'a': 1}}]).{method}()\n"
        "except ImportError as error: print(error)"
    )
    assert python(code) == f"{method}() needs {library}: pip install {library}\n"


def kind_of(name: str) -> Any:
    question = questions()[name]
    if question.is_about_a_network:
        return typed.OfNetwork
    return typed.OfName if question.in_path else typed.OfAll


def test_type_checkers_are_told_of_exactly_the_questions_there_are() -> None:
    """But for those whose methods are written by hand: these say their types themselves."""
    asked = {name: q.answer for name, q in questions().items() if name not in STORED}
    told = {name: get_args(hint) for name, hint in get_type_hints(typed.Questions).items()}
    assert told == {
        name: (kind_of(name)[answer], kind_of(name)[Coroutine[Any, Any, answer]])
        for name, answer in asked.items()
    }


ROOT = Path(__file__).parents[2]

PROGRAM = """
from archmeter import AsyncClient, Client

with Client(timeout=5) as client:
    analysis = client.analyze("resnet50", attention="squeeze_excite", batch=32)
    reveal_type(analysis)
    reveal_type(analysis.totals.params)
    reveal_type(client.layers(analysis).rows)
    reveal_type(client.layers(analysis).rows[0].output_shape)
    reveal_type(client.roofline(analysis, device="h200").fused_bound)
    reveal_type(client.family("resnet").presets[0].name)
    reveal_type(client.families().total)
    reveal_type(client.get(analysis.id))
    reveal_type(client.stages(analysis))
    reveal_type(client.compare(analysis, analysis.id).items[0].ratios.macs)
    reveal_type([stored for stored in client.search(name="resnet")])
    reveal_type(client.chart("stages", preset="resnet50").rows)
    client.analyse("resnet50")
    client.family(50)
    client.families("resnet")


async def main() -> None:
    async with AsyncClient() as client:
        reveal_type(await client.analyze("resnet50"))
        reveal_type((await client.training(family="resnet", optimizer="adamw")).memory)
        reveal_type(await client.device("h200"))
        reveal_type(await client.audited("0" * 24))
        reveal_type([stored.macs async for stored in client.search()])
"""

REVEALED = """
archmeter.app.questions.analyze.Analysis
int
archmeter.analyzers.answers.rows.Rows[archmeter.analyzers.layer_table.Layer]
tuple[int, ...]
archmeter.analyzers.roofline.TimeBound
str
int
archmeter.app.questions.analyze.Analysis
archmeter.analyzers.answers.rows.Rows[archmeter.analyzers.profile.Stage]
float | None
list[archmeter.app.ask.stored.AnalysisSummary]
archmeter.analyzers.answers.rows.Rows[Any]
archmeter.app.questions.analyze.Analysis
archmeter.analyzers.training.step.TrainingMemory
archmeter.app.questions.devices.DeviceInfo
archmeter.app.questions.audit.AuditReport
list[int]
"""

FAULTS = """
"Client" has no attribute "analyse"  [attr-defined]
Argument 1 to "__call__" of "OfName" has incompatible type "int"; expected "str"  [arg-type]
Too many arguments for "__call__" of "OfAll"  [call-arg]
"""


def test_mypy_knows_what_a_program_is_answered(tmp_path: Path) -> None:
    # Type checkers look for packages in folders, not where an editable install finds them.
    packages = tmp_path / "typed" / "archmeter"
    packages.mkdir(parents=True)
    for name in ("archmeter/__init__.py", "archmeter/py.typed", "models", "analyzers", "app"):
        (packages / Path(name).name).symlink_to(ROOT / name)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(program)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(packages.parent)},
    ).stdout
    assert re.findall(r'Revealed type is "(.*)"', told) == REVEALED.split("\n")[1:-1]
    assert re.findall(r"error: (.*)", told) == FAULTS.split("\n")[1:-1]


def test_a_table_format_of_a_chart_is_read_by_its_library(call: Caller) -> None:
    assert {"csv", "json", "parquet", "arrow"} <= set(TABLES)
    values = call("chart", "stages", image=None, preset=NETWORK).rows.to_list()
    table = parquet.read_table(io.BytesIO(call("draw", "stages", "parquet", preset=NETWORK)))
    assert table.to_pylist() == values
    stream = pa.ipc.open_stream(call("draw", "stages", "arrow", preset=NETWORK))
    assert stream.read_all().to_pylist() == values
    assert json.loads(call("draw", "stages", "json", preset=NETWORK)) == values
