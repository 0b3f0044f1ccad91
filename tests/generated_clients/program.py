"""What the other programs do, with the client that openapi-python-client makes."""

import sys

from archmeter_client import Client
from archmeter_client.api.analyses import create_analysis
from archmeter_client.api.scaling import ask_curves
from archmeter_client.models import AnalysisRequest, CurvesRequest

client = Client(base_url=sys.argv[1])
analysis = create_analysis.sync(client=client, body=AnalysisRequest(preset="resnet18"))
print(analysis.name, analysis.totals.params)  # noqa: T201 - its output is compared
body = CurvesRequest.from_dict(
    {"preset": "resnet18", "curves": ["width"], "phi": {"start": 0, "stop": 1, "points": 2}}
)
report = ask_curves.sync(client=client, body=body)
print(report.curves[0].points[0].totals["macs"])  # noqa: T201
