"""A question is one file, a chart is one file, and the same question has the same id for ever.

The files written here are found in every place where people look: by themselves, for nothing else
is told of them.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from importlib import invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import FastAPI
from lxml import html
from pydantic import Field, create_model
from starlette.testclient import TestClient

from archmeter.app import charts as chart_files
from archmeter.app import questions as question_files
from archmeter.app.ask import network
from archmeter.app.ask.network import Network
from archmeter.app.ask.question import questions
from archmeter.app.charts.registry import charts
from archmeter.app.client import AsyncClient, Client
from archmeter.app.http.main import create_app
from archmeter.app.questions import declared
from archmeter.app.settings import Settings
from tests.app.conftest import Ask
from tests.app.test_cli import Run
from tests.app.test_cli import run as run  # noqa: PLC0414 - a fixture
from tests.app.test_mcp import talk

QUESTION = '''"""Find the layers that compute most, the largest first.

Of those that compute the same, what runs first comes first.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask import AboutNetwork, Network, NetworkRequest, Question


class BusiestRequest(NetworkRequest):
    """A network whose layers are put in order."""

    count: Annotated[int, Field(ge=1, le=100)] = 3
    """How many layers are listed."""


@dataclass(frozen=True, slots=True)
class BusyLayer(Answer):
    """A layer that computes."""

    path: str
    macs: int
    """What it multiplies and adds."""


@dataclass(frozen=True)
class Busiest(AboutNetwork):
    """The layers that compute most."""

    items: Rows[BusyLayer]
    """The largest first."""


def busiest(network: Network, request: BusiestRequest) -> Busiest:
    """Put them in order."""
    layers = [BusyLayer(row.path, row.macs) for row in network.profile().rows]
    first = sorted(layers, key=lambda layer: -layer.macs)[: request.count]
    return Busiest.about(network, items=Rows(first))


QUESTION = Question(
    path="busiest",
    ask=busiest,
    rows=lambda answer: answer.items,
    link="",
    asked={"The two of ResNet-18": "resnet18 --count 2"},
)
'''

ITEMS = [
    {"path": "stem.conv", "macs": 118_013_952},
    {"path": "stage1.basic1.conv1", "macs": 115_605_504},
]
"""The two of ResNet-18: 112·112·64·7·7·3, and 56·56·64·3·3·64."""

CHART = '''"""Which layers compute most."""

from archmeter.app.charts.chart import Chart, Drawing, NetworkLook


def _read(query, analyses):
    network = query.network(analyses)
    rows = [{"layer": row.path, "macs": row.macs} for row in network.profile().rows if row.macs]
    return Drawing(network.name, "MACs", rows)


def _draw(rows, look):
    along = {"field": "macs", "type": "quantitative"}
    return {"mark": "bar", "encoding": {"x": along, "y": {"field": "layer", "type": "nominal"}}}


CHART = Chart(
    name="busy-layers",
    title="layers that compute",
    summary="Long bars compute most.",
    query=NetworkLook,
    read=_read,
    draw=_draw,
)
'''


def _forget() -> None:
    for discovered in (declared, questions, charts):
        discovered.cache_clear()


@pytest.fixture
def add_file(tmp_path: Path) -> Iterator[Callable[[ModuleType, str, str], None]]:
    """Add a file to a package, until the test is over."""
    folder = str(tmp_path / "added")
    added: list[tuple[ModuleType, str]] = []

    def add(package: ModuleType, name: str, source: str) -> None:
        Path(folder).mkdir()
        Path(folder, f"{name}.py").write_text(source, "utf-8")
        package.__path__.append(folder)
        added.append((package, name))
        invalidate_caches()
        _forget()

    yield add
    for package, name in added:
        package.__path__.remove(folder)
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    _forget()


@pytest.fixture
def service(
    request: pytest.FixtureRequest,
    add_file: Callable[[ModuleType, str, str], None],
    database_url: str,
) -> FastAPI:
    """The service with one more question, or with one more chart."""
    if "chart" in request.node.name:
        add_file(chart_files, "busy_layers", CHART)
    else:
        add_file(question_files, "busiest", QUESTION)
    return create_app(Settings(database_url=database_url))


def awaited(client: TestClient, service: FastAPI, name: str, *args: Any, **options: Any) -> Any:
    """What a method of the client answers that is awaited."""

    async def ask() -> Any:
        transport = httpx2.ASGITransport(service)
        http = httpx2.AsyncClient(transport=transport, base_url="http://testserver")
        async with http, AsyncClient(http=http) as asked:
            return await getattr(asked, name)(*args, **options)

    assert client.portal is not None
    return client.portal.call(ask)


# A question


def test_it_is_asked_by_body_by_query_and_of_an_analysis(client: TestClient, ask: Ask) -> None:
    analysis = ask("resnet18").json()
    assert analysis["links"]["busiest"] == f"/v1/analyses/{analysis['id']}/busiest"
    asked = {"preset": "resnet18", "count": 2}
    posted = client.post("/v1/busiest", json=asked)
    assert posted.status_code == 200
    assert posted.json() == {"id": analysis["id"], "name": "resnet18", "items": ITEMS}
    read = client.get("/v1/busiest", params=asked)
    below = client.get(analysis["links"]["busiest"], params={"count": 2})
    assert posted.content == read.content == below.content
    assert read.headers["etag"] == below.headers["etag"]
    held = {"If-None-Match": read.headers["etag"]}
    assert client.get("/v1/busiest", params=asked, headers=held).status_code == 304


def test_it_is_answered_as_a_table(client: TestClient) -> None:
    sent = client.get("/v1/busiest", params={"preset": "resnet18", "count": 2, "format": "csv"})
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sent.text)))
    assert rows == [{**item, "macs": str(item["macs"])} for item in ITEMS]


def test_its_mistakes_are_named(client: TestClient) -> None:
    for refused in (
        client.post("/v1/busiest", json={"preset": "resnet18", "count": 0}),
        client.get("/v1/busiest", params={"preset": "resnet18", "count": 0}),
    ):
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["field"], error["accepted"]) == ("count", "an integer from 1 to 100")


def test_it_is_in_the_document(service: FastAPI) -> None:
    document = service.openapi()
    schemas = document["components"]["schemas"]
    posted = document["paths"]["/v1/busiest"]["post"]
    read = document["paths"]["/v1/busiest"]["get"]
    below = document["paths"]["/v1/analyses/{analysis_id}/busiest"]["get"]
    operations = (posted, read, below)
    ids = [operation["operationId"] for operation in operations]
    assert ids == ["askBusiest", "queryBusiest", "readBusiest"]
    for operation in operations:
        assert operation["summary"] == "Find the layers that compute most, the largest first"
        assert operation["description"].endswith("what runs first comes first.")
        content = operation["responses"]["200"]["content"]
        assert content["application/json"]["schema"]["$ref"].endswith("/Busiest")
        assert "text/csv" in content
    body = posted["requestBody"]["content"]["application/json"]
    assert body["schema"]["$ref"].endswith("/BusiestRequest")
    (example,) = body["examples"].values()
    assert example["summary"] == "The two of ResNet-18"
    assert example["value"] == {"preset": "resnet18", "count": 2}
    asked = schemas["BusiestRequest"]["properties"]
    assert asked["count"]["description"] == "How many layers are listed."
    assert asked["architecture"] == {"$ref": "#/components/schemas/Architecture"}
    assert schemas["Busiest"]["description"] == "The layers that compute most."
    assert schemas["Busiest"]["properties"]["items"]["description"] == "The largest first."
    assert schemas["BusyLayer"]["properties"]["macs"]["description"]
    names = {parameter["name"]: parameter for parameter in below["parameters"]}
    assert names.keys() == {"analysis_id", "count", "format"}
    assert names["count"]["schema"] == {
        "type": "integer", "minimum": 1, "maximum": 100, "default": 3,
    }  # fmt: skip


@pytest.mark.usefixtures("service")
def test_it_is_a_command_with_help(run: Run) -> None:
    listed = [line.split() for line in run("--help")[1].splitlines()]
    (line,) = (words for words in listed if "busiest" in words)
    assert "compute" in line
    _, about, _ = run("busiest", "--help")
    words = " ".join(about.split())
    assert "what runs first comes first" in words
    assert "How many layers are listed" in words
    assert "[default: 3]" in words
    assert "archmeter busiest resnet18 --count 2" in words
    for option in ("--spec", "--set", "--batch", "--dtype", "--count", "--format", "--output"):
        assert option in words


def test_it_is_a_command_that_prints(run: Run, client: TestClient) -> None:
    status, table, err = run("busiest", "resnet18", "--count", "2")
    assert (status, err) == (0, "")
    lines = [line.split() for line in table.splitlines()]
    assert ["stem.conv", "118,013,952"] in lines
    assert ["stage1.basic1.conv1", "115,605,504"] in lines
    _, printed, _ = run("busiest", "resnet18", "--count", "2", "--format", "json")
    sent = client.post("/v1/busiest", json={"preset": "resnet18", "count": 2})
    assert printed == f"{sent.text}\n"
    _, rows, _ = run("busiest", "resnet18", "--count", "2", "--format", "csv")
    assert rows.splitlines()[0] == "path,macs"
    status, _, err = run("busiest", "resnet18", "--count", "0")
    assert status == 2
    assert "an integer from 1 to 100" in err


def test_it_is_a_method_of_both_clients(client: TestClient, service: FastAPI) -> None:
    waited = Client(http=client)
    assert "busiest" in dir(waited)
    assert "what runs first comes first" in (waited.busiest.__doc__ or "")
    for found in (
        waited.busiest("resnet18", count=2),
        awaited(client, service, "busiest", "resnet18", count=2),
    ):
        assert type(found).__name__ == "Busiest"
        assert found.items.to_list() == ITEMS
        assert found.items[1].macs == ITEMS[1]["macs"]
    stored = waited.analyze("resnet18")
    assert waited.busiest(stored, count=2) == found
    assert waited.busiest("resnet18", count=2, width_multiplier=2).items[0].macs > 4e8


@pytest.mark.usefixtures("service")
def test_it_is_a_tool_for_assistants() -> None:
    (tool,) = (one for one in talk(lambda to: to.list_tools()).tools if one.name == "busiest")
    assert tool.description.startswith("Find the layers that compute most")
    assert tool.input_schema["properties"]["count"]["maximum"] == 100
    assert tool.output_schema["properties"]["items"]["description"] == "The largest first."
    asked = {"preset": "resnet18", "count": 2}
    found = talk(lambda to: to.call_tool("busiest", asked))
    assert found.structured_content["items"] == ITEMS
    assert "118,013,952" in found.content[0].text


def test_it_is_in_the_table_of_the_documentation(client: TestClient) -> None:
    page = html.fromstring(client.get("/docs/questions").text)
    rows = [[cell.text_content() for cell in row] for row in page.iter("tr")]
    assert [
        "Find the layers that compute most, the largest first.",
        "archmeter busiest resnet18 --count 2",
        "busiest",
        "POST /v1/busiest",
    ] in rows


def test_every_question_is_in_the_table_of_the_documentation(client: TestClient) -> None:
    page = html.fromstring(client.get("/docs/questions").text)
    shown = {row[0].text_content() for row in page.iter("tr")}
    assert {question.summary for question in questions().values()} < shown


def test_two_questions_at_one_path_are_a_mistake(
    add_file: Callable[[ModuleType, str, str], None],
) -> None:
    add_file(question_files, "busiest", QUESTION.replace('path="busiest"', 'path="layers"'))
    with pytest.raises(TypeError, match="two questions are read at the same path"):
        questions()


def test_nothing_is_left_of_what_was_added() -> None:
    assert "busiest" not in questions()
    assert "busy-layers" not in charts()


# A chart


def test_a_chart_is_drawn_and_exported(client: TestClient) -> None:
    listed = {item["name"]: item for item in client.get("/v1/charts").json()["items"]}
    assert listed["busy-layers"]["summary"] == "Long bars compute most."
    assert {"preset", "theme", "width"} <= listed["busy-layers"]["parameters"]["properties"].keys()
    at = "/v1/charts/busy-layers"
    drawn = client.get(f"{at}.vl.json", params={"preset": "resnet18"}).json()
    assert drawn["title"]["text"] == ["resnet18: layers that compute"]
    assert drawn["data"]["values"][0] == {"layer": "stem.conv", "macs": ITEMS[0]["macs"]}
    rows = client.get(f"{at}.csv", params={"preset": "resnet18"}).text.splitlines()
    assert rows[:2] == ["layer,macs", f"stem.conv,{ITEMS[0]['macs']}"]
    image = client.get(f"{at}.svg", params={"preset": "resnet18"})
    assert image.headers["content-type"].startswith("image/svg+xml")
    assert "stem.conv" in image.text
    refused = client.get(f"{at}.vl.json", params={"preset": "resnet18", "theme": "blue"})
    assert refused.json()["errors"][0]["field"] == "theme"


def test_a_chart_is_in_the_document(service: FastAPI) -> None:
    operation = service.openapi()["paths"]["/v1/charts/busy-layers.{format}"]["get"]
    assert operation["operationId"] == "drawBusyLayers"
    assert operation["summary"] == "Draw layers that compute"
    assert operation["description"] == "Layers that compute: Long bars compute most."
    assert {"format", "preset", "theme"} <= {one["name"] for one in operation["parameters"]}


@pytest.mark.parametrize("at", ["charts", "embed/charts", "embed/tables"])
def test_a_chart_has_pages_of_its_own(client: TestClient, at: str) -> None:
    answer = client.get(f"/{at}/busy-layers", params={"preset": "resnet18"})
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    assert "resnet18: layers that compute" in page.findtext(".//title")
    assert "stem.conv" in answer.text


def test_a_chart_is_shown_elsewhere(client: TestClient) -> None:
    url = "/charts/busy-layers?preset=resnet18"
    shown = client.get("/oembed", params={"url": url, "format": "json"}).json()
    (frame,) = html.fragments_fromstring(shown["html"])
    assert frame.get("src").endswith("/embed/charts/busy-layers?preset=resnet18")


def test_a_chart_is_drawn_by_both_clients(client: TestClient, service: FastAPI) -> None:
    waited = Client(http=client)
    asked = ("busy-layers", "json")
    for rows in (
        waited.draw(*asked, preset="resnet18"),
        awaited(client, service, "draw", *asked, preset="resnet18"),
    ):
        assert json.loads(rows)[0]["layer"] == "stem.conv"
    assert waited.chart("busy-layers", image=None, preset="resnet18").rows[0]["macs"] > 0


# Ids


RELEASED = {
    "b215ccf0611c521c04a091ec": {"architecture": {"preset": "resnet50"}},
    "5a87238c7a2ed6f4f85988f3": {"architecture": {"preset": "resnet18"}},
    "c78907bc75d01771e2c82b0b": {
        "architecture": {"preset": "efficientnet_b0"},
        "batch": 8,
        "dtype": "float16",
    },
}
"""Ids under the counting rules of today, that stay when knobs are added."""


@pytest.mark.parametrize("released", RELEASED)
def test_a_network_keeps_its_id_from_release_to_release(released: str) -> None:
    asked = RELEASED[released]
    assert Network.parse(asked).id == released
    spelled_out = Network.parse(asked).spec.canonical()
    assert Network.parse({**asked, "architecture": spelled_out}).id == released


@pytest.mark.parametrize(("frills", "same"), [(0, True), (1, False)])
def test_a_new_knob_leaves_ids_as_they_are(frills: int, *, same: bool) -> None:
    plain = Network.parse({"architecture": {"preset": "resnet50"}})
    knob = Annotated[int, Field(description="A new knob.")]
    wider = create_model("Wider", __base__=type(plain.spec), frills=(knob, 0))
    spec = wider.model_validate({**plain.spec.canonical(), "frills": frills})
    assert (Network(spec, plain.input).id == plain.id) == same


def test_what_is_counted_otherwise_has_another_id(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"architecture": {"preset": "resnet50"}}
    ids = {Network.parse(asked).id}
    for changed in ({"batch": 2}, {"dtype": "float16"}, {"architecture": {"preset": "resnet34"}}):
        ids.add(Network.parse({**asked, **changed}).id)
    monkeypatch.setattr(network, "COUNTING_RULES", "another")
    ids.add(Network.parse(asked).id)
    assert len(ids) == 5
