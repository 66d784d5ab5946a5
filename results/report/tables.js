"use strict";
// Tables that sort by a click, or Enter, on the head of a column; and the picker of loads.
(() => {
  const valueOf = (row, at) => {
    const cell = row.cells[at];
    const raw = cell.dataset.value;
    return raw === undefined ? cell.textContent.trim() : raw === "" ? -Infinity : Number(raw);
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number"
    ? (a === b ? 0 : a - b) // two infinities differ by no number
    : String(a).localeCompare(String(b), "en", { numeric: true });

  const sortBy = (table, at) => {
    const heads = [...table.tHead.rows[0].cells];
    const was = heads[at].getAttribute("aria-sort");
    const to = was === "ascending" ? "descending" : "ascending";
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[at].setAttribute("aria-sort", to);
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(valueOf(a, at), valueOf(b, at)) * (to === "ascending" ? 1 : -1));
    table.tBodies[0].append(...rows);
    document.querySelector("#said").textContent = `Sorted by ${heads[at].textContent}, ${to}`;
  };

  for (const table of document.querySelectorAll(".scroll table")) {
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if (table.tBodies[0].rows[0]?.cells[at]?.classList.contains("figure")) head.classList.add("figure");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sortBy(table, at));
    });
  }

  const picker = document.querySelector(".picker");
  if (!picker) return; // nothing was under load
  const loads = [...document.querySelectorAll(".load")];
  const pick = id => {
    for (const load of loads) load.hidden = load.id !== id;
    dispatchEvent(new Event("picked"));
  };
  if (loads.length > 1) picker.hidden = false;
  picker.addEventListener("change", event => pick(event.target.value));
  const checked = picker.querySelector("input:checked"); // a browser keeps it over a reload
  if (checked) pick(checked.value);
})();
