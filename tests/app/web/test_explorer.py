"""The Explorer: pages and their parts, without a browser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from archmeter.app.main import create_app
from archmeter.app.settings import Settings
from archmeter.app.web.network_form import NetworkForm
from archmeter.models import registry

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KNOB = {"HX-Request": "true", "HX-Target": "figures"}
PARTS = ("fits", "charts", "layers", "diagram", "request")
HOSTILE = "\"><script>alert('x')</script>&amp;"


@pytest.fixture
def client(tmp_path: Any) -> Iterator[TestClient]:
    service: FastAPI = create_app(Settings(database_url=f"sqlite:///{tmp_path}/test.db"))
    with TestClient(service) as client:
        yield client


class Fields(HTMLParser):
    """What a browser without scripts would send for the form of knobs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._inside = False
        self._select = self._area = ""
        self._first = self._chosen = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self._inside = found.get("id") == "knobs"
        elif not self._inside:
            return
        elif tag == "input" and name:
            self.sent[name] = found.get("value") or ""
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "textarea":
            self._area = name
            self.sent[name] = ""
        elif tag == "option" and self._select:
            self._chosen = self._first or "selected" in found
            self._first = False
            if self._chosen and found.get("value") is not None:
                self.sent[self._select] = found["value"] or ""
                self._chosen = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data
        elif self._select and self._chosen and data.strip():
            self.sent[self._select] = data.strip()
            self._chosen = False


def test_a_preset_has_its_figures_with_exact_integers(client: TestClient) -> None:
    page = client.get("/explore?preset=resnet50")
    assert page.status_code == 200
    for figure in ("25,557,032", "4,089,184,256", "10,438,656 bytes", "102,228,128 bytes"):
        assert figure in page.text


def test_nobody_else_is_asked_for_anything(client: TestClient) -> None:
    page = client.get("/explore")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "https://" not in re.sub(r"<a [^>]*>", "", page.text)
    assert "<style" not in page.text
    assert " style=" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"preset": "resnet50", "width_multiplier": "2"},
        {"family": "resnet"},
        {"preset": "swin_t", "resolution": "256x320", "batch": "8"},
        {"preset": "custom_resnet50"},
        {"preset": "efficientnet_b0", "memory": "24", "device": "a100_sxm_80gb"},
    ],
    ids=str,
)
def test_the_form_sends_back_what_was_asked(client: TestClient, query: dict[str, str]) -> None:
    """Without scripts every field is sent; the answer is the same page."""
    page = client.get("/explore", params=query)
    sent = Fields(page.text).sent
    again = client.get("/explore", params=sent)
    assert again.status_code == 200
    assert _figures(again.text) == _figures(page.text)
    known = {k: v for k, v in sent.items() if k not in {"memory", "device"}}
    assert NetworkForm(known).query == NetworkForm(query, own=("memory", "device")).query


def _figures(page: str) -> list[str]:
    return re.findall(r'<dd class="exact">([^<]*)</dd>', page)


def test_a_knob_that_moves_gets_the_figures_alone_and_the_shortest_address(
    client: TestClient,
) -> None:
    sent = Fields(client.get("/explore?preset=resnet50").text).sent
    answer = client.get("/explore", params={**sent, "width_multiplier": "2"}, headers=KNOB)
    assert answer.headers["HX-Replace-Url"] == "/explore?preset=resnet50&width_multiplier=2"
    assert "98,004,072" in answer.text
    assert "<html" not in answer.text
    assert 'id="state-width_multiplier" hx-swap-oob="true"' in answer.text
    assert len(answer.content) < 20_000


def test_what_was_changed_can_be_taken_back(client: TestClient) -> None:
    page = client.get("/explore?preset=resnet50&width_multiplier=2&resolution=288").text
    state = re.search(r'id="state-width_multiplier">(.*?)</span>\n', page, re.DOTALL)
    assert state
    assert "changed" in state[1]
    assert 'href="/explore?preset=resnet50&amp;resolution=288"' in state[1]
    assert '<span class="state" id="state-batch"></span>' in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"preset": "resnet50", "depth": "3,x"}, "depth"),
        ({"preset": "resnet50", "batch": "-1"}, "batch"),
        ({"preset": "resnet50", "resolution": "big"}, "resolution"),
        ({"preset": "resnet50", "norm": "none"}, "norm"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field(
    client: TestClient, query: dict[str, str], field: str
) -> None:
    for headers in ({}, KNOB):
        answer = client.get("/explore", params=query, headers=headers)
        assert answer.status_code == 422
        assert re.search(rf'id="state-{field}"[^>]*>.*?<span class="error">\w', answer.text)


@pytest.mark.parametrize(
    "name", ["preset", "family", "depth", "memory", "device", "nonsense", "batch"]
)
def test_hostile_text_is_only_text(client: TestClient, name: str) -> None:
    base = {} if name in {"preset", "family"} else {"preset": "resnet50"}
    query = {**base, name: HOSTILE}
    for path in ("/explore", *(f"/explore/{part}" for part in PARTS)):
        answer = client.get(path, params=query)
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text


def test_another_network_starts_from_its_own_defaults(client: TestClient) -> None:
    page = client.get("/explore?preset=resnet18&base=resnet50&depth=3,4,6,3")
    assert "11,689,512" in page.text


def test_a_family_may_be_typed_where_a_preset_is(client: TestClient) -> None:
    assert NetworkForm({"preset": "resnet_cifar"}).query == "family=resnet_cifar"
    assert client.get("/explore?preset=resnet_cifar").status_code == 200


@pytest.mark.parametrize("family", registry.families())
def test_every_family_has_a_page(client: TestClient, family: str) -> None:
    page = client.get(f"/explore?family={family}")
    assert page.status_code == 200
    assert (
        set(registry.family(family).spec.model_fields) - {"family"} <= Fields(page.text).sent.keys()
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_a_fragment_for_scripts_and_a_page_without(client: TestClient, part: str) -> None:
    whole = client.get(f"/explore/{part}?preset=resnet18")
    fragment = client.get(f"/explore/{part}?preset=resnet18", headers={"HX-Request": "true"})
    assert whole.status_code == fragment.status_code == 200
    assert "<html" in whole.text
    assert "<html" not in fragment.text
    assert 'href="/explore?preset=resnet18"' in whole.text


def test_images_that_fit_are_those_that_the_service_finds(client: TestClient) -> None:
    made = client.post("/v1/analyses", json={"architecture": {"preset": "resnet50"}}).json()
    query = {"bytes": 16 * 10**9, "training": "true"}
    found = client.get(f"/v1/analyses/{made['id']}/largest-batch", params=query).json()
    page = client.get("/explore/fits?preset=resnet50&memory=16").text
    assert f"<dd>{found['batch']}</dd>" in page
    assert f"{found['needed_bytes']:,} bytes" in page


def test_layers_unfold_by_stage_and_block(client: TestClient) -> None:
    table = client.get("/explore/layers?preset=resnet50").text
    assert re.findall(r'hx-target="#stage-(\w+)"', table) == [
        "stem",
        *(f"stage{i}" for i in range(1, 5)),
        "head",
    ]
    assert "bottleneck1" not in table
    rows = client.get(
        "/explore/layers?preset=resnet50&stage=stage3",
        headers={"HX-Request": "true", "HX-Target": "stage-stage3"},
    ).text
    assert rows.count('<details class="block">') == 6
    assert rows.count("<tr><td>") == 62


def test_layers_are_found_and_sorted(client: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-Target": "layer-rows"}
    query = {"preset": "resnet50", "find": "CONV", "sort": "params"}
    rows = client.get("/explore/layers", params=query, headers=headers).text
    assert "53 of 175 operators" in rows
    assert rows.index("stage4.bottleneck1.conv2") < rows.index("stage1.bottleneck1.conv1")


def test_the_layer_table_of_a_thousand_layers_comes_in_small_pieces(client: TestClient) -> None:
    query = "preset=resnet1202_cifar10"
    assert len(client.get(f"/explore?{query}").content) < 100_000
    assert len(client.get(f"/explore/layers?{query}").content) < 30_000
    found = client.get(f"/explore/layers?{query}&find=conv").content
    assert found.count(b"<tr><td>") == 300


def test_a_network_of_thousands_of_layers_is_shown_in_images(client: TestClient) -> None:
    """Its charts would keep a browser busy for seconds after each knob."""
    query = "preset=resnet1202_cifar10"
    charts = client.get(f"/explore/charts?{query}", headers={"HX-Request": "true"})
    assert charts.text.count('<img class="still"') == 4
    assert len(charts.content) < 10_000
    fits = client.get(f"/explore/fits?{query}", headers={"HX-Request": "true"}).text
    assert f'href="/explore/fits?{query}"' in fits


def test_an_analysis_is_kept_and_then_says_so(client: TestClient) -> None:
    page = client.get("/explore?preset=resnet18")
    assert 'action="/explore/keep?preset=resnet18"' in page.text
    kept = client.post("/explore/keep?preset=resnet18", follow_redirects=False)
    assert kept.status_code == 303
    (found,) = client.get("/v1/analyses").json()["items"]
    after = client.get(kept.headers["Location"].partition("#")[0]).text
    assert found["id"] in after
    assert f"/compare?networks={found['id']}" in after
    assert "No other tool has recounted it yet" in after


def test_a_page_elsewhere_cannot_make_a_browser_keep_anything(client: TestClient) -> None:
    client.post("/explore/keep?preset=resnet18", headers={"Sec-Fetch-Site": "cross-site"})
    assert client.get("/v1/analyses").json()["total"] == 0


def test_an_audit_is_run_and_shown(client: TestClient) -> None:
    query = "preset=resnet20_cifar10"
    audited = client.post(f"/explore/audit?{query}")
    assert "torch and fvcore count the same" in audited.text
    assert client.get(f"/explore?{query}").text.count("Audit again") == 1


def test_the_request_of_a_page_asks_the_same(client: TestClient) -> None:
    page = client.get("/explore/request?preset=resnet50&width_multiplier=2&batch=4").text
    assert "{&#34;architecture&#34;:{&#34;preset&#34;:&#34;resnet50&#34;" in page
    document = NetworkForm({"preset": "resnet50", "width_multiplier": "2", "batch": "4"}).document
    assert document == {
        "architecture": {"preset": "resnet50", "width_multiplier": 2},
        "batch": 4,
    }
    assert client.post("/v1/analyses", json=document).status_code == 201


def test_code_is_written_for_pages_and_programs(client: TestClient) -> None:
    made = client.post("/v1/analyses", json={"architecture": {"preset": "resnet20_cifar10"}}).json()
    code = client.get(f"/v1/analyses/{made['id']}/torch")
    assert code.headers["Content-Type"].startswith("text/x-python")
    assert "class Network(nn.Module):" in code.text
    page = client.get("/explore/code?preset=resnet20_cifar10").text
    assert "class Network(nn.Module):" in page
    assert client.get("/v1/analyses/0123456789abcdef01234567/torch").status_code == 404


def test_browsers_are_sent_from_the_front_door_to_the_pages(client: TestClient) -> None:
    sent = client.get("/", headers=BROWSER, follow_redirects=False)
    assert (sent.status_code, sent.headers["Location"]) == (307, "/explore")
    assert sent.headers["Vary"] == "Accept"
    index = client.get("/", headers={"Accept": "application/json"})
    assert index.json()["name"] == "archmeter"
    assert "Accept" in index.headers["Vary"]
    assert client.get("/").json()["name"] == "archmeter"


def test_links_between_parts_keep_the_whole_state(client: TestClient) -> None:
    query = {"preset": "resnet50", "batch": "8", "memory": "24"}
    page = client.get(f"/explore/layers?{urlencode(query)}").text
    back = re.search(r'href="/explore\?([^"]*)"', page.replace("&amp;", "&"))
    assert back
    assert dict(parse_qsl(back[1])) == query
