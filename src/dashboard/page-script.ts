// What runs on the page, as text: this room has no DOM. Only comfort lies here; without it the
// page is complete. Names and figures enter the document as text, never as markup.

export const pageScript = `"use strict";
(() => {
  const root = document.documentElement;
  const readOut = document.getElementById("read-out");

  // Theme: what the system says, until the reader says otherwise.
  const theme = document.getElementById("theme");
  const themes = ["system", "light", "dark"];
  let themeIndex = 0;
  theme.hidden = false;
  theme.addEventListener("click", () => {
    themeIndex = (themeIndex + 1) % themes.length;
    const name = themes[themeIndex];
    if (name === "system") delete root.dataset.theme;
    else root.dataset.theme = name;
    theme.textContent = "Theme: " + name;
  });

  // Read-out of what is pointed at, touched or focused.
  let active = null;
  const show = (spot) => {
    if (active === spot) return;
    hide();
    active = spot;
    spot.classList.add("active");
    readOut.textContent = spot.getAttribute("aria-label");
    readOut.hidden = false;
    const target = (spot.querySelector(".mark") || spot).getBoundingClientRect();
    const box = readOut.getBoundingClientRect();
    const width = root.clientWidth;
    let left = target.right + 12;
    if (left + box.width > width - 8) left = target.left - box.width - 12;
    left = Math.max(8, Math.min(left, width - box.width - 8));
    let top = target.top - box.height - 10;
    if (top < 8) top = target.bottom + 10;
    readOut.style.left = left + scrollX + "px";
    readOut.style.top = top + scrollY + "px";
  };
  const hide = () => {
    if (active) active.classList.remove("active");
    active = null;
    readOut.hidden = true;
  };
  const spotOf = (event) => (event.target instanceof Element ? event.target.closest(".spot") : null);
  document.addEventListener("pointerover", (event) => {
    const spot = spotOf(event);
    if (spot) show(spot);
    else if (active && active !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => {
    const spot = spotOf(event);
    if (spot) show(spot);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    const spot = spotOf(event);
    if (!spot) return;
    const spots = [...spot.parentNode.children];
    const at = spots.indexOf(spot);
    const moves = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: spots.length - 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = spots[Math.max(0, Math.min(spots.length - 1, moves[event.key]))];
    spot.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });

  // Sorting: by the bare value where there is one, missing values last in both directions.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const raw = cell.dataset.value === undefined ? cell.textContent : cell.dataset.value;
    return raw !== "" && Number.isFinite(Number(raw)) ? Number(raw) : raw;
  };
  const compare = (a, b, sign) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const isAscending = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", isAscending ? "descending" : "ascending");
        const body = table.tBodies[0];
        const sign = isAscending ? -1 : 1;
        body.append(...[...body.rows].sort((a, b) => compare(valueOf(a, column), valueOf(b, column), sign)));
      });
    });
  }

  // Saving a figure as it is seen, or its numbers.
  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const svgText = (figure) => {
    const shown = [...figure.querySelectorAll("svg.chart")].find((svg) => svg.getClientRects().length > 0);
    const copy = shown.cloneNode(true);
    const computed = getComputedStyle(root);
    const css = document.getElementById("chart-style").textContent.replace(/var\\((--[a-z]+)\\)/g, (_, name) => computed.getPropertyValue(name).trim());
    const namespace = "http://www.w3.org/2000/svg";
    const style = document.createElementNS(namespace, "style");
    style.textContent = css + ".tear{fill:" + computed.getPropertyValue("--page").trim() + "}";
    const ground = document.createElementNS(namespace, "rect");
    ground.setAttribute("width", "100%");
    ground.setAttribute("height", "100%");
    ground.setAttribute("fill", computed.getPropertyValue("--page").trim());
    copy.prepend(style, ground);
    for (const spot of copy.querySelectorAll(".spot")) spot.removeAttribute("tabindex");
    return new XMLSerializer().serializeToString(copy);
  };
  // A leading =, +, - or @ would be run as a formula by spreadsheets; plain numbers are let through.
  const field = (text) => {
    const safe = /^[=+@\\-]/.test(text) && !Number.isFinite(Number(text)) ? "'" + text : text;
    return /[",\\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  const csvText = (figure) => {
    const rows = [...figure.querySelector("table").rows];
    return rows.map((row) => [...row.cells].map((cell) => field(cell.dataset.value === undefined ? cell.textContent : cell.dataset.value)).join(",")).join("\\n") + "\\n";
  };
  for (const button of document.querySelectorAll("[data-save]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const figure = button.closest("figure");
      if (button.dataset.save === "svg") save(figure.dataset.name + ".svg", "image/svg+xml", svgText(figure));
      else save(figure.dataset.name + ".csv", "text/csv", csvText(figure));
    });
  }

  // A link to a datasheet opens it; paper shows them all.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
  addEventListener("beforeprint", () => {
    for (const sheet of document.querySelectorAll(".datasheet")) sheet.open = true;
  });
})();
`;
