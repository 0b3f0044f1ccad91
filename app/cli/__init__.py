"""The command line: ``archmeter COMMAND``, one file for each noun.

Imports that cost time are inside the commands, so that ``--help`` and completion are immediate.
Whatever is wrong with the input becomes one line on standard error and exit status 2.
"""

import os
import sys
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from archmeter.app.cli.analyze import analyze
from archmeter.app.cli.audit import audit
from archmeter.app.cli.catalogue import families, presets
from archmeter.app.cli.code import code
from archmeter.app.cli.conventions import conventions
from archmeter.app.cli.devices import devices
from archmeter.app.cli.fit import fit
from archmeter.app.cli.formulas import formulas
from archmeter.app.cli.receptive_field import receptive_field
from archmeter.app.cli.roofline import roofline
from archmeter.app.cli.sample import sample
from archmeter.app.cli.scale import cliffs, scale, scale_fast, scale_search, schedule, sensitivity
from archmeter.app.cli.serve import serve
from archmeter.app.cli.trades import cardinality, iso_cost
from archmeter.app.cli.training import largest_batch, memory, train
from archmeter.app.cli.verify import verify
from archmeter.models.errors import ArchmeterError
from archmeter.models.extras import explained

cli = typer.Typer(
    name="archmeter",
    help="What does this architecture cost? Exact parameters, FLOPs and memory of neural networks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (
    analyze,
    memory,
    train,
    largest_batch,
    scale,
    scale_fast,
    scale_search,
    sensitivity,
    cliffs,
    schedule,
    fit,
    sample,
    iso_cost,
    cardinality,
    conventions,
    families,
    formulas,
    presets,
    devices,
    roofline,
    receptive_field,
    verify,
    audit,
    code,
    serve,
):
    cli.command()(command)

BAD_INPUT = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 1


def main() -> None:
    """Run the command; the entry point."""
    try:
        with explained():
            status = cli(standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        _fail(error.format_message())
    except ArchmeterError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader left, as `head` does. Python would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_BROKEN_PIPE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str) -> NoReturn:
    line = " ".join(message.replace("Value error, ", "").split())
    sys.stderr.write(f"archmeter: {line}\n")
    sys.exit(BAD_INPUT)
