"""A network as a Python file, from the command line."""

import ast
import sys

import pytest

from archmeter.app.cli import main


@pytest.mark.parametrize("command", ["torch-source", "code"])
def test_the_command_writes_a_file_that_python_reads(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [command, "resnet20_cifar10", "--set", "width_multiplier=2", "--batch", "4"]
    monkeypatch.setattr(sys, "argv", ["archmeter", *arguments])
    with pytest.raises(SystemExit) as exited:
        main()
    assert not exited.value.code
    out, err = capsys.readouterr()
    assert not err
    module = ast.parse(out)
    assert ast.get_docstring(module) == "resnet20_cifar10 width_multiplier=2."
    assert "torch.randn(4, 3, 32, 32)" in out


def test_a_misspelt_preset_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["archmeter", "code", "resnet5O"])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
