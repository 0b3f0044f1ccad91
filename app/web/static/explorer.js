// The Explorer: sliders beside numbers, parts that follow the knobs, copying.
"use strict";
(() => {
  const part = (element) => element.closest("details.part");
  const figures = () => document.getElementById("figures");

  // Sliders of what doubles move the exponent, so that each step multiplies.
  function position(slider, value) {
    return "doubles" in slider.dataset ? Math.log2(value) : value;
  }
  function meaning(slider) {
    if (!("doubles" in slider.dataset)) return slider.value;
    return String(Number((2 ** Number(slider.value)).toFixed(2)));
  }
  for (const slider of document.querySelectorAll("input[type=range][data-for]")) {
    const number = document.getElementById(slider.dataset.for);
    const follow = () => {
      const value = Number(number.value);
      if (value > 0) slider.value = position(slider, value);
    };
    slider.hidden = false;
    follow();
    slider.addEventListener("input", () => { number.value = meaning(slider); });
    number.addEventListener("input", follow);
  }

  // Where there is room, every knob is in sight.
  if (matchMedia("(min-width: 50.1rem)").matches) {
    for (const group of document.querySelectorAll("details.group")) group.open = true;
  }

  // A part that is open shows what the figures are of; one that is closed is fetched when opened.
  let waiting;
  function fetchPart(target) {
    const query = figures()?.dataset.query;
    if (query === undefined || target.dataset.shows === query) return;
    target.dataset.shows = query;
    htmx.ajax("GET", `${target.dataset.part}?${query}`, { target, swap: "innerHTML", source: target });
  }
  function follow() {
    for (const target of document.querySelectorAll("[data-part]")) {
      const around = part(target);
      if (around && "costly" in around.dataset && target.dataset.shows !== figures().dataset.query) around.open = false;
      if (!around || around.open) fetchPart(target);
    }
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.requestConfig?.elt?.matches("#knobs")) return;
    clearTimeout(waiting);
    waiting = setTimeout(follow, 250);
  });

  // Figures that do not follow the knobs have to say so; a part that did not come is asked for again.
  const unanswered = document.getElementById("unanswered");
  function say(event) {
    delete event.detail.target?.dataset.shows;
    unanswered?.replaceChildren("The service did not answer: what is shown here is of the knobs before. Change one to ask again.");
  }
  document.addEventListener("htmx:sendError", say);
  document.addEventListener("htmx:responseError", say);
  document.addEventListener("htmx:afterSwap", () => unanswered?.replaceChildren());

  document.addEventListener("htmx:load", (event) => {
    for (const button of event.target.querySelectorAll?.("[data-copies], [data-copies-url]") ?? []) button.hidden = false;
  });
  // A part that is open from the start tells so as soon as it is read, before what fetches it is there.
  document.addEventListener("DOMContentLoaded", () => {
    for (const around of document.querySelectorAll("details.part")) {
      around.addEventListener("toggle", () => { if (around.open) fetchPart(around.querySelector("[data-part]")); });
    }
    if (figures()) follow();
  });

  // Back to a default without loading the page again.
  document.addEventListener("click", async (event) => {
    const back = event.target.closest("[data-back]");
    const copy = event.target.closest("[data-copies], [data-copies-url]");
    if (back) {
      event.preventDefault();
      const field = document.getElementById(back.dataset.back);
      field.value = back.dataset.default;
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (copy) {
      const label = copy.textContent;
      try {
        const text = copy.dataset.copiesUrl ? await (await fetch(copy.dataset.copiesUrl)).text() : document.getElementById(copy.dataset.copies).textContent;
        await navigator.clipboard.writeText(text);
        copy.textContent = "copied";
      } catch {
        copy.textContent = "could not be copied";
      }
      setTimeout(() => { copy.textContent = label; }, 2000);
    }
  });

  // A name chosen from the list is enough; one that is typed waits for Enter.
  const preset = document.getElementById("preset");
  preset?.addEventListener("input", (event) => {
    if (event.inputType === "insertReplacementText" || event.inputType === undefined) preset.form.requestSubmit();
  });
  preset?.addEventListener("focus", () => preset.select());

  document.addEventListener("submit", (event) => {
    const said = event.target.dataset?.busy;
    if (!said) return;
    event.target.querySelector(".hint").textContent = said;
    event.target.querySelector("button").disabled = true;
  });
})();
