// Vega-Lite specifications, each from rows of the tables; what a chart means is said beside it.
"use strict";
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const shown = (name) => data.states.includes(name) ? colour(name.replace("_", "-")) : colour("accent");

const expressionFunctions = {
  percentTick: (value) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(value),
  wholeTick: (value) => (Number.isInteger(value) ? whole(value) : ""),
  amountTick: amount,
  dateTick: (value) => new Intl.DateTimeFormat(language, { month: "short", year: "2-digit", timeZone: "UTC" }).format(value),
};

const look = () => ({
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: { labelColor: colour("soft"), titleColor: colour("soft"), titleFontWeight: "normal", gridColor: colour("line"), domainColor: colour("line"), tickColor: colour("line") },
  legend: { labelColor: colour("ink"), labelFontSize: 12, orient: "bottom", columns: innerWidth < 640 ? 2 : 5, symbolStrokeWidth: 3 },
  text: { color: colour("ink") },
});
const chart = (height, parts) => ({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height, autosize: { type: "fit-x", contains: "padding" }, ...parts });

const dates = (field) => ({ field, type: "temporal", scale: { type: "utc" }, axis: { title: null, grid: false, labelExpr: "dateTick(datum.value)", tickCount: 5, labelOverlap: true } });
const shares = (field, scale = {}) => ({ field, type: "quantitative", scale, axis: { title: null, labelExpr: "percentTick(datum.value)", tickCount: 5 } });
const tip = (...fields) => fields.map(([field, title]) => ({ field, title, type: "nominal" }));

// A rate over time. Pieces of the line between ripe periods are solid; those to or from a period that is not, dashed.
function trend(rows, grain) {
  const seen = rows.filter((row) => row.rate != null).map((row) => ({
    ...row, ripe: isRipe(row), period: period(grain, row.period_start), value: percent(row.rate), interval: `${percent(row.low)} – ${percent(row.high)}`,
    of: `${whole(row.count)} / ${whole(row.pool)}`, ripeness: ripeness(row) || none,
  }));
  const following = new Map(rows.slice(1).map((row, index) => [rows[index].period_start, row]));
  const pieces = seen.flatMap((row) => {
    const next = following.get(row.period_start);
    return next?.rate == null ? [] : [{ period_start: row.period_start, rate: row.rate, until: next.period_start, next: next.rate, ripe: row.ripe && isRipe(next) }];
  });
  const accent = colour("accent");
  // The scale is that of the rates and of the ripe intervals: those of a short history reach far beyond.
  const ends = seen.flatMap((row) => (row.ripe ? [row.rate, row.low, row.high] : [row.rate]));
  const scale = { domain: [Math.min(...ends), Math.max(...ends)], nice: true, zero: false, clamp: true };
  return chart(180, {
    encoding: { x: dates("period_start") },
    layer: [
      { data: { values: seen }, mark: { type: "rule", strokeWidth: 5, color: accent }, encoding: { y: shares("low", scale), y2: { field: "high" }, opacity: { condition: { test: "datum.ripe", value: 0.25 }, value: 0.12 } } },
      { data: { values: pieces }, mark: { type: "rule", strokeWidth: 2, color: accent }, encoding: { y: shares("rate", scale), x2: { field: "until" }, y2: { field: "next" }, strokeDash: { condition: { test: "datum.ripe", value: [1, 0] }, value: [4, 4] } } },
      {
        data: { values: seen }, mark: { type: "point", size: 45, color: accent, strokeWidth: 1.5 },
        encoding: {
          y: shares("rate", scale), fill: { condition: { test: "datum.ripe", value: accent }, value: colour("card") },
          tooltip: tip(["period", word("period")], ["value", word("value")], ["interval", word("interval")], ["of", word("of_pool")], ["ripeness", word("ripeness")]),
        },
      },
    ],
  });
}

function states(rows, grain) {
  const values = rows.flatMap((row) => data.states.map((state, order) => ({ on: row.period_end < data.as_of_date ? row.period_end : data.as_of_date, order, state: stateName(state), count: row[state], period: period(grain, row.period_start), shown: whole(row[state]) })));
  return chart(260, {
    data: { values }, mark: { type: "area", line: { strokeWidth: 1 }, fillOpacity: 0.85 },
    encoding: {
      x: dates("on"), y: { field: "count", type: "quantitative", stack: "zero", axis: { title: null, labelExpr: "wholeTick(datum.value)" } }, order: { field: "order", type: "ordinal" },
      color: { field: "state", type: "nominal", sort: data.states.map(stateName), scale: { domain: data.states.map(stateName), range: data.states.map(shown) }, legend: { title: null } },
      tooltip: tip(["period", word("period")], ["state", word("state")], ["shown", word("people")]),
    },
  });
}

// From the published formula to the honest rate. The ends are marks, not bars, for the scale need not begin at zero.
function bridge(row) {
  const between = row.crr - row.crr_gain_from_returns;
  const ends = [
    { step: label("crr"), at: row.crr, text: percent(row.crr) },
    { step: label("retention_rate"), at: row.retention_rate, text: percent(row.retention_rate) },
  ];
  const steps = [
    { step: word("less_returns"), from: row.crr, to: between, text: points(-row.crr_gain_from_returns) },
    { step: word("plus_new_lost"), from: between, to: row.retention_rate, text: points(-row.crr_loss_from_new_customers) },
  ].map((step) => ({ ...step, kind: step.to < step.from ? "fall" : "rise", at: Math.max(step.from, step.to) }));
  const order = [ends[0], ...steps, ends[1]].map((part) => part.step);
  const x = { field: "step", type: "nominal", sort: order, axis: { title: null, labelAngle: 0, labelLimit: 220, labelExpr: innerWidth < 900 ? "split(datum.label, ' ')" : "datum.label", labelLineHeight: 13 } };
  const kinds = { field: "kind", type: "nominal", legend: null, scale: { domain: ["rise", "fall"], range: ["rise", "fall"].map(colour) } };
  return chart(220, {
    encoding: { x },
    layer: [
      { data: { values: ends }, mark: { type: "tick", thickness: 5, opacity: 1, color: colour("accent") }, encoding: { y: shares("at", { zero: false, padding: 24 }) } },
      { data: { values: steps }, mark: { type: "bar", cornerRadius: 2 }, encoding: { y: shares("from", { zero: false }), y2: { field: "to" }, color: kinds } },
      { data: { values: [...ends, ...steps] }, mark: { type: "text", dy: -12, fontSize: 12, fontWeight: 600 }, encoding: { y: shares("at", { zero: false }), text: { field: "text" } } },
    ],
  });
}

const curveName = (row) => (row.from_state === "former" ? `${stateName("former")}: ${kindName(row.exit_kind)}` : stateName(row.from_state));
function curves(rows) {
  const names = [...new Set(rows.map(curveName))];
  const starts = names.map((curve) => ({ curve, months_since: 0, return_probability: 0, chance: percent(0), risk: none }));
  const values = rows.filter((row) => row.return_probability != null).map((row) => ({ ...row, curve: curveName(row), chance: percent(row.return_probability), risk: whole(row.at_risk) }));
  const kinds = { voluntary: "former", involuntary: "accent", inactivity: "rise", all: "former" };
  const range = names.map((name) => rows.find((row) => curveName(row) === name)).map((row) => (row.from_state === "former" ? colour(kinds[row.exit_kind]) : shown(row.from_state)));
  return chart(240, {
    data: { values: [...starts, ...values] }, mark: { type: "line", interpolate: "step-after", strokeWidth: 2.5, point: { size: 25 } },
    encoding: {
      x: { field: "months_since", type: "quantitative", axis: { title: word("months_since"), grid: false, tickMinStep: 1, labelExpr: "wholeTick(datum.value)" } },
      y: shares("return_probability"), color: { field: "curve", type: "nominal", sort: names, scale: { domain: names, range }, legend: { title: null } },
      strokeDash: { field: "curve", type: "nominal", sort: names, legend: null },
      tooltip: tip(["curve", word("left_how")], ["months_since", word("months_since")], ["chance", label("return_probability")], ["risk", label("at_risk")]),
    },
  });
}

function reasons(rows) {
  const values = rows.map((row) => ({ ...row, reason: reasonName(row), back: `${whole(row.exits_won_back)} (${percent(row.exit_win_back_rate)})`, left: whole(row.exits) }));
  const bars = { field: "reason", type: "nominal", sort: null, axis: { title: null, labelLimit: 220 } };
  const counts = (field) => ({ field, type: "quantitative", axis: { title: null, labelExpr: "wholeTick(datum.value)", tickCount: 5 } });
  const tooltip = tip(["reason", word("reason")], ["left", label("exits")], ["back", label("exits_won_back")]);
  return chart(24 * rows.length, {
    data: { values }, encoding: { y: bars, tooltip },
    layer: [
      { mark: { type: "bar", color: colour("former"), opacity: 0.55 }, encoding: { x: counts("exits") } },
      { mark: { type: "bar", color: colour("active"), height: { band: 0.45 } }, encoding: { x: counts("exits_won_back") } },
    ],
  });
}

function lifts(rows) {
  const values = rows.map((row) => ({ ...row, effect: points(row.lift), interval: `${points(row.lift_low)} – ${points(row.lift_high)}`, of: whole(row.observed) }));
  const bars = { field: "campaign_id", type: "nominal", sort: rows.map((row) => row.campaign_id), axis: { title: null, labelLimit: 180, grid: true } };
  return chart(26 * rows.length, {
    data: { values },
    layer: [
      { data: { values: [{ none: 0 }] }, mark: { type: "rule", color: colour("soft"), strokeDash: [3, 3] }, encoding: { x: shares("none") } },
      { mark: { type: "rule", strokeWidth: 5, opacity: 0.3, color: colour("accent") }, encoding: { y: bars, x: shares("lift_low"), x2: { field: "lift_high" } } },
      { mark: { type: "point", filled: true, size: 70, color: colour("accent") }, encoding: { y: bars, x: shares("lift"), tooltip: tip(["campaign_id", word("campaign")], ["effect", label("lift")], ["interval", word("interval")], ["of", label("observed")]) } },
    ],
  });
}
