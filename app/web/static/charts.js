// Draws the charts of a page: each <figure class="chart"> holds its Vega-Lite specification.
"use strict";
(() => {
  const bundle = document.currentScript.dataset.bundle;
  let loading;

  // Pixels: of a letter of the title and of the note, of an entry of a legend, around a chart.
  const TITLE_LETTER = 7.6, NOTE_LETTER = 5.6, LEGEND_ENTRY = 130, PADDING = 24, NARROW = 600;

  // The renderer is most of what a page weighs: it comes after everything else, once.
  function renderer() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = bundle;
      script.onload = () => resolve(window.vegaEmbed);
      script.onerror = () => reject(new Error("the chart renderer could not be loaded"));
      document.head.append(script);
    });
    return loading;
  }

  // Colours are those of the page's theme, whatever theme the specification was made for.
  function specification(figure) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const themes = document.getElementById("chart-themes");
    const config = themes ? JSON.parse(themes.textContent)[document.documentElement.dataset.theme] : spec.config;
    // The figure is one image with a description: its marks are not read out one by one.
    return { ...spec, config: { ...config, aria: false, mark: { ...config.mark, aria: false } } };
  }

  // A chart that fills its page has titles and legends for a wider one: they are broken anew, for
  // otherwise it is the plot that is narrowed until they fit.
  function fitted(spec, width) {
    if (spec.width !== "container" || !width) return spec;
    const columns = Math.max(1, Math.floor(width / LEGEND_ENTRY));
    const narrowed = JSON.parse(JSON.stringify(spec), (key, value) =>
      key === "legend" && value?.columns ? { ...value, columns: Math.min(value.columns, columns) } : value);
    const { title, config } = narrowed;
    return {
      ...narrowed,
      autosize: { type: spec.height === "container" ? "fit" : "fit-x", contains: "padding" },
      config: { ...config, legend: width < NARROW ? { columns, ...config?.legend } : config?.legend },
      title: title && { ...title, text: lines(title.text, width / TITLE_LETTER), subtitle: lines(title.subtitle, width / NOTE_LETTER) },
    };
  }

  function lines(text, letters) {
    const broken = [""];
    for (const word of [text ?? ""].flat().join(" ").split(" ")) {
      const last = broken.at(-1);
      if (last && last.length + 1 + word.length > letters) broken.push(word);
      else broken[broken.length - 1] = last ? `${last} ${word}` : word;
    }
    return broken;
  }

  async function draw(figure) {
    const embed = await renderer();
    const canvas = figure.querySelector(".canvas");
    const spec = fitted(specification(figure), canvas.clientWidth - PADDING);
    figure.drawn?.finalize();
    // Expressions are interpreted: the page's policy forbids making code from text.
    figure.drawn = await embed(canvas, spec, { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { theme: "custom", disableDefaultStyle: true } });
    figure.dataset.drawn = document.documentElement.dataset.theme;
  }

  function drawAll(root = document) {
    for (const figure of root.querySelectorAll("figure.chart")) {
      draw(figure).catch((error) => {
        figure.querySelector(".canvas").textContent = `This chart could not be drawn: ${error.message}`;
      });
    }
  }

  window.drawCharts = drawAll;
  document.addEventListener("DOMContentLoaded", () => drawAll());
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
  document.addEventListener("themechange", () => drawAll());
})();
