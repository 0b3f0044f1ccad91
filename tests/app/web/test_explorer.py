"""The Explorer: pages and their parts, without a browser."""

import json
from urllib.parse import parse_qsl

import pytest
from httpx2 import Response
from lxml import html
from starlette.testclient import TestClient

from archmeter.app.web.network_form import NetworkForm
from archmeter.models import registry
from tests.app.web.pages import read, said, sent, words

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KNOB = {"HX-Request": "true", "HX-Target": "figures"}
PARTS = ("fits", "charts", "layers", "diagram", "request")
HOSTILE = "\"><script>alert('x')</script>&amp;"


def knobs(answer: Response) -> dict[str, str]:
    """What a browser without scripts would send for the form of knobs."""
    return dict(sent(read(answer).get_element_by_id("knobs")))


def figures(answer: Response) -> list[str]:
    return said(read(answer), "//dd[@class='exact']")


def test_a_preset_has_its_figures_with_exact_integers(reader: TestClient) -> None:
    page = reader.get("/explore?preset=resnet50")
    assert page.status_code == 200
    shown = " ".join(figures(page))
    for figure in ("25,557,032", "4,089,184,256", "10,438,656 bytes", "102,228,128 bytes"):
        assert figure in shown


def test_nobody_else_is_asked_for_anything(reader: TestClient) -> None:
    answer = reader.get("/explore")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = read(answer)
    assert not page.xpath("//style | //@style")
    for link in page.xpath("//a[@href]"):
        del link.attrib["href"]
    assert "https://" not in html.tostring(page, encoding="unicode")


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
def test_the_form_sends_back_what_was_asked(reader: TestClient, query: dict[str, str]) -> None:
    """Without scripts every field is sent; the answer is the same page."""
    page = reader.get("/explore", params=query)
    fields = knobs(page)
    again = reader.get("/explore", params=fields)
    assert again.status_code == 200
    assert figures(again) == figures(page)
    known = {k: v for k, v in fields.items() if k not in {"memory", "device"}}
    assert NetworkForm(known).query == NetworkForm(query, own=("memory", "device")).query


def test_a_knob_that_moves_gets_the_figures_alone_and_the_shortest_address(
    reader: TestClient,
) -> None:
    fields = knobs(reader.get("/explore?preset=resnet50"))
    answer = reader.get("/explore", params={**fields, "width_multiplier": "2"}, headers=KNOB)
    assert answer.headers["HX-Replace-Url"] == "/explore?preset=resnet50&width_multiplier=2"
    assert "98,004,072" in " ".join(figures(answer))
    assert "<html" not in answer.text
    assert read(answer).get_element_by_id("state-width_multiplier").get("hx-swap-oob") == "true"
    assert len(answer.content) < 20_000


def test_what_was_changed_can_be_taken_back(reader: TestClient) -> None:
    page = read(reader.get("/explore?preset=resnet50&width_multiplier=2&resolution=288"))
    state = page.get_element_by_id("state-width_multiplier")
    assert said(state, "*[@class='changed']") == ["changed"]
    assert state.xpath("a/@href") == ["/explore?preset=resnet50&resolution=288"]
    assert words(page.get_element_by_id("state-batch")) == ""


@pytest.mark.parametrize("headers", [{}, KNOB], ids=["page", "part"])
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
    reader: TestClient, query: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    answer = reader.get("/explore", params=query, headers=headers)
    assert answer.status_code == 422
    (error,) = said(read(answer), f"//*[@id='state-{field}']/*[@class='error']")
    assert error


@pytest.mark.parametrize(
    "name", ["preset", "family", "depth", "memory", "device", "nonsense", "batch"]
)
def test_hostile_text_is_only_text(reader: TestClient, name: str) -> None:
    base = {} if name in {"preset", "family"} else {"preset": "resnet50"}
    query = {**base, name: HOSTILE}
    for path in ("/explore", *(f"/explore/{part}" for part in PARTS)):
        answer = reader.get(path, params=query)
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text


def test_another_network_starts_from_its_own_defaults(reader: TestClient) -> None:
    page = reader.get("/explore?preset=resnet18&base=resnet50&depth=3,4,6,3")
    assert "11,689,512" in " ".join(figures(page))


def test_a_family_may_be_typed_where_a_preset_is(reader: TestClient) -> None:
    assert NetworkForm({"preset": "resnet_cifar"}).query == "family=resnet_cifar"
    assert reader.get("/explore?preset=resnet_cifar").status_code == 200


@pytest.mark.parametrize("family", registry.families())
def test_every_family_has_a_page(reader: TestClient, family: str) -> None:
    page = reader.get(f"/explore?family={family}")
    assert page.status_code == 200
    assert set(registry.family(family).spec.model_fields) - {"family"} <= knobs(page).keys()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_a_fragment_for_scripts_and_a_page_without(reader: TestClient, part: str) -> None:
    whole = reader.get(f"/explore/{part}?preset=resnet18")
    fragment = reader.get(f"/explore/{part}?preset=resnet18", headers={"HX-Request": "true"})
    assert whole.status_code == fragment.status_code == 200
    assert "<html" in whole.text
    assert "<html" not in fragment.text
    assert "/explore?preset=resnet18" in read(whole).xpath("//main//a/@href")


def test_images_that_fit_are_those_that_the_service_finds(client: TestClient) -> None:
    made = client.post("/v1/analyses", json={"architecture": {"preset": "resnet50"}}).json()
    query = {"bytes": 16 * 10**9, "training": "true"}
    found = client.get(f"/v1/analyses/{made['id']}/largest-batch", params=query).json()
    page = read(client.get("/explore/fits?preset=resnet50&memory=16"))
    cards = [said(card, "dd") for card in page.xpath("//*[@class='card']")]
    needed = f"which need {found['needed_bytes']:,} bytes"
    assert [f"{found['batch']:,}", needed] in [card[:2] for card in cards]


def test_layers_unfold_by_stage_and_block(reader: TestClient) -> None:
    table = reader.get("/explore/layers?preset=resnet50")
    stages = ["stem", *(f"stage{i}" for i in range(1, 5)), "head"]
    assert read(table).xpath("//details/@hx-target") == [f"#stage-{name}" for name in stages]
    assert "bottleneck1" not in table.text
    unfolded = read(
        reader.get(
            "/explore/layers?preset=resnet50&stage=stage3",
            headers={"HX-Request": "true", "HX-Target": "stage-stage3"},
        )
    )
    assert len(unfolded.xpath("//details[@class='block']")) == 6
    assert len(unfolded.xpath("//tr[td]")) == 62


def test_layers_are_found_and_sorted(reader: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-Target": "layer-rows"}
    query = {"preset": "resnet50", "find": "CONV", "sort": "params"}
    found = read(reader.get("/explore/layers", params=query, headers=headers))
    assert said(found, "//p[@class='hint']") == ["53 of 175 operators"]
    params = [int(text.replace(",", "")) for text in said(found, "//tr/td[3]")]
    assert len(params) == 53
    assert params == sorted(params, reverse=True)


def test_the_layer_table_of_a_thousand_layers_comes_in_small_pieces(reader: TestClient) -> None:
    query = "preset=resnet1202_cifar10"
    assert len(reader.get(f"/explore?{query}").content) < 100_000
    assert len(reader.get(f"/explore/layers?{query}").content) < 30_000
    assert len(read(reader.get(f"/explore/layers?{query}&find=conv")).xpath("//tr[td]")) == 300


def test_a_network_of_thousands_of_layers_is_shown_in_images(reader: TestClient) -> None:
    """Its charts would keep a browser busy for seconds after each knob."""
    query = "preset=resnet1202_cifar10"
    charts = reader.get(f"/explore/charts?{query}", headers={"HX-Request": "true"})
    assert len(read(charts).xpath("//img[@class='still']")) == 4
    assert len(charts.content) < 10_000
    fits = read(reader.get(f"/explore/fits?{query}", headers={"HX-Request": "true"}))
    assert f"/explore/fits?{query}" in fits.xpath("//a/@href")


def test_an_analysis_is_kept_and_then_says_so(client: TestClient) -> None:
    page = read(client.get("/explore?preset=resnet18"))
    assert "/explore/keep?preset=resnet18" in [form.action for form in page.forms]
    kept = client.post("/explore/keep?preset=resnet18", follow_redirects=False)
    assert kept.status_code == 303
    (found,) = client.get("/v1/analyses").json()["items"]
    after = read(client.get(kept.headers["Location"].partition("#")[0]))
    (saying,) = after.xpath("//*[@id='kept']")
    assert words(saying).startswith(f"Kept as {found['id']}.")
    assert f"/compare?networks={found['id']}" in saying.xpath("a/@href")
    assert said(after, "//*[@id='verdict']") == ["No other tool has recounted it yet."]


def test_a_page_elsewhere_cannot_make_a_browser_keep_anything(client: TestClient) -> None:
    client.post("/explore/keep?preset=resnet18", headers={"Sec-Fetch-Site": "cross-site"})
    assert client.get("/v1/analyses").json()["total"] == 0


def test_an_audit_is_run_and_shown(client: TestClient) -> None:
    query = "preset=resnet20_cifar10"
    audited = read(client.post(f"/explore/audit?{query}"))
    assert "torch and fvcore count the same" in said(audited, "//*[@id='verdict']")[0]
    page = read(client.get(f"/explore?{query}"))
    assert said(page, "//button[@id='audit']") == ["Audit again"]


def test_the_request_of_a_page_asks_the_same(client: TestClient) -> None:
    query = {"preset": "resnet50", "width_multiplier": "2", "batch": "4"}
    document = NetworkForm(query).document
    assert document == {
        "architecture": {"preset": "resnet50", "width_multiplier": 2},
        "batch": 4,
    }
    page = read(client.get("/explore/request", params=query))
    assert document in [_json(text) for text in page.xpath("//pre/text()")]
    assert client.post("/v1/analyses", json=document).status_code == 201


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_code_is_written_for_pages_and_programs(client: TestClient) -> None:
    made = client.post("/v1/analyses", json={"architecture": {"preset": "resnet20_cifar10"}}).json()
    code = client.get(f"/v1/analyses/{made['id']}/torch")
    assert code.headers["Content-Type"].startswith("text/x-python")
    assert "class Network(nn.Module):" in code.text
    (shown,) = read(client.get("/explore/code?preset=resnet20_cifar10")).xpath("//pre")
    assert shown.text_content().strip() == code.text.strip()
    assert client.get("/v1/analyses/0123456789abcdef01234567/torch").status_code == 404


def test_browsers_are_sent_from_the_front_door_to_the_pages(reader: TestClient) -> None:
    moved = reader.get("/", headers=BROWSER, follow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (307, "/explore")
    assert moved.headers["Vary"] == "Accept"
    index = reader.get("/", headers={"Accept": "application/json"})
    assert index.json()["name"] == "archmeter"
    assert "Accept" in index.headers["Vary"]
    assert reader.get("/").json()["name"] == "archmeter"


def test_links_between_parts_keep_the_whole_state(reader: TestClient) -> None:
    query = {"preset": "resnet50", "batch": "8", "memory": "24"}
    page = read(reader.get("/explore/layers", params=query))
    (back,) = page.xpath("//a[text()='Back to the Explorer']/@href")
    assert dict(parse_qsl(back.partition("?")[2])) == query
