"use strict";
const sections = [...document.querySelectorAll("section")];
const findings = [...document.querySelectorAll(".finding")];
const rules = [...document.querySelectorAll("[data-rule]")];
const search = document.querySelector("input[type=search]");

function show(view) {
  for (const section of sections) section.hidden = section.id !== `view-${view}`;
  for (const button of document.querySelectorAll("[data-view]"))
    button.classList.toggle("chosen", button.dataset.view === view);
  document.querySelector(".rules").hidden = view === "map" || view === "cover";
}

function filter() {
  const chosen = rules.filter((rule) => rule.classList.contains("chosen")).map((rule) => rule.dataset.rule);
  const words = search.value.toLowerCase().split(/\s+/);
  for (const finding of findings) {
    const isOfRule = chosen.length === 0 || chosen.includes(finding.dataset.code);
    finding.hidden = !isOfRule || !words.every((word) => finding.dataset.text.includes(word));
  }
  for (const group of document.querySelectorAll(".group"))
    group.hidden = [...group.querySelectorAll(".finding")].every((finding) => finding.hidden);
}

for (const button of document.querySelectorAll("[data-view]"))
  button.addEventListener("click", () => show(button.dataset.view));
for (const rule of rules)
  rule.addEventListener("click", () => { rule.classList.toggle("chosen"); filter(); });
search.addEventListener("input", filter);
function follow() { if (location.hash.startsWith("#model-")) show("map"); }
window.addEventListener("hashchange", follow);
show("models");
follow();
for (const group of document.querySelectorAll("section"))
  group.querySelector(".finding")?.setAttribute("open", "");
