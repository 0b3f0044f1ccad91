"""What is vendored: where it comes from, and whether it is still that.

``python -m archmeter.app.web.vendored`` renews the files; a test compares them with the checksums
below.
"""

import json
import subprocess
import tarfile
import tempfile
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

SERVED = Path(__file__).parent / "static" / "vendor"
FOR_TESTS = Path(__file__).parents[2] / "tests" / "data" / "vendor"


class Package(NamedTuple):
    """A package of the npm registry, and which of its files are served.

    Attributes:
        files: paths inside the package -> names here.
        folder: where they are put.
    """

    name: str
    version: str
    licence: str
    files: dict[str, str]
    folder: Path = SERVED


PACKAGES = (
    Package("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js": "htmx.min.js"}),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        {"swagger-ui-bundle.js": "swagger-ui-bundle.js", "swagger-ui.css": "swagger-ui.css"},
    ),
    # What finds violations of accessibility.
    Package("axe-core", "4.14.1", "MPL-2.0", {"axe.min.js": "axe.min.js"}, FOR_TESTS),
)

CHART_BUNDLE = "vega.min.js"
"""Vega, Vega-Lite and vega-embed as vl-convert brings them: what draws static charts also draws
those of the pages. BSD-3-Clause."""


def manifest(folder: Path) -> dict[str, dict[str, str]]:
    """Source, licence and SHA-256 of each vendored file, as it was when it was renewed."""
    entries: dict[str, dict[str, str]] = json.loads((folder / "vendored.json").read_text())
    return entries


def renew() -> None:
    """Fetch every file again, and write the manifests."""
    import vl_convert  # noqa: PLC0415

    manifests: dict[Path, dict[str, dict[str, str]]] = {SERVED: {}, FOR_TESTS: {}}

    def write(file: Path, content: bytes, source: str, licence: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        digest = sha256(content).hexdigest()
        entry = {"source": source, "licence": licence, "sha256": digest}
        manifests[file.parent][file.name] = entry

    for package in PACKAGES:
        what = f"{package.name}@{package.version}"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", "--silent", what], cwd=folder, check=True)  # noqa: S603, S607
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as packed:
                for path, name in package.files.items():
                    member = packed.extractfile(f"package/{path}")
                    assert member is not None  # noqa: S101 - a file of the package
                    write(package.folder / name, member.read(), f"npm {what}", package.licence)
    # Wrapped, so that its top-level names do not become those of the page.
    libraries = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub asks too much
    bundle = f"(()=>{{{libraries}}})();\n".encode()
    versions = f"vega {vl_convert.get_vega_version()}, embed {vl_convert.get_vega_embed_version()}"
    source = f"vl-convert-python {version('vl-convert-python')}: {versions}"
    write(SERVED / CHART_BUNDLE, bundle, source, "BSD-3-Clause")
    for place, entries in manifests.items():
        (place / "vendored.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    renew()
