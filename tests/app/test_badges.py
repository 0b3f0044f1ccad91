"""Badges: one total of a network as a small image."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from archmeter.app.ask.totals import TOTALS
from archmeter.app.http.badge_image import _ADVANCES, _FIRST, _LAST, _ink, _width

SVG = "{http://www.w3.org/2000/svg}"


def test_there_is_a_badge_of_every_total(reader: TestClient) -> None:
    for total in TOTALS:
        badge = reader.get(f"/badges/{total}.json?preset=resnet18").json()
        assert badge["label"].replace(" ", "_").lower() in total
        assert badge["message"].endswith("B") == total.endswith("_bytes")


@pytest.mark.parametrize(
    ("total", "query", "label", "message"),
    [
        ("params", "preset=resnet50", "params", "25.6 M"),
        ("macs", "preset=resnet50", "MACs", "4.09 G"),
        ("weights_bytes", "preset=resnet50", "weights", "102 MB"),
        ("weights_bytes", "preset=resnet50&dtype=float16", "weights", "51.1 MB"),
        ("macs", "preset=resnet50&batch=32", "MACs", "131 G"),
        ("operators", "preset=resnet50", "operators", "175"),
        ("params", 'architecture={"preset":"resnet18","num_classes":10}', "params", "11.2 M"),
    ],
)
def test_badge_says_the_total(
    reader: TestClient, total: str, query: str, label: str, message: str
) -> None:
    shields = reader.get(f"/badges/{total}.json?{query}").json()
    assert shields["schemaVersion"] == 1
    assert (shields["label"], shields["message"]) == (label, message)
    svg = ET.fromstring(reader.get(f"/badges/{total}.svg?{query}").text)  # noqa: S314 - our own
    assert svg.findtext(f"{SVG}title") == svg.get("aria-label") == f"{label}: {message}"
    assert [text.text for text in svg.iter(f"{SVG}text")] == [label, message]


def test_badge_of_a_stored_analysis(client: TestClient) -> None:
    body = {"architecture": {"preset": "resnet18"}}
    key = client.post("/v1/analyses", json=body).json()["id"]
    assert client.get(f"/badges/params.json?analysis={key}").json()["message"] == "11.7 M"
    assert client.get("/badges/params.svg?analysis=0123456789abcdef01234567").status_code == 404


def test_label_is_escaped(reader: TestClient) -> None:
    answer = reader.get(
        "/badges/params.svg", params={"preset": "resnet18", "label": '"><script>&amp;'}
    )
    assert answer.headers["content-type"] == "image/svg+xml"
    svg = ET.fromstring(answer.text)  # noqa: S314 - our own
    assert [text.text for text in svg.iter(f"{SVG}text")] == ['"><script>&amp;', "11.7 M"]


@pytest.mark.parametrize(
    "more",
    [
        {"label": "x" * 41},
        {"label": "é"},
        {"label": "a\nb"},
        {"color": "red"},
        {"color": "0072b2\n"},
        {"label_color": "#fff"},
        {"style": "flat"},
    ],
)
def test_looks_are_limited(reader: TestClient, more: dict[str, str]) -> None:
    answer = reader.get("/badges/params.svg", params={"preset": "resnet18", **more})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(more))


@pytest.mark.parametrize(("total", "accepted"), [("flop", "flops"), ("x", ", ".join(TOTALS))])
def test_unknown_total_is_refused_with_those_there_are(
    reader: TestClient, total: str, accepted: str
) -> None:
    answer = reader.get(f"/badges/{total}.svg?preset=resnet18")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["accepted"]) == ("total", accepted)


def test_text_fits_what_is_drawn_behind_it(reader: TestClient) -> None:
    for label in ("i", "W" * 40, "model size"):
        query = {"preset": "resnet18", "label": label}
        svg = ET.fromstring(reader.get("/badges/macs.svg", params=query).text)  # noqa: S314
        boxes = [box for box in svg.iter(f"{SVG}rect") if box.get("fill")]
        texts = list(svg.iter(f"{SVG}text"))
        for box, text in zip(boxes, texts, strict=True):
            left, width = float(box.get("x", "0")), float(box.get("width", "0"))
            start, length = float(text.get("x", "0")), float(text.get("textLength", "0"))
            assert start - left == pytest.approx(6, abs=0.2)
            assert left + width - (start + length) == pytest.approx(6, abs=0.2)
        assert float(svg.get("width", "0")) == pytest.approx(left + width, abs=0.2)


def test_widths_are_those_of_helvetica() -> None:
    """As its metrics have been printed since 1985, in thousandths of the size."""
    assert len(_ADVANCES) == _LAST - _FIRST + 1
    printed = {" ": 278, "0": 556, "W": 944, "i": 222, "m": 833, "M": 833, "@": 1015, "~": 584}
    for character, width in printed.items():
        assert _ADVANCES[ord(character) - _FIRST] * 1000 / 2048 == pytest.approx(width, abs=1)
    assert _width("iW") == pytest.approx(11 * (222 + 944) / 1000, abs=0.02)


def test_text_contrasts_with_its_ground() -> None:
    assert (_ink("#000"), _ink("#ffff00"), _ink("#00598c"), _ink("#fff")) == (
        *("#fff", "#000", "#fff", "#000"),
    )


def test_badge_is_kept_and_not_sent_again(reader: TestClient) -> None:
    url = "/badges/params.svg?preset=resnet18"
    answer = reader.get(url)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    held = {"If-None-Match": answer.headers["etag"]}
    assert reader.get(url, headers=held).status_code == 304
    assert reader.head(url).headers["etag"] == answer.headers["etag"]
