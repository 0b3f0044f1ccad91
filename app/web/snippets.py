"""A request to the service as people paste it: for a shell, and as Python."""

from archmeter.app.settings import Settings
from archmeter.app.web.embedding import base_url


def curl(document: str, settings: Settings) -> str:
    """A command for POSIX shells."""
    quoted = document.replace("'", "'\\''")
    return (
        f"curl -s {base_url(settings)}/v1/analyses \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d '{quoted}'\n"
    )


def python(document: str, settings: Settings) -> str:
    """Lines of Python that need nothing but the language."""
    return (
        "import json\n"
        "from urllib.request import Request, urlopen\n\n"
        f"body = {document!r}\n"
        f'url = "{base_url(settings)}/v1/analyses"\n'
        'headers = {"Content-Type": "application/json"}\n'
        "analysis = json.load(urlopen(Request(url, body.encode(), headers)))\n"
        'print(analysis["totals"]["params"])\n'
    )
