// The triangle of acquisition cohorts: a row for each month of first purchases, a column for each month since, shown by the measure that is chosen.
"use strict";
const measures = {
  retention_rate: (value) => percent(value),
  purchase_rate: (value) => percent(value),
  cumulative_revenue_per_customer: (value, currency) => money(value, currency),
  win_back_share: (value) => percent(value),
};
// `dim_metric` speaks of the retention rate of a period, which is another figure by the same name.
const measureName = (measure) => (measure === "retention_rate" ? word("cohort_retention") : label(measure));
const measureSays = (measure) => (measure === "retention_rate" ? word("cohort_retention_says") : definition(measure));
const cohortName = (row) => (row.cohort_month == null ? word("all_cohorts") : period("month", row.cohort_month));

function triangle(rows, measure, currency) {
  const cohorts = [...new Set(rows.map(cohortName))];
  const values = rows.filter((row) => row[measure] != null).map((row) => ({ cohort: cohortName(row), months_since: row.months_since, value: row[measure], shown: measures[measure](row[measure], currency), customers: whole(row.customers) }));
  const all = values.map((cell) => cell.value);
  const domain = [Math.min(0, ...all), Math.max(...all) || 1];
  const tooltip = tip(["cohort", word("cohort")], ["months_since", word("months_since_first")], ["shown", measureName(measure)], ["customers", label("customers")]);
  const cells = { data: { values }, mark: "rect", encoding: { color: { field: "value", type: "quantitative", scale: { domain, range: [colour("paper"), colour("accent")], interpolate: "rgb" }, legend: null }, tooltip } };
  // Figures in the cells, where they have room.
  const written = { data: { values }, mark: { type: "text", fontSize: 10 }, encoding: { text: { field: "short" }, color: { condition: { test: `datum.value > ${domain[0] + 0.7 * (domain[1] - domain[0])}`, value: colour("paper") }, value: colour("ink") } } };
  for (const cell of values) cell.short = measure === "cumulative_revenue_per_customer" ? amount(cell.value) : percent(cell.value, 0);
  return chart(20 * cohorts.length, {
    encoding: {
      x: { field: "months_since", type: "ordinal", axis: { title: word("months_since_first"), labelAngle: 0, labelOverlap: true, grid: false, orient: "top" } },
      y: { field: "cohort", type: "nominal", sort: cohorts, axis: { title: null, labelLimit: 120, grid: false } },
    },
    layer: innerWidth < 900 ? [cells] : [cells, written],
  });
}

function acquisitionFigure(business, measure) {
  const columns = business.acquisition;
  const rows = (columns.cohort_month ?? []).map((_, at) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]])));
  if (!rows.length) return figure("acquisition", word("acquisition"), [paragraph(word("none_yet"))]);
  const cohorts = [...new Set(rows.map(cohortName))].map((name) => rows.filter((row) => cohortName(row) === name));
  const options = Object.keys(measures).map((name) => element("option", { value: name, selected: name === measure ? "" : null }, measureName(name)));
  const shown = [...Array(Math.max(...rows.map((row) => row.months_since)) + 1).keys()].map((month) => column(whole(month), (cohort) => measures[measure](cohort.find((row) => row.months_since === month)?.[measure], business.currency)));
  const says = [
    paragraph(word("acquisition_say"), { class: "soft" }),
    element("label", {}, element("span", {}, word("measure")), element("select", { id: "measure" }, ...options)),
    paragraph(measureSays(measure), { class: "soft" }),
  ];
  const first = [column(word("cohort"), (cohort) => cohortName(cohort[0]), true), column(label("customers"), (cohort) => whole(cohort[0].customers))];
  return figure("acquisition", word("acquisition"), says, triangle(rows, measure, business.currency), table(`${measureName(measure)}. ${word("months_since_first")}`, [...first, ...shown], cohorts));
}
