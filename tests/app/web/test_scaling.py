"""The pages of the scaling lab: curves, budgets, equal cost."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.testclient import TestClient

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.curves import COMPOUND, LAWS, Law
from archmeter.app.errors import ArchmeterError
from archmeter.app.scaling.answers import curves_answer, spec_of
from archmeter.app.scaling.requests import CurvesRequest
from archmeter.app.space_text import amount_of
from archmeter.app.web.scaling_form import SLIDERS
from archmeter.models import registry

PAGES = ("/scaling", "/scaling/fit", "/scaling/iso-cost")

SMALL = {"preset": "resnet18", "points": "3"}
FIT = {
    "preset": "regnetx_002",
    "knob": ["depth", "group_width"],
    "values": ["10:12", "8,16"],
    "bound": ["macs"],
    "at_least": [""],
    "at_most": ["200M"],
    "images": [""],
}


def inputs(html: str) -> list[tuple[str, str]]:
    """What a browser without scripts would send of the page's only form."""
    form = html.partition("<form")[2].partition("</form>")[0]
    sent: list[tuple[str, str]] = []
    pattern = r"<(input)([^>]*)>|<select([^>]*)>(.*?)</select>"
    for tag, attributes, select, options in re.findall(pattern, form, re.DOTALL):
        name = re.search(r'\bname="([^"]*)"', attributes or select)
        if name is None:
            continue
        if tag:
            if 'type="checkbox"' in attributes and "checked" not in attributes:
                continue
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            sent.append((name[1], unescape(value[1]) if value else ""))
        else:
            every = re.findall(r"<option([^>]*)>([^<]*)", options)
            chosen = next((one for one in every if "selected" in one[0]), every[0])
            value = re.search(r'\bvalue="([^"]*)"', chosen[0])
            sent.append((name[1], unescape(value[1] if value else chosen[1])))
    return sent


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_under_a_strict_policy_and_label_every_input(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, params={"preset": "resnet18"})
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*(src=|application/json))", answer.text)
    assert " style=" not in answer.text
    labelled = {*re.findall(r'<label for="([^"]+)"', answer.text)}
    form = answer.text.partition("<form")[2].partition("</form>")[0]
    form = re.sub(r"<label[^>]*>.*?</label>", "", form, flags=re.DOTALL)
    for attributes in re.findall(r"<(?:input|select)\b([^>]*)>", form):
        identifier = re.search(r'\bid="([^"]+)"', attributes)
        named = identifier is not None and identifier[1] in labelled
        assert named or "aria-label=" in attributes or 'type="hidden"' in attributes, attributes


@pytest.mark.parametrize("path", PAGES)
def test_a_form_without_scripts_asks_the_same_again(client: TestClient, path: str) -> None:
    first = client.get(path, params={"preset": "resnet18", "width_multiplier": "0.5"})
    again = client.get(path, params=inputs(first.text))
    assert again.status_code == 200
    assert inputs(again.text) == inputs(first.text)

    def drawn(html: str) -> str:
        return html.partition('id="result"')[2]

    assert drawn(again.text) == drawn(first.text)
    assert 'id="changed-width_multiplier">with width_multiplier = 0.5<' in again.text


@pytest.mark.parametrize("path", PAGES)
def test_unknown_networks_are_said_beside_the_field(client: TestClient, path: str) -> None:
    answer = client.get(path, params={"preset": '"><script>alert(1)</script>'})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in answer.text
    assert re.search(r'id="error-preset">\s*unknown preset', answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_another_network_forgets_what_was_changed_of_the_one_before(
    client: TestClient, path: str
) -> None:
    given = {"preset": "resnet18", "base": "efficientnet_b0", "squeeze_ratio": "0.5"}
    assert client.get(path, params=given).status_code == 200


def test_points_are_those_of_the_lab(client: TestClient) -> None:
    given = {**SMALL, "stop": "2", "total": "training_saved_bytes", "batch": "8"}
    html = unescape(client.get("/scaling", params=given).text)
    asked = CurvesRequest.model_validate(
        {
            "architecture": {"preset": "resnet18"},
            "batch": 8,
            "totals": ["training_saved_bytes"],
            "phi": {"stop": 2, "points": 3},
        }
    )
    answer = curves_answer(asked, spec_of(asked.architecture))
    assert [curve["name"] for curve in answer["curves"]] == list(LAWS)
    for curve in answer["curves"]:
        for point in curve["points"]:
            assert f'title="{point["totals"]["training_saved_bytes"]:,}"' in html
            assert f"{point['wanted']['depth']:.3f}" in html
            assert f"→ {point['got']['depth']:.3f}" in html
            for adjustment in point["adjustments"]:
                assert adjustment["reason"] in html


def test_the_product_is_worked_out_by_the_service(client: TestClient) -> None:
    def product(**given: str) -> str:
        html = client.get("/scaling", params={**SMALL, **given}).text
        found = re.search(r'<output id="product"[^>]*>([^<]*)<', html)
        assert found
        return found[1]

    assert product() == f"{COMPOUND.product:.4f}"
    assert product(alpha="1.5", beta="1.25") == f"{Law(1.5, 1.25, COMPOUND.gamma).product:.4f}"
    assert product(alpha="nought") == "-"


def test_only_the_curves_that_are_chosen_are_drawn(client: TestClient) -> None:
    html = client.get("/scaling", params={**SMALL, "curves": ["", "width", "depth"]}).text
    assert re.findall(r"<summary><h2>(\w+)</h2>", html) == ["width", "depth"]
    nothing = client.get("/scaling", params={**SMALL, "curves": ""})
    assert nothing.status_code == 422
    assert "Choose at least one curve." in nothing.text


def test_published_points_are_laid_over(client: TestClient) -> None:
    html = client.get("/scaling", params={**SMALL, "overlay": "true"}).text
    overlay = html.partition('id="overlay-table"')[2]
    assert overlay.count('scope="row">efficientnet_b') == 8
    assert "overlay=true" in html.partition('data-query="')[2].partition('"')[0]


def test_points_lead_to_the_explorer(client: TestClient) -> None:
    html = unescape(client.get("/scaling", params={**SMALL, "curves": "width", "stop": "2"}).text)
    assert 'href="/explore?preset=resnet18&width_multiplier=2.0' in html


@pytest.mark.parametrize(
    ("field", "value", "beside"),
    [
        ("alpha", "0", "alpha"),
        ("points", "many", "points"),
        ("points", "100000", "points"),
        ("stop", "-3", "stop"),
        ("curves", "width,weight", "curves"),
        ("total", "cost", "total"),
        ("total", "roofline_seconds", "device"),
        ("batch", "0", "batch"),
        ("dtype", "float128", "dtype"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    client: TestClient, field: str, value: str, beside: str
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.get("/scaling", params={**SMALL, field: value}, headers=headers)
        assert answer.status_code == 422
        assert re.search(rf'id="error-{beside}"[^>]*>\s*\w', answer.text), beside


def test_too_much_work_is_refused(client: TestClient) -> None:
    answer = client.get("/scaling", params={"preset": "densenet201", "points": "500"})
    assert answer.status_code == 422
    assert "operators together" in answer.text


def test_scripts_get_the_result_and_the_shortest_address(client: TestClient) -> None:
    sent = inputs(client.get("/scaling", params={"preset": "resnet18"}).text)
    changed = [(name, "1.3" if name == "alpha" else value) for name, value in sent]
    answer = client.get("/scaling", params=changed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="result"')
    assert "<form" not in answer.text
    assert answer.headers["hx-replace-url"] == "/scaling?preset=resnet18&alpha=1.3"
    product = re.search(r'<output id="product"[^>]*hx-swap-oob="true">([^<]*)<', answer.text)
    assert product
    assert product[1] == f"{Law(1.3, COMPOUND.beta, COMPOUND.gamma).product:.4f}"
    shared = client.get(answer.headers["hx-replace-url"])
    assert answer.text.partition("<output")[0].strip() in shared.text


def test_sliders_end_within_what_is_accepted() -> None:
    for slider in SLIDERS:
        assert slider.minimum <= slider.low <= slider.default <= slider.high <= slider.maximum


def test_a_budget_is_answered_with_the_best_networks(client: TestClient) -> None:
    html = unescape(client.get("/scaling/fit", params=FIT).text)
    body = client.post(
        "/v1/scaling/fit",
        json={
            "architecture": {"preset": "regnetx_002"},
            "knobs": {"depth": {"low": 10, "high": 12}, "group_width": [8, 16]},
            "bounds": [{"total": "macs", "at_most": 200e6}],
        },
    ).json()
    assert body["feasible"]
    assert "<h2>Feasible</h2>" in html
    for kind in ("best", "misses"):
        table = html.partition(f'id="{kind}"')[2].partition("</table>")[0]
        assert table.count("<tr>") == 1 + len(body[kind])
        for found in body[kind]:
            assert f'title="{found["totals"]["macs"]:,}"' in table
            assert found["name"] in table
    binding = html.partition('id="binding"')[2].partition("</p>")[0]
    (limit,) = body["limits"]
    assert limit["binding"]
    assert "MACs ≤ 200.0 M" in binding
    assert f"{100 * limit['relax']:.2f} %" in binding


def test_links_of_results_lead_to_the_network_that_was_found(client: TestClient) -> None:
    html = unescape(client.get("/scaling/fit", params=FIT).text)
    table = html.partition('id="best"')[2].partition("</table>")[0]
    link = re.search(r'href="/explore\?([^"]+)".*?title="([\d,]+)"', table, re.DOTALL)
    assert link
    architecture: dict[str, Any] = {k: v[0] for k, v in parse_qs(link[1]).items()}
    numbers = {k: float(v) if k != "preset" else v for k, v in architecture.items()}
    assert f"{analyze(registry.resolve(numbers)).totals.macs:,}" == link[2]


def test_an_impossible_budget_is_said_to_be_infeasible_with_the_closest(
    client: TestClient,
) -> None:
    given = {**FIT, "bound": ["macs", "params"], "at_most": ["1M", "1G"], "at_least": ["", ""]}
    answer = client.get("/scaling/fit", params={**given, "images": ["", ""]})
    assert answer.status_code == 200
    assert "<h2>Infeasible</h2>" in answer.text
    verdict = unescape(answer.text).partition('id="verdict"')[2].partition("</div>")[0]
    assert "No combination of these knobs keeps all bounds" in verdict
    assert "The closest is <a" in verdict
    assert "The binding constraint is <strong>MACs ≤ 1.000 M" in verdict
    assert 'id="best"' not in answer.text


@pytest.mark.parametrize(
    ("given", "place", "said"),
    [
        ({"at_most": ["much"]}, "error-bound-1", "is no amount"),
        ({"at_most": [""]}, "error-bound-1", "neither end"),
        ({"bound": ["cost"]}, "error-bound-1", "no such total"),
        ({"at_least": ["1G"]}, "error-bound-1", "cannot be at least"),
        ({"images": ["0"]}, "error-bound-1", "ccepted"),
        ({"knob": ["depth", "<i>"]}, "error-knob-2", "has no knob"),
        ({"knob": ["depth", "depth"]}, "error-knob-2", "there already"),
        ({"values": ["", "8"]}, "error-knob-1", "Say its values"),
        ({"values": ["10:12", "x"]}, "error-knob-2", "accepted"),
        ({"values": ["12:10", "8"]}, "error-knob-1", "empty range"),
        ({"count": ["0"]}, "error-count", "Accepted"),
        ({"objective": ["cost"]}, "error-objective", "no such total"),
        ({"objective": ["roofline_seconds"]}, "error-device", "device"),
    ],
)
def test_what_is_wrong_with_a_budget_is_said_beside_it(
    client: TestClient, given: dict[str, list[str]], place: str, said: str
) -> None:
    answer = client.get("/scaling/fit", params={**FIT, **given})
    assert answer.status_code == 422
    assert "<i>" not in answer.text
    beside = answer.text.partition(f'id="{place}"')[2].partition("</span>")[0]
    assert said in unescape(beside)


def test_a_budget_is_offered_for_any_network(client: TestClient) -> None:
    """Bounds and knobs are derived from it where nobody names any."""
    for preset in ("vit_b_16", "custom_resnet50", "squeezenet1_0"):
        answer = client.get("/scaling/fit", params={"preset": preset, "max_specs": "20"})
        assert answer.status_code == 200
        assert "combinations" in answer.text


def test_pairs_at_equal_cost_are_those_of_the_chart(client: TestClient) -> None:
    given = {"preset": "resnet18", "depth_count": "3", "width_count": "9", "tolerance": "0.1"}
    html = unescape(client.get("/scaling/iso-cost", params=given).text)
    query = re.search(r'data-chart="iso-cost" data-query="([^"]*)"', html)
    assert query
    rows = client.get(f"/v1/charts/iso-cost.json?{query[1]}").json()
    table = html.partition('id="pairs"')[2].partition("</table>")[0]
    assert len(rows) > 0
    assert table.count("<tr>") == 1 + len(rows)
    for row in rows:
        assert f'title="{row["macs"]:,}"' in table


@pytest.mark.parametrize(
    ("field", "value"),
    [("tolerance", "2"), ("depth_count", "1"), ("width_low", "x"), ("total", "roofline_seconds")],
)
def test_what_is_wrong_with_equal_cost_is_said_beside_it(
    client: TestClient, field: str, value: str
) -> None:
    answer = client.get("/scaling/iso-cost", params={"preset": "resnet18", field: value})
    assert answer.status_code == 422
    beside = answer.text.partition(f'id="error-{field}">')[2].partition("</span>")[0]
    assert "Accepted:" in beside


def test_ranges_that_fall_are_refused(client: TestClient) -> None:
    given = {"preset": "resnet18", "depth_low": "2", "depth_high": "1"}
    answer = client.get("/scaling/iso-cost", params=given)
    assert answer.status_code == 422
    assert "cannot go up from 2 to 1" in answer.text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("600M", 600e6),
        ("16 GB", 16e9),
        ("1.5k", 1500),
        ("2e9", 2e9),
        (" 7 ", 7),
        ("578.7 M", 578.7e6),
    ],
)
def test_amounts_are_spelled_with_prefixes(text: str, amount: float) -> None:
    assert amount_of(text) == amount


@pytest.mark.parametrize("text", ["", "M", "1 m", "1,000", "0x10", "nan", "1MM"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ArchmeterError, match="no amount"):
        amount_of(text)
