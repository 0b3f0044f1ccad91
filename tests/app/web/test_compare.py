"""The page of comparisons."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.analyzers import analyze
from archmeter.app.ask.totals import TOTALS
from archmeter.app.charts.labels import called
from archmeter.app.charts.networks import MAX_NETWORKS
from archmeter.app.web.comparing import aligned
from archmeter.models import registry
from tests.app.web.pages import charts, read, rows, said, words


def stored(client: TestClient, preset: str, **knobs: Any) -> dict[str, Any]:
    """An analysis in the store."""
    body: dict[str, Any] = client.post(
        "/v1/analyses", json={"architecture": {"preset": preset, **knobs}}
    ).json()
    return body


def test_presets_and_stored_analyses_stand_side_by_side(client: TestClient) -> None:
    wide = stored(client, "resnet50", width_multiplier=2)
    answer = client.get("/compare", params={"networks": f"resnet50,{wide['id']}"})
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = read(answer)
    shown = {words(row[0]): row[1:] for row in rows(page, "comparison")}
    for name in TOTALS:
        _, cell = shown[called(name)]
        assert cell.get("title") == f"{({**wide['totals'], **wide['memory']})[name]:,}"
    ratio = wide["totals"]["params"] / analyze(registry.preset("resnet50").spec).totals.params
    assert words(shown["parameters"][1]).endswith(f"× {ratio:.3f}")
    (link,) = page.xpath("//th/a[text()='resnet50 width_multiplier=2']")
    assert link.get("href") == "/explore?preset=resnet50&width_multiplier=2.0"


def test_the_first_network_is_what_others_are_multiples_of(reader: TestClient) -> None:
    page = read(reader.get("/compare", params={"networks": "resnet18,vgg16"}))
    (promoted,) = page.xpath("//a[@aria-label='make first: vgg16']/@href")
    assert promoted == "/compare?networks=vgg16,resnet18"


def test_a_network_is_added_by_the_form_and_removed_by_its_link(reader: TestClient) -> None:
    form = {"networks": "resnet18,resnet34", "add": "resnet50", "x": "flops"}
    added = reader.get("/compare", params=form, follow_redirects=False)
    assert added.status_code == 303
    assert added.headers["location"] == "/compare?networks=resnet18,resnet34,resnet50&x=flops"
    page = read(reader.get(added.headers["location"]))
    (removed,) = page.xpath("//a[@aria-label='Remove resnet34']/@href")
    assert removed == "/compare?networks=resnet18,resnet50&x=flops"


def test_nothing_is_left_when_all_are_removed(reader: TestClient) -> None:
    answer = reader.get("/compare", params={"networks": ""})
    assert answer.status_code == 200
    assert said(read(answer), "//*[@id='nothing']")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"networks": "resnet18", "add": "resnet5O"}, "neither a preset nor the id"),
        ({"networks": "resnet18,<b>nope</b>"}, "<b>nope"),
        ({"networks": "resnet18,resnet34", "total": "wrong"}, "Accepted: "),
        ({"networks": "resnet18", "y": "wrong"}, "Accepted: "),
        ({"networks": "resnet18", "family": "wrong", "presets": "true"}, "wrong"),
    ],
)
def test_what_is_wrong_is_said_beside_what_is_right(
    reader: TestClient, given: dict[str, str], error: str
) -> None:
    answer = reader.get("/compare", params=given)
    assert answer.status_code == 422
    page = read(answer)
    assert error in " ".join(said(page, "//*[@role='alert']"))
    assert "<b>" not in answer.text
    assert page.xpath("//a[@aria-label='Remove resnet18']")


def test_one_network_by_two_names_is_compared_once(client: TestClient) -> None:
    key = stored(client, "resnet18")["id"]
    answer = client.get("/compare", params={"networks": f"resnet18,{key}"})
    assert answer.status_code == 422
    (error,) = said(read(answer), "//*[@role='alert']")
    assert "there already" in error


def test_there_is_a_most_of_networks(reader: TestClient) -> None:
    names = [name for name in registry.presets() if name.startswith("regnet")]
    answer = reader.get("/compare", params={"networks": ",".join(names[: MAX_NETWORKS + 1])})
    assert answer.status_code == 422
    page = read(answer)
    assert said(page, "//*[@role='alert']") == [f"At most {MAX_NETWORKS} networks are compared."]
    assert len(page.xpath("//a[starts-with(@aria-label, 'Remove ')]")) == MAX_NETWORKS


def test_accuracies_are_shown_where_a_source_prints_them_of_this_very_network(
    reader: TestClient,
) -> None:
    page = read(reader.get("/compare", params={"networks": "resnet50,custom_resnet50"}))
    (printed,) = (
        row[1:] for row in rows(page, "comparison") if words(row[0]).startswith("published top-1")
    )
    assert "Tan & Le 2019" in words(printed[0])
    assert words(printed[1]) == "none for this network at 224×224"


def test_charts_are_asked_for_what_the_page_is(reader: TestClient) -> None:
    given = {
        "networks": "resnet18,vgg16,resnet34",
        "from": "vgg16",
        "to": "resnet34",
        "total": "params",
        "x": "flops",
        "y": "top1",
    }
    queries = charts(read(reader.get("/compare", params=given)))
    assert queries == {
        "comparison": "networks=resnet18%2Cvgg16%2Cresnet34",
        "waterfall": "networks=vgg16%2Cresnet34&total=params",
        "scatter": "x=flops&y=top1",
    }
    for name, query in queries.items():
        assert reader.get(f"/v1/charts/{name}.json?{query}").status_code == 200


def test_scripts_get_the_result_alone(reader: TestClient) -> None:
    given = {"networks": "resnet18,vgg16", "x": "flops", "y": "params", "from": "", "presets": ""}
    answer = reader.get("/compare", params=given, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="result"')
    assert answer.headers["hx-replace-url"] == "/compare?networks=resnet18,vgg16&x=flops"


@pytest.mark.parametrize("family", list(registry.families()))
def test_aligned_stages_sum_to_the_network(family: str) -> None:
    profile = analyze(registry.family(family).presets[0].spec)
    cells = [row.cells[0] for row in aligned([profile])]
    for figure in ("params", "macs", "activations"):
        total = sum(getattr(cell, figure) for cell in cells if cell is not None)
        assert total == getattr(profile.totals, figure)


def test_stages_are_aligned_by_the_size_of_their_maps() -> None:
    found = aligned(
        [analyze(registry.preset(name).spec) for name in ("resnet50", "efficientnet_b0")]
    )
    by_place = {row.place: row for row in found}
    assert list(by_place) == ["stem", "1/2", "1/4", "1/8", "1/16", "1/32", "head"]
    assert by_place["1/2"].cells[0] is None
    resnet, efficientnet = by_place["1/16"].cells
    assert resnet is not None
    assert efficientnet is not None
    assert (resnet.first, resnet.last, resnet.blocks, resnet.channels) == (
        *("stage3", "stage3", 6, 1024),
    )
    assert (efficientnet.first, efficientnet.last) == ("stage4", "stage5")
    assert (efficientnet.blocks, efficientnet.channels) == (6, 112)
