import { askCurves, createAnalysis } from "./orval/api";

const analysis = await createAnalysis({ preset: "resnet18" });
console.log(analysis.data.name, analysis.data.totals.params);

const report = await askCurves({
  preset: "resnet18",
  curves: ["width"],
  phi: { start: 0, stop: 1, points: 2 },
});
console.log(report.data.curves[0].points[0].totals?.macs);
