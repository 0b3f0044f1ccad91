"""The command line: what it prints, and how it refuses."""

import csv
import io
import json
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from httpx2 import Response
from rich.console import Console
from starlette.testclient import TestClient

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.devices import devices
from archmeter.analyzers.formulas import BLOCKS
from archmeter.analyzers.scaling.curves import LAWS
from archmeter.app.ask.question import Question, questions
from archmeter.app.ask.request import from_document
from archmeter.app.ask.typed import document, document_of
from archmeter.app.cli import main
from archmeter.app.cli.commands import command
from archmeter.app.formats import formats_of
from archmeter.app.printer import Printer
from archmeter.app.version import version
from archmeter.models import registry
from archmeter.models.precision import DType

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


every_question = pytest.mark.parametrize("question", questions().values(), ids=questions())


def words(text: str) -> str:
    """A text without the lines it is broken into."""
    return " ".join(text.split())


def test_help_lists_every_command_in_a_line(run: Run) -> None:
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    assert run("-h") == (status, out, err)
    for name in (*(question.name for question in questions().values()), "serve", "mcp"):
        assert re.search(rf"^\W*{name}  +[A-Z]", out, re.MULTILINE), name


def test_version_is_printed(run: Run) -> None:
    assert run("--version") == (0, f"archmeter {version()}\n", "")


@pytest.mark.parametrize("name", ["serve", "mcp", *(one.name for one in questions().values())])
def test_every_command_has_help_with_an_example(run: Run, name: str) -> None:
    status, out, err = run(name, "--help")
    assert (status, err) == (0, "")
    assert run(name, "-h") == (status, out, err)
    assert f"Example: archmeter {name}" in words(out)


@every_question
def test_the_example_of_a_command_runs_in_every_format(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, question: Question[Any, Any]
) -> None:
    """It is asked once: what differs is how the answer is written."""
    given: list[Any] = []
    ask = Question.answered

    def answered(self: Question[Any, Any], *arguments: Any) -> Any:
        given.append(given[0] if given else ask(self, *arguments))
        return given[0]

    monkeypatch.setattr(Question, "answered", answered)
    example = [question.name, *shlex.split(question.usage)]
    assert f"Example: archmeter {' '.join(example)}" in words(run(question.name, "--help")[1])
    status, out, err = run(*example)
    assert (status, err) == (0, "")
    assert out.strip()
    (answer,) = given
    _, printed, _ = run(*example, "--format", "json")
    assert printed.encode() == answer.to_json() + b"\n"
    offered = {question.default_format, *formats_of(question)}
    if question.rows is not None:
        assert {"table", "json", "csv", "markdown"} <= offered
        read = list(csv.DictReader(io.StringIO(run(*example, "--format", "csv")[1])))
        assert len(read) == len(question.rows(answer))
    for name in offered - {"parquet", "arrow"}:
        status, out, err = run(*example, "--format", name)
        assert (status, err) == (0, ""), name
        file = tmp_path / name
        assert run(*example, "--format", name, "-o", str(file)) == (0, "", "")
        lines = [line.rstrip() for line in out.splitlines()]
        assert [line.rstrip() for line in file.read_text("utf-8").splitlines()] == lines
        assert lines


@every_question
def test_examples_are_read_as_the_command_reads_them(question: Question[Any, Any]) -> None:
    """Bodies in the documentation are made of what is typed, without making the command."""
    for line in (asked for asked in question.asked.values() if isinstance(asked, str)):
        parsed = command(question).make_context(question.name, shlex.split(line)).params
        typed = {name: value or None for name, value in parsed.items()}
        commanded = from_document(question.request, document(question, typed))
        assert commanded == from_document(question.request, document_of(question, line))


def test_a_file_that_cannot_be_written_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    for format_ in ("table", "csv"):
        options = ("--format", format_, "--output", str(tmp_path))
        status, out, err = run("presets", "--family", "vgg", *options)
        assert (status, out) == (2, "")
        assert err == f"archmeter: cannot write {tmp_path}: Is a directory\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", {*(question.name for question in questions().values()), "serve", "mcp"}),
        ("ana", {"analyze"}),
        ("analyze resnet5", {name for name in registry.presets() if name.startswith("resnet5")}),
        ("fit resnet18 vgg", {name for name in registry.presets() if name.startswith("vgg")}),
        ("analyze resnet50 --dtype ", {*get_args(DType)}),
        ("analyze resnet50 --format c", {"csv"}),
        ("analyze resnet50 --ba", {"--batch"}),
        ("presets --family resne", {n for n in registry.families() if n.startswith("resne")}),
        ("family vg", {"vgg"}),
        ("roofline resnet50 --device ", {*devices()}),
        ("cliffs resnet50 --device h2", {"h200"}),
        ("device h", {"h100", "h200"}),
        ("block-formulas ", {*BLOCKS}),
        ("training resnet50 --optimizer adam", {"adam", "adamw"}),
        ("published --verdict e", {"equal", "explained"}),
        ("published --family v", {"van", "vgg", "vit"}),
        ("curves resnet50 --curve ", {*LAWS}),
        ("curves resnet50 --depth-rounding u", {"up"}),
        ("scale resnet50 --depth-rounding u", {"up"}),
        ("conventions resnet50 --tool pt", {"ptflops"}),
    ],
)
def test_shells_complete_what_is_known(
    run: Run, monkeypatch: pytest.MonkeyPatch, typed: str, expected: set[str]
) -> None:
    line = f"archmeter {typed}"
    monkeypatch.setenv("_ARCHMETER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    status, out, err = run()
    assert (status, err) == (0, "")
    assert set(out.split()) == expected


def on_terminal(columns: int, *arguments: str, seconds: float = 60) -> str:
    """What a command prints on a terminal of this width."""
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (24, columns))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    program = "from archmeter.app.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=child,
        env={**environment, "TERM": "xterm"},
    )
    os.close(child)
    printed = b""
    deadline = time.monotonic() + seconds
    try:
        while select.select([parent], [], [], max(0, deadline - time.monotonic()))[0]:
            part = os.read(parent, 4096)
            if not part:
                break
            printed += part
    except OSError:  # Linux says so when the other end is closed
        pass
    finally:
        os.close(parent)
        process.kill()
    assert process.wait(timeout=seconds) == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed.decode()).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [
        (88, []),
        (87, ["activations"]),
        (60, ["MACs", "FLOPs", "activations"]),
        (24, ["output", "operators", "params", "MACs", "FLOPs", "activations"]),
    ],
)
def test_a_narrow_terminal_is_shown_fewer_columns(
    run: Run, columns: int, left_out: list[str]
) -> None:
    heads, *stages = _table(run("analyze", "resnet50")[1])
    narrow = on_terminal(columns, "analyze", "resnet50")
    assert all(len(line) <= columns for line in narrow.splitlines())
    kept = [i for i, head in enumerate(heads) if head not in left_out]
    assert _table(narrow) == [[cells[i] for i in kept] for cells in (heads, *stages)]
    told = f"left out, for want of room: {', '.join(left_out)}"
    assert (told in words(narrow)) == bool(left_out)


def _table(printed: str) -> list[list[str]]:
    """The lines of stages, and that of the columns' names."""
    lines = [re.split("  +", line.strip()) for line in printed.splitlines()]
    named = {"stage", "stem", "stage1", "stage2", "stage3", "stage4", "head"}
    return [cells for cells in lines if cells[0] in named]


def test_no_terminal_is_so_narrow_that_numbers_are_cut() -> None:
    heads = ["layer", "kind", "params", "MACs", "share", "what it does"]
    lines = [
        ["stage4.block1.shortcut.conv", "Conv2d", "2,097,152", "102,760,448", "2.5%", "ends it"],
        ["head", "Linear", "2,049,000", "2,048,000", "0.1%", "tells a thousand classes apart"],
    ]
    seen = set()
    for width in range(14, 120):
        text = io.StringIO()
        console = Console(file=text, width=width, force_terminal=False)
        Printer(console).table(heads[:2], heads[2:5], lines, heads[5:])
        table, _, told = text.getvalue().partition("left out")
        assert max(map(len, table.splitlines())) <= width
        dropped = words(told).partition("room: ")[2].split(", ") if told else []
        assert dropped in (heads[i:] for i in range(6, 2, -1)) or dropped == ["kind", *heads[3:]]
        seen.add(len(dropped))
        for column in (2,) if "kind" in dropped else range(5):
            if heads[column] not in dropped:
                assert {heads[column], *(line[column] for line in lines)} <= {*table.split()}
    assert seen == {0, 1, 2, 3, 4}


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
        ("resolution=224x320", "resolution", [224, 320]),
        ("stride_on=1x1", "stride_on", "1x1"),
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


def test_types_of_several_kinds_are_asked_for_like_any_other(run: Run) -> None:
    _, memory, _ = run("memory", "resnet18", "--dtype", "autocast-bfloat16")
    assert "copies of weights in half precision" in memory
    _, kept, _ = run("train", "resnet18", "--dtype", "autocast-float16", "--kept")
    assert "A copy of its weights in float16, for the gradient of its input." in kept
    _, analysis, _ = run("analyze", "resnet18", "--dtype", "int4-float16")
    assert "kept for backward" not in analysis


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("analyze",), "name a preset"),
        (("analyze", "resnt50"), "nearest: resnet50"),
        (("analyze", "resnet50", "--batch", "0"), "an integer from 1 to 65536"),
        (("analyze", "resnet50", "--batch", "many"), "'--batch'"),
        (("analyze", "resnet50", "--dtype", "int3"), '"bfloat16"'),
        (("roofline", "resnet18", "--device", "h100", "--dtype", "int8"), "not for int8"),
        (("analyze", "resnet50", "--format", "xml"), "accepted: table, json, csv, markdown"),
        (("analyze", "resnet50", "--resolution", "big"), "HEIGHTxWIDTH"),
        (("analyze", "resnet50", "--set", "resolution=big"), "or HEIGHTxWIDTH as text"),
        (("analyze", "custom_resnet50", "--set", 'stages=[{"block"'), "line 1, column 10"),
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
from archmeter.app.printer import Printer
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
