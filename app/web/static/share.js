// The share dialog: the page of a chart's snippets, shown where one is, with buttons that copy.
"use strict";
(() => {
  const dialog = document.getElementById("share");
  let opener;

  // Where nobody told the service what it is called, the address of this page is right.
  function named(share) {
    const assumed = share.dataset.assumed;
    if (!assumed) return;
    for (const text of share.querySelectorAll("textarea")) {
      text.value = text.value.replaceAll(assumed, location.origin).replaceAll(encodeURIComponent(assumed), encodeURIComponent(location.origin));
    }
  }

  function base(share) {
    return share.dataset.assumed ? location.origin : new URL(share.querySelector("#share-link").value).href.split("/charts/")[0];
  }

  // An image that never changes has a name of its own, which the one that follows the service tells.
  async function freeze(share) {
    const place = share.querySelector("[data-freeze]");
    if (!place) return;
    const answer = await fetch(place.dataset.freeze);
    const kept = answer.ok && answer.headers.get("Content-Location");
    if (!kept) return;
    const title = share.querySelector("#share-markdown").value.match(/^\[(!\[.*?[^\\]\])\(/s);
    place.querySelector("textarea").value = `${title[1]}(${base(share)}${kept})`;
    place.hidden = false;
  }

  function prepare(share) {
    named(share);
    for (const button of share.querySelectorAll("[data-copy]")) button.hidden = false;
    share.querySelector(".close").hidden = !dialog.contains(share);
    freeze(share).catch(() => {});
  }

  async function copy(button) {
    const text = document.getElementById(button.dataset.copy);
    const said = button.closest(".share").querySelector("[data-said]");
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = `Copied: ${text.labels[0].textContent}`;
    } catch {
      said.textContent = "Selected: press Ctrl+C or ⌘C to copy";
    }
  }

  async function show(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    const field = dialog.contains(document.activeElement) && document.activeElement.name;
    dialog.innerHTML = await answer.text();
    prepare(dialog.querySelector(".share"));
    if (!dialog.open) dialog.showModal();
    if (field) dialog.querySelector(`[name="${field}"]`)?.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-share]");
    const button = event.target.closest("[data-copy]");
    // With a modifier it is a link like any other.
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener = link;
      show(link.href).catch(() => location.assign(link.href));
    } else if (button) {
      copy(button);
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    opener?.focus();
  });
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches(".look")) return;
    event.preventDefault();
    show(`${event.target.action}?${new URLSearchParams(new FormData(event.target))}`);
  });
  dialog.addEventListener("change", (event) => event.target.form?.requestSubmit());
  document.querySelectorAll(".share").forEach(prepare);
})();
