// Recurring revenue, of businesses that have contracts: what moved it, and how much of it stayed.
"use strict";
const movementColours = { new_mrr: "active", expansion_mrr: "prospect", won_back_mrr: "rise", recovered_mrr: "dormant-prospect", reactivated_mrr: "dormant", contraction_mrr: "contraction", churned_mrr: "former" };
const losses = ["contraction_mrr", "churned_mrr"];

// Bars of what was added and lost, and a line of what it comes to: on two scales, whose zeros lie on one line.
function movements(rows, grain, currency) {
  const names = Object.keys(movementColours);
  const said = (row) => ({ period_start: row.period_start, period: period(grain, row.period_start) + (row.is_complete ? "" : ` (${word("running")})`), over: row.is_complete });
  const bars = rows.flatMap((row) => names.map((name, order) => ({ ...said(row), order, movement: label(name), amount: losses.includes(name) ? -row[name] : row[name], shown: money(row[name], currency) })));
  const closings = rows.map((row) => ({ ...said(row), closing: row.closing_mrr, shown: money(row.closing_mrr, currency) }));
  const heights = (sign) => Math.max(...rows.map((row) => names.reduce((sum, name) => sum + (losses.includes(name) === sign < 0 ? row[name] : 0), 0)));
  const [up, down, most] = [heights(1) || 1, heights(-1), Math.max(...closings.map((row) => row.closing)) || 1];
  const x = { ...dates("period_start"), timeUnit: grain === "month" ? "utcyearmonth" : "utcyearquarter", bandPosition: 0.5 };
  const amounts = (field, domain, axis) => ({ field, type: "quantitative", scale: { domain, nice: false }, axis: { labelExpr: "amountTick(datum.value)", tickCount: 5, ...axis } });
  const colours = { field: "movement", type: "nominal", sort: names.map(label), scale: { domain: names.map(label), range: names.map((name) => colour(movementColours[name])) }, legend: { title: null, columns: innerWidth < 640 ? 1 : 4, labelLimit: 280 } };
  const ink = colour("ink");
  return chart(280, {
    encoding: { x }, resolve: { scale: { y: "independent" } },
    layer: [
      {
        data: { values: bars.filter((bar) => bar.amount) }, mark: { type: "bar", width: { band: 0.8 } },
        encoding: {
          y: { ...amounts("amount", [-down, up], { title: word("movements_axis") }), stack: "zero" }, order: { field: "order", type: "ordinal" }, color: colours, opacity: { condition: { test: "datum.over", value: 1 }, value: 0.5 },
          tooltip: tip(["period", word("period")], ["movement", word("movement")], ["shown", word("value")]),
        },
      },
      {
        data: { values: closings }, mark: { type: "line", strokeWidth: 2, color: ink, point: { size: 20, color: ink } },
        encoding: { y: amounts("closing", [(-down * most) / up, most], { title: label("closing_mrr"), orient: "right", grid: false, labelExpr: "datum.value < 0 ? '' : amountTick(datum.value)" }), tooltip: tip(["period", word("period")], ["shown", label("closing_mrr")]) },
      },
    ],
  });
}

const retentions = ["net_revenue_retention", "gross_revenue_retention"];
function revenueRetention(rows, grain) {
  const values = rows.flatMap((row) => retentions.filter((name) => row[name] != null).map((name) => ({ period_start: row.period_start, period: period(grain, row.period_start), rate: row[name], figure: label(name), shown: percent(row[name]) })));
  return chart(200, {
    data: { values }, mark: { type: "line", strokeWidth: 2, point: { size: 35 } },
    encoding: {
      x: dates("period_start"), y: shares("rate", { zero: false, nice: true }),
      color: { field: "figure", type: "nominal", sort: retentions.map(label), scale: { domain: retentions.map(label), range: ["accent", "former"].map(colour) }, legend: { title: null } },
      strokeDash: { field: "figure", type: "nominal", sort: retentions.map(label), legend: null },
      tooltip: tip(["period", word("period")], ["figure", word("figure")], ["shown", word("value")]),
    },
  });
}

function recurringFigures(business, grain) {
  const rows = ofGrain(business.recurring, grain);
  if (!rows.length) return [];
  const last = latest(rows);
  const sum = (row, name) => money(row[name], business.currency);
  const names = ["opening_mrr", ...Object.keys(movementColours), "closing_mrr"];
  const values = last && { period: period(grain, last.period_start), opening: sum(last, "opening_mrr"), closing: sum(last, "closing_mrr"), customers: whole(last.closing_paying) };
  const when = column(word("period"), (row) => period(grain, row.period_start), true);
  const newest = [...rows].reverse();
  const over = rows.filter((row) => row.is_complete);
  const kept = [...retentions.map((name) => column(label(name), (row) => percent(row[name]))), ...["opening_mrr", "net_retained_mrr", "gross_retained_mrr"].map((name) => column(label(name), (row) => sum(row, name)))];
  return [
    figure(
      "recurring", word("recurring"), [last && paragraph(sentence("recurring_says", values)), paragraph(word("recurring_say"), { class: "soft" })].filter(Boolean), movements(rows, grain, business.currency),
      table(word("recurring"), [when, ...names.map((name) => column(label(name), (row) => sum(row, name))), column(label("closing_paying"), (row) => whole(row.closing_paying)), column(word("ripeness"), (row) => ripeness(row) || none, true)], newest),
    ),
    figure(
      "revenue_retention", word("revenue_retention"), [last && paragraph(sentence("revenue_retention_says", { ...values, net: percent(last.net_revenue_retention), gross: percent(last.gross_revenue_retention) })), paragraph(word("revenue_retention_say"), { class: "soft" })].filter(Boolean),
      over.some((row) => row.net_revenue_retention != null) && revenueRetention(over, grain), table(word("revenue_retention"), [when, ...kept], [...over].reverse()),
    ),
  ];
}
