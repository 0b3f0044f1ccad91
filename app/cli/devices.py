"""``archmeter devices``: what a network may run on."""

import sys
from typing import Annotated

import typer

from archmeter.app.cli.formats import ListFormat


def devices(
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """List the devices that rooflines are drawn for, with their peak rates."""
    from archmeter.app.devices import DeviceList

    if output is ListFormat.JSON:
        sys.stdout.write(DeviceList.catalogue().model_dump_json() + "\n")
        return
    from archmeter.app.report.roofline import print_devices

    print_devices()
