import { client } from "./hey/client.gen";
import { askCurves, createAnalysis } from "./hey/sdk.gen";

client.setConfig({ baseUrl: process.argv[2] });

const { data: analysis } = await createAnalysis({
  body: { preset: "resnet18" },
  throwOnError: true,
});
console.log(analysis.name, analysis.totals.params);

const { data: report } = await askCurves({
  body: { preset: "resnet18", curves: ["width"], phi: { start: 0, stop: 1, points: 2 } },
  throwOnError: true,
});
console.log(report.curves[0].points[0].totals?.macs);
