"""The page of comparisons."""

import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from archmeter.analyzers import analyze
from archmeter.app.charts.networks import MAX_NETWORKS
from archmeter.app.comparing import aligned
from archmeter.app.figures import FIGURES
from archmeter.models import registry


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
    html = unescape(answer.text)
    for name in FIGURES:
        counted = {**wide["totals"], **wide["memory"]}[name]
        assert f'title="{counted:,}"' in html
    ratio = wide["totals"]["params"] / analyze(registry.preset("resnet50").spec).totals.params
    assert f"× {ratio:.3f}" in html
    assert "resnet50 width_multiplier=2" in html
    assert "/explore?preset=resnet50&width_multiplier=2.0" in html


def test_the_first_network_is_what_others_are_multiples_of(client: TestClient) -> None:
    html = client.get("/compare", params={"networks": "resnet18,vgg16"}).text
    promoted = re.search(r'href="([^"]*)" aria-label="make first: vgg16"', html)
    assert promoted
    assert unescape(promoted[1]) == "/compare?networks=vgg16,resnet18"


def test_a_network_is_added_by_the_form_and_removed_by_its_link(client: TestClient) -> None:
    form = {"networks": "resnet18,resnet34", "add": "resnet50", "x": "flops"}
    added = client.get("/compare", params=form, follow_redirects=False)
    assert added.status_code == 303
    assert added.headers["location"] == "/compare?networks=resnet18,resnet34,resnet50&x=flops"
    page = client.get(added.headers["location"]).text
    removed = re.search(r'href="([^"]*)" aria-label="Remove resnet34"', page)
    assert removed
    assert unescape(removed[1]) == "/compare?networks=resnet18,resnet50&x=flops"


def test_nothing_is_left_when_all_are_removed(client: TestClient) -> None:
    answer = client.get("/compare", params={"networks": ""})
    assert answer.status_code == 200
    assert 'id="nothing"' in answer.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"networks": "resnet18", "add": "resnet5O"}, "neither a preset nor the id"),
        ({"networks": "resnet18,<b>nope</b>"}, "&lt;b&gt;nope"),
        ({"networks": "resnet18,resnet34", "total": "wrong"}, "Accepted: "),
        ({"networks": "resnet18", "y": "wrong"}, "Accepted: "),
        ({"networks": "resnet18", "family": "wrong", "presets": "true"}, "wrong"),
    ],
)
def test_what_is_wrong_is_said_beside_what_is_right(
    client: TestClient, given: dict[str, str], said: str
) -> None:
    answer = client.get("/compare", params=given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<b>" not in answer.text
    assert 'aria-label="Remove resnet18"' in answer.text


def test_one_network_by_two_names_is_compared_once(client: TestClient) -> None:
    key = stored(client, "resnet18")["id"]
    answer = client.get("/compare", params={"networks": f"resnet18,{key}"})
    assert answer.status_code == 422
    assert "there already" in answer.text


def test_there_is_a_most_of_networks(client: TestClient) -> None:
    names = [name for name in registry.presets() if name.startswith("regnet")]
    answer = client.get("/compare", params={"networks": ",".join(names[: MAX_NETWORKS + 1])})
    assert answer.status_code == 422
    assert f"At most {MAX_NETWORKS} networks" in answer.text
    assert answer.text.count('aria-label="Remove ') == MAX_NETWORKS


def test_accuracies_are_shown_where_a_source_prints_them_of_this_very_network(
    client: TestClient,
) -> None:
    html = unescape(client.get("/compare", params={"networks": "resnet50,custom_resnet50"}).text)
    assert "Tan & Le 2019" in html
    assert "none for this network at 224×224" in html


def test_charts_are_asked_for_what_the_page_is(client: TestClient) -> None:
    given = {
        "networks": "resnet18,vgg16,resnet34",
        "from": "vgg16",
        "to": "resnet34",
        "total": "params",
        "x": "flops",
        "y": "top1",
    }
    html = client.get("/compare", params=given).text
    queries = {
        name: unescape(query)
        for name, query in re.findall(r'data-chart="(\S+)" data-query="(\S*)"', html)
    }
    assert queries["comparison"] == "networks=resnet18%2Cvgg16%2Cresnet34"
    assert queries["waterfall"] == "networks=vgg16%2Cresnet34&total=params"
    assert queries["scatter"] == "x=flops&y=top1"
    for name, query in queries.items():
        assert client.get(f"/v1/charts/{name}.json?{query}").status_code == 200


def test_scripts_get_the_result_alone(client: TestClient) -> None:
    given = {"networks": "resnet18,vgg16", "x": "flops", "y": "params", "from": "", "presets": ""}
    answer = client.get("/compare", params=given, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="result"')
    assert answer.headers["hx-replace-url"] == "/compare?networks=resnet18,vgg16&x=flops"


@pytest.mark.parametrize("family", list(registry.families()))
def test_aligned_stages_sum_to_the_network(family: str) -> None:
    profile = analyze(registry.family(family).presets[0].spec)
    rows = aligned([profile])
    for figure in ("params", "macs", "activations"):
        cells = [row.cells[0] for row in rows]
        total = sum(getattr(cell, figure) for cell in cells if cell is not None)
        assert total == getattr(profile.totals, figure)


def test_stages_are_aligned_by_the_size_of_their_maps() -> None:
    rows = aligned(
        [analyze(registry.preset(name).spec) for name in ("resnet50", "efficientnet_b0")]
    )
    places = [row.place for row in rows]
    assert places == ["stem", "1/2", "1/4", "1/8", "1/16", "1/32", "head"]
    by_place = dict(zip(places, rows, strict=True))
    assert by_place["1/2"].cells[0] is None
    resnet, efficientnet = by_place["1/16"].cells
    assert resnet is not None
    assert efficientnet is not None
    assert (resnet.first, resnet.last, resnet.blocks, resnet.channels) == (
        "stage3",
        "stage3",
        6,
        1024,
    )
    assert (efficientnet.first, efficientnet.last) == ("stage4", "stage5")
    assert (efficientnet.blocks, efficientnet.channels) == (6, 112)
