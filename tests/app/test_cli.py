"""The command line: what it prints, and how it refuses."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from archmeter.analyzers.answers.units import si
from archmeter.app.cli import main
from archmeter.models import registry

Ask = Callable[..., Response]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command in this process: exit status, standard output, standard error."""

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["archmeter", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exited:
            main()
        out, err = capsysbinary.readouterr()
        return int(exited.value.code or 0), out.decode(), err.decode()

    return run


def test_json_is_the_body_that_the_service_sends(run: Run, ask: Ask) -> None:
    status, out, _ = run(
        "analyze", "resnet50", "--set", "width_multiplier=2", "--resolution", "288", "--batch", "8",
        "--format", "json",
    )  # fmt: skip
    assert status == 0
    assert out == ask("resnet50", width_multiplier=2, resolution=288, batch=8).text + "\n"


def test_csv_parses_back_and_sums_to_the_totals(run: Run) -> None:
    _, out, _ = run("analyze", "resnet50", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert sum(int(row["params"]) for row in rows) == 25_557_032
    assert sum(int(row["macs"]) for row in rows) == 4_089_184_256


def test_markdown_ends_with_the_totals(run: Run) -> None:
    _, out, _ = run("analyze", "resnet50", "--format", "markdown")
    assert "**25,557,032**" in out.splitlines()[-1]


def test_table_names_its_conventions_and_is_plain_in_a_pipe(run: Run) -> None:
    status, out, _ = run("analyze", "resnet50")
    assert status == 0
    assert "\x1b" not in out
    assert "1 MAC = one multiply-accumulate" in out
    (total,) = (line for line in out.splitlines() if line.split()[:1] == ["total"])
    assert "25.56 M" in total
    assert "4.089 G" in total


def test_pipe_does_not_wrap_at_eighty_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run("presets", "--family", "resnet")
    assert any(len(line.rstrip()) > 80 for line in out.splitlines())
    named = {line.split()[0] for line in out.splitlines() if line.strip()}
    assert {preset.name for preset in registry.family("resnet").presets} <= named


@pytest.mark.parametrize(
    ("assignment", "knob", "value"),
    [
        ("width_multiplier=2", "width_multiplier", 2.0),
        ("attention=eca", "attention", "eca"),
        ('attention="eca"', "attention", "eca"),
        ("depth=[3, 4, 23, 3]", "depth", [3, 4, 23, 3]),
        ("resolution=[224, 320]", "resolution", [224, 320]),
    ],
)
def test_set_reads_json_and_otherwise_text(
    run: Run, assignment: str, knob: str, value: Any
) -> None:
    _, out, err = run("analyze", "resnet50", "--set", assignment, "--format", "json")
    assert err == ""
    assert json.loads(out)["architecture"][knob] == value


def test_resolution_is_a_side_or_height_by_width(run: Run) -> None:
    for text, expected in (("288", [288, 288]), ("288x320", [288, 320]), ("64X32", [64, 32])):
        _, out, _ = run("analyze", "resnet50", "--resolution", text, "--format", "json")
        assert json.loads(out)["architecture"]["resolution"] == expected


def test_last_assignment_wins(run: Run) -> None:
    knobs = ("--set", "num_classes=5", "--set", "num_classes=7")
    _, out, _ = run("analyze", "resnet50", *knobs, "--format", "json")
    assert json.loads(out)["output_shape"] == [1, 7]


@pytest.mark.parametrize(
    "document",
    [
        {"preset": "resnet50"},
        {"architecture": {"preset": "resnet50"}},
        {"architecture": {"preset": "resnet50"}, "batch": 1, "dtype": "float32"},
    ],
)
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_spec_is_a_request_or_its_architecture_from_a_file_or_a_pipe(
    run: Run, tmp_path: Path, ask: Ask, document: dict[str, Any], source: str
) -> None:
    data = json.dumps(document).encode()
    (tmp_path / "spec.json").write_bytes(data)
    name = "-" if source == "stdin" else str(tmp_path / "spec.json")
    _, out, _ = run("analyze", "--spec", name, "--format", "json", stdin=data)
    assert out == ask("resnet50").text + "\n"


def test_options_override_the_spec(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text('{"architecture": {"preset": "resnet50"}, "batch": 4, "dtype": "float16"}')
    _, out, _ = run("analyze", "--spec", str(path), "--batch", "2", "--format", "json")
    assert json.loads(out)["input"] == {"batch": 2, "dtype": "float16", "shape": [2, 3, 224, 224]}


def test_families_and_presets_are_listed_as_the_service_lists_them(
    run: Run, client: TestClient
) -> None:
    assert run("families", "--format", "json")[1] == client.get("/v1/families").text + "\n"
    assert run("presets", "--format", "json")[1] == client.get("/v1/presets").text + "\n"
    _, out, _ = run("families")
    assert all(name in out for name in registry.families())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("analyze",), "name a preset"),
        (("analyze", "resnt50"), "nearest: resnet50"),
        (("analyze", "resnet50", "--batch", "0"), "an integer from 1 to 65536"),
        (("analyze", "resnet50", "--batch", "many"), "'--batch'"),
        (("analyze", "resnet50", "--dtype", "int4"), '"bfloat16"'),
        (("analyze", "resnet50", "--format", "xml"), "'table', 'json', 'csv', 'markdown'"),
        (("analyze", "resnet50", "--resolution", "big"), "HEIGHTxWIDTH"),
        (("analyze", "resnet50", "--resolution", "1x2x3"), "HEIGHTxWIDTH"),
        (("analyze", "resnet50", "--resolution", "9999999"), "an integer from 1 to 8192"),
        (("analyze", "resnet50", "--set", "depth"), "KEY=VALUE"),
        (("analyze", "resnet50", "--set", "=1"), "KEY=VALUE"),
        (("analyze", "resnet50", "--set", "dpeth=1"), "(accepted: depth"),
        (("analyze", "resnet50", "--set", "width_multiplier=NaN"), "a number from 0.05 to 32"),
        (("analyze", "resnet50", "--set", "depth=[2048,2048,2048,2048]"), "50,000 operators"),
        (("analyze", "resnet50", "--spec", "-"), "not both"),
        (("analyze", "--spec", "/nowhere/spec.json"), "No such file"),
        (("analyze", "--spec", "/"), "Is a directory"),
        (("analyze", "--spec", "-"), "not JSON"),
        (("analyze", "resnet50", "--colour"), "--colour"),
        (("presets", "--family", "resnt"), "nearest: resnet"),
        (("compose",), "compose"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_2(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("archmeter: ")
    assert words in line


@pytest.mark.parametrize("spec", [b"[]", b"7", b'{"architecture": 7}', b"{} {}", b"\xff"])
def test_spec_of_another_shape_is_one_clear_line(run: Run, spec: bytes) -> None:
    status, _, err = run("analyze", "--spec", "-", stdin=spec)
    assert status == 2
    assert len(err.splitlines()) == 1


def test_reader_that_leaves_early_is_no_error() -> None:
    """As in `archmeter analyze … | head -1`."""
    program = "from archmeter.app.cli import main; main()"
    command = [sys.executable, "-c", program, "analyze", "resnet152", "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=20) in {0, 1}


def test_analyze_loads_neither_torch_nor_the_service() -> None:
    program = """
import sys
sys.argv = ["archmeter", "analyze", "resnet50", "--format", "json"]
from archmeter.app.cli import main
try:
    main()
except SystemExit:
    heavy = {"torch", "numpy", "fastapi", "sqlalchemy", "alembic", "uvicorn"} & sys.modules.keys()
    sys.exit(f"imported {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.000 k"),
        (25_557_032, "25.56 M"),
        (999_960, "1.000 M"),
        (102_228_128, "102.2 M"),
        (2**63, "9.223 E"),
    ],
)
def test_units_keep_four_digits(number: int, text: str) -> None:
    assert si(number) == text
    assert si(number, "B") == (f"{text}B" if " " in text else f"{text} B")
