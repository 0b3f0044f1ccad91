"""The pages of the scaling lab: curves, budgets, equal cost."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from httpx2 import Response
from lxml.html import FormElement, HtmlElement
from starlette.testclient import TestClient

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.curves import COMPOUND, LAWS, ScalingLaw
from archmeter.app.ask.errors import ArchmeterError
from archmeter.app.ask.spelling import amount_of, value_of
from archmeter.app.questions.curves import CurvesRequest, curves
from archmeter.app.web.scaling_form import SLIDERS
from archmeter.models import registry
from tests.app.web.pages import charts, read, rows, said, sent, words

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


def form_of(answer: Response) -> FormElement:
    """The page's only form."""
    (form,) = read(answer).forms
    return form


def result(answer: Response) -> str:
    """What a page shows beside its form."""
    return answer.text.partition('id="result"')[2]


def error_beside(page: HtmlElement, field: str) -> str:
    return words(page.get_element_by_id(f"error-{field}"))


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_under_a_strict_policy_and_label_every_input(
    reader: TestClient, path: str
) -> None:
    answer = reader.get(path, params={"preset": "resnet18"})
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = read(answer)
    assert not page.xpath("//script[not(@src) and not(@type='application/json')] | //@style")
    for field in form_of(answer).xpath(".//input[not(@type='hidden')] | .//select"):
        inside = field.iterancestors("label")
        named = field.get("aria-label") or next(inside, None) is not None
        assert named or page.xpath("//label[@for=$name]", name=field.get("id")), field.get("name")


@pytest.mark.parametrize("path", PAGES)
def test_a_form_without_scripts_asks_the_same_again(reader: TestClient, path: str) -> None:
    first = reader.get(path, params={"preset": "resnet18", "width_multiplier": "0.5"})
    again = reader.get(path, params=sent(form_of(first)))
    assert again.status_code == 200
    assert sent(form_of(again)) == sent(form_of(first))
    assert result(again) == result(first)
    changed = read(again).get_element_by_id("changed-width_multiplier")
    assert words(changed) == "with width_multiplier = 0.5"


@pytest.mark.parametrize("path", PAGES)
def test_unknown_networks_are_said_beside_the_field(reader: TestClient, path: str) -> None:
    answer = reader.get(path, params={"preset": '"><script>alert(1)</script>'})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in answer.text
    assert error_beside(read(answer), "preset").startswith("unknown preset")


@pytest.mark.parametrize("path", PAGES)
def test_another_network_forgets_what_was_changed_of_the_one_before(
    reader: TestClient, path: str
) -> None:
    given = {"preset": "resnet18", "base": "efficientnet_b0", "squeeze_ratio": "0.5"}
    assert reader.get(path, params=given).status_code == 200


def test_points_are_those_of_the_lab(reader: TestClient) -> None:
    given = {**SMALL, "stop": "2", "total": "training_saved_bytes", "batch": "8"}
    page = read(reader.get("/scaling", params=given))
    asked = CurvesRequest.model_validate(
        {
            "preset": "resnet18",
            "batch": 8,
            "totals": ["training_saved_bytes"],
            "phi": {"stop": 2, "points": 3},
        }
    )
    answer = curves(asked.network(), asked)
    assert [curve.name for curve in answer.curves] == list(LAWS)
    tables = page.xpath("//details[@class='points']//table")
    for curve, table in zip(answer.curves, tables, strict=True):
        for point, row in zip(curve.points, table.xpath("tbody/tr"), strict=True):
            assert point.totals is not None
            assert point.got is not None
            depth, total, departures = row[1], row[4], row[7]
            assert total.get("title") == f"{point.totals['training_saved_bytes']:,}"
            assert words(depth) == f"{point.wanted.depth:.3f} → {point.got.depth:.3f}"
            reasons = said(departures, ".//span[@class='hint reason']")
            assert reasons == [adjustment.reason for adjustment in point.adjustments]


def test_the_product_is_worked_out_by_the_service(reader: TestClient) -> None:
    def product(**given: str) -> str:
        page = read(reader.get("/scaling", params={**SMALL, **given}))
        return words(page.get_element_by_id("product"))

    law = ScalingLaw(1.5, 1.25, COMPOUND.gamma)
    assert product() == f"{COMPOUND.product:.4f}"
    assert product(alpha="1.5", beta="1.25") == f"{law.product:.4f}"
    assert product(alpha="nought") == "-"


def test_only_the_curves_that_are_chosen_are_drawn(reader: TestClient) -> None:
    page = read(reader.get("/scaling", params={**SMALL, "curves": ["", "width", "depth"]}))
    assert said(page, "//summary/h2") == ["width", "depth"]
    nothing = reader.get("/scaling", params={**SMALL, "curves": ""})
    assert nothing.status_code == 422
    assert error_beside(read(nothing), "curves") == "Choose at least one curve."


def test_published_points_are_laid_over(reader: TestClient) -> None:
    page = read(reader.get("/scaling", params={**SMALL, "overlay": "true"}))
    names = [words(row[0]) for row in rows(page, "overlay-table")]
    assert names == [f"efficientnet_b{i}" for i in range(8)]
    assert "overlay=true" in charts(page)["scaling"]


def test_points_lead_to_the_explorer(reader: TestClient) -> None:
    page = read(reader.get("/scaling", params={**SMALL, "curves": "width", "stop": "2"}))
    links = page.xpath("//details[@class='points']//a/@href")
    assert any("/explore?preset=resnet18&width_multiplier=2.0" in link for link in links)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
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
    reader: TestClient, field: str, value: str, beside: str, headers: dict[str, str]
) -> None:
    answer = reader.get("/scaling", params={**SMALL, field: value}, headers=headers)
    assert answer.status_code == 422
    assert error_beside(read(answer), beside)


def test_too_much_work_is_refused(reader: TestClient) -> None:
    answer = reader.get("/scaling", params={"preset": "densenet201", "points": "500"})
    assert answer.status_code == 422
    assert "operators together" in " ".join(said(read(answer), "//*[@role='alert']"))


def test_scripts_get_the_result_and_the_shortest_address(reader: TestClient) -> None:
    fields = sent(form_of(reader.get("/scaling", params={"preset": "resnet18"})))
    changed = [(name, "1.3" if name == "alpha" else value) for name, value in fields]
    answer = reader.get("/scaling", params=changed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="result"')
    assert "<form" not in answer.text
    assert answer.headers["hx-replace-url"] == "/scaling?preset=resnet18&alpha=1.3"
    product = read(answer).get_element_by_id("product")
    assert product.get("hx-swap-oob") == "true"
    assert words(product) == f"{ScalingLaw(1.3, COMPOUND.beta, COMPOUND.gamma).product:.4f}"
    shared = reader.get(answer.headers["hx-replace-url"])
    assert answer.text.partition("<output")[0].strip() in shared.text


def test_sliders_end_within_what_is_accepted() -> None:
    for slider in SLIDERS:
        assert slider.minimum <= slider.low <= slider.default <= slider.high <= slider.maximum


def test_a_budget_is_answered_with_the_best_networks(reader: TestClient) -> None:
    page = read(reader.get("/scaling/fit", params=FIT))
    body = reader.post(
        "/v1/scaling/fit",
        json={
            "architecture": {"preset": "regnetx_002"},
            "knobs": {"depth": {"low": 10, "high": 12}, "group_width": [8, 16]},
            "bounds": [{"total": "macs", "at_most": 200e6}],
        },
    ).json()
    assert body["feasible"]
    assert said(page, "//*[@id='verdict']/h2") == ["Feasible"]
    for kind in ("best", "misses"):
        for found, row in zip(body[kind], rows(page, kind), strict=True):
            assert f"{found['totals']['macs']:,}" in [cell.get("title") for cell in row]
            assert said(row[0], "a") == [found["name"]]
    binding = words(page.get_element_by_id("binding"))
    (limit,) = body["limits"]
    assert limit["binding"]
    assert "MACs ≤ 200.0 M" in binding
    assert f"{100 * limit['relax']:.2f} %" in binding


def test_links_of_results_lead_to_the_network_that_was_found(reader: TestClient) -> None:
    best = rows(read(reader.get("/scaling/fit", params=FIT)), "best")
    assert best
    for row in best:
        (link,) = row[0].xpath("a/@href")
        path, _, query = link.partition("?")
        assert path == "/explore"
        knobs: dict[str, Any] = {name: value_of(text) for name, text in parse_qsl(query)}
        macs = analyze(registry.resolve(knobs)).totals.macs
        assert f"{macs:,}" in [cell.get("title") for cell in row]


def test_an_impossible_budget_is_said_to_be_infeasible_with_the_closest(
    reader: TestClient,
) -> None:
    given = {**FIT, "bound": ["macs", "params"], "at_most": ["1M", "1G"], "at_least": ["", ""]}
    answer = reader.get("/scaling/fit", params={**given, "images": ["", ""]})
    assert answer.status_code == 200
    page = read(answer)
    assert said(page, "//*[@id='verdict']/h2") == ["Infeasible"]
    verdict = page.get_element_by_id("verdict")
    assert "No combination of these knobs keeps all bounds" in words(verdict)
    (closest,) = verdict.xpath("p/a[starts-with(@href, '/explore?')]")
    assert f"The closest is {words(closest)}" in words(verdict)
    assert "The binding constraint is MACs ≤ 1.000 M" in words(verdict)
    assert not page.xpath("//*[@id='best']")


@pytest.mark.parametrize(
    ("given", "place", "error"),
    [
        ({"at_most": ["much"]}, "bound-1", "is no amount"),
        ({"at_most": [""]}, "bound-1", "neither end"),
        ({"bound": ["cost"]}, "bound-1", "no such total"),
        ({"at_least": ["1G"]}, "bound-1", "cannot be at least"),
        ({"images": ["0"]}, "bound-1", "ccepted"),
        ({"knob": ["depth", "<i>"]}, "knob-2", "has no knob"),
        ({"knob": ["depth", "depth"]}, "knob-2", "there already"),
        ({"values": ["", "8"]}, "knob-1", "Say its values"),
        ({"values": ["10:12", "x"]}, "knob-2", "accepted"),
        ({"values": ["12:10", "8"]}, "knob-1", "empty range"),
        ({"count": ["0"]}, "count", "Accepted"),
        ({"objective": ["cost"]}, "objective", "no such total"),
        ({"objective": ["roofline_seconds"]}, "device", "device"),
    ],
)
def test_what_is_wrong_with_a_budget_is_said_beside_it(
    reader: TestClient, given: dict[str, list[str]], place: str, error: str
) -> None:
    answer = reader.get("/scaling/fit", params={**FIT, **given})
    assert answer.status_code == 422
    assert "<i>" not in answer.text
    assert error in error_beside(read(answer), place)


@pytest.mark.parametrize("preset", ["vit_b_16", "custom_resnet50", "squeezenet1_0"])
def test_a_budget_is_offered_for_any_network(reader: TestClient, preset: str) -> None:
    """Bounds and knobs are derived from it where nobody names any."""
    answer = reader.get("/scaling/fit", params={"preset": preset, "max_specs": "20"})
    assert answer.status_code == 200
    assert "combinations" in said(read(answer), "//*[@id='verdict']/p[@class='hint']")[0]


def test_pairs_at_equal_cost_are_those_of_the_chart(reader: TestClient) -> None:
    given = {"preset": "resnet18", "depth_count": "3", "width_count": "9", "tolerance": "0.1"}
    page = read(reader.get("/scaling/iso-cost", params=given))
    drawn = reader.get(f"/v1/charts/iso-cost.json?{charts(page)['iso-cost']}").json()
    assert drawn
    for pair, row in zip(drawn, rows(page, "pairs"), strict=True):
        assert f"{pair['macs']:,}" in [cell.get("title") for cell in row]


@pytest.mark.parametrize(
    ("field", "value"),
    [("tolerance", "2"), ("depth_count", "1"), ("width_low", "x"), ("total", "roofline_seconds")],
)
def test_what_is_wrong_with_equal_cost_is_said_beside_it(
    reader: TestClient, field: str, value: str
) -> None:
    answer = reader.get("/scaling/iso-cost", params={"preset": "resnet18", field: value})
    assert answer.status_code == 422
    assert "Accepted:" in error_beside(read(answer), field)


def test_ranges_that_fall_are_refused(reader: TestClient) -> None:
    given = {"preset": "resnet18", "depth_low": "2", "depth_high": "1"}
    answer = reader.get("/scaling/iso-cost", params=given)
    assert answer.status_code == 422
    (error,) = said(read(answer), "//*[@role='alert']")
    assert "cannot go up from 2 to 1" in error


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
