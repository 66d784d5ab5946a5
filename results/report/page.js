"use strict";
// What a reader does with the page: sorts a table by a click, or Enter, on the head of a column; copies a citation, or a table's rows;
// follows a link into what is folded; prints what is folded.
(() => {
  const said = document.querySelector("#said");
  const headsOf = table => [...table.tHead.rows[0].cells];
  const textOf = cell => (cell.querySelector("b, span") || cell).textContent.trim();
  const numeric = (table, at) => [...table.tBodies[0].rows].some(row => row.cells[at].dataset.value);
  const compare = (a, b) => typeof a === "number" && typeof b === "number"
    ? (a === b ? 0 : a - b) // two infinities differ by no number
    : String(a).localeCompare(String(b), "en", { numeric: true });

  const sortBy = (table, at) => {
    const heads = headsOf(table), numbers = numeric(table, at);
    const to = heads[at].getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    const valueOf = row => !numbers ? textOf(row.cells[at]) : row.cells[at].dataset.value ? Number(row.cells[at].dataset.value) : -Infinity;
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[at].setAttribute("aria-sort", to);
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(valueOf(a), valueOf(b)) * (to === "ascending" ? 1 : -1));
    table.tBodies[0].append(...rows);
    said.textContent = `Sorted by ${heads[at].innerText}, ${to}`;
  };

  for (const table of document.querySelectorAll(".scroll table")) {
    headsOf(table).forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortBy(table, at));
    });
  }

  // rowsOf is a table as CSV (RFC 4180): values in base units where a cell has one, beside them what stands smaller.
  const rowsOf = table => {
    const rows = [...table.tBodies[0].rows];
    const quoted = s => /[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
    const columns = headsOf(table).flatMap((head, at) => {
      const small = row => row.cells[at].querySelector("small")?.textContent ?? "";
      const value = { head: head.dataset.key, of: row => row.cells[at].dataset.value || textOf(row.cells[at]) };
      return rows.some(small) ? [value, { head: `${head.dataset.key}_detail`, of: small }] : [value];
    });
    const lines = [columns.map(c => c.head), ...rows.map(row => columns.map(c => c.of(row)))];
    return lines.map(line => line.map(quoted).join(",") + "\r\n").join("");
  };

  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // a page from a file may have no clipboard of its own
      const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const button of document.querySelectorAll("[data-copy]")) {
    const told = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copy(button.dataset.copy === "cite" ? button.parentNode.querySelector("cite").textContent : rowsOf(button.closest(".tabled").querySelector("table")));
      button.focus();
      button.textContent = said.textContent = "Copied";
      setTimeout(() => { button.textContent = told; }, 2000);
    });
  }

  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
})();
