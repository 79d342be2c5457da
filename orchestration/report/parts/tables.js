// Elements, made by the DOM alone: text is never read as HTML, whatever a business or a campaign is called.
"use strict";
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// A column: its heading, what it shows of a row, and whether that is text.
const column = (heading, show, text = false) => ({ heading, show, text });

function table(caption, columns, rows) {
  const kind = (column) => (column.text ? { class: "text" } : {});
  const head = columns.map((column) => element("th", { scope: "col", ...kind(column) }, column.heading));
  const body = rows.map((row) =>
    element("tr", {}, ...columns.map((column, index) => {
      const shown = column.show(row);
      // On a narrow screen each row of the overview stands by itself, every cell with its heading.
      return index === 0 ? element("th", { scope: "row", ...kind(column) }, shown) : element("td", { ...kind(column), "data-heading": column.heading }, shown);
    })),
  );
  const made = element("table", {}, element("caption", {}, caption), element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
  // Focusable, so that a keyboard can scroll it.
  return element("div", { class: "wide", tabindex: "0", role: "group", "aria-label": caption }, made);
}

const folded = (summary, ...children) => element("details", {}, element("summary", {}, summary), ...children);
const section = (id, title) => element("h2", { id }, title);

// A chart with its heading, what it says in words, and the figures it is drawn from.
function figure(id, title, says, spec, figures) {
  const heading = element("h3", { id: id + "-title" }, title);
  const made = element("figure", { id, "aria-labelledby": id + "-title" }, heading, ...says);
  if (spec) {
    // For eyes alone: a screen reader has the words above and the table below.
    const place = element("div", { class: "chart", "aria-hidden": "true" });
    made.append(place);
    charts.push([place, spec]);
  }
  if (figures) made.append(folded(word("figures"), figures));
  return made;
}

// Charts are drawn once their places are in the page, for their width is that of the place.
let charts = [];
function drawCharts() {
  const options = { actions: false, renderer: "svg", mode: "vega-lite", tooltip: { theme: "custom" }, expressionFunctions };
  const drawn = charts.map(([place, spec]) => vegaEmbed(place, { ...spec, config: look() }, options));
  charts = [];
  return Promise.all(drawn);
}
