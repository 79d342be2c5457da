// The page's parts, each made of the rows that the tables hold.
"use strict";
const rates = ["win_back_rate", "reactivation_rate", "retention_rate"];
const ofGrain = (rows, grain) => rows.filter((row) => row.period_grain === grain);
const latest = (rows) => rows.filter((row) => row.is_complete).at(-1);
const stars = (row) => (row && !row.is_warm ? " *" : "");
const reasonName = (row) => `${row.exit_reason} (${kindName(row.exit_kind)})`;
const paragraph = (text, attributes = {}) => element("p", attributes, text);

function rateText(row) {
  if (!row) return word("none_yet");
  if (row.rate == null) return word("empty_pool");
  return sentence("rate_of_pool", { low: percent(row.low), high: percent(row.high), count: whole(row.count), pool: whole(row.pool) });
}

function overview(grain, choose) {
  const cell = (rate) => (business) => {
    const row = latest(ofGrain(business[rate], grain));
    return element("span", {}, element("strong", {}, percent(row?.rate) + stars(row)), element("br"), element("span", { class: "soft" }, rateText(row)));
  };
  const columns = [
    column(word("business"), (business) => element("button", { type: "button", class: "business", click: () => choose(business.business_id) }, business.name), true),
    column(word("period"), (business) => { const row = latest(ofGrain(business.retention_rate, grain)); return row ? period(grain, row.period_start) : word("none_yet"); }, true),
    ...rates.map((rate) => column(label(rate), cell(rate))),
  ];
  const isStarred = data.businesses.some((business) => rates.some((rate) => stars(latest(ofGrain(business[rate], grain)))));
  const note = isStarred ? [paragraph("* " + word("not_warm_long"), { class: "soft" })] : [];
  return [section("overview-title", word("overview")), table(sentence("overview_caption", { grain: word(grain) }), columns, data.businesses), ...note];
}

function rateFigure(business, rate, grain) {
  const rows = ofGrain(business[rate], grain);
  const last = latest(rows);
  const says = [
    paragraph(percent(last?.rate) + stars(last), { class: "headline" }),
    paragraph(last ? `${period(grain, last.period_start)}: ${rateText(last)}` : rateText(last), { class: "soft" }),
    folded(word("definition"), paragraph(definition(rate)), element("code", {}, data.metrics[rate].formula)),
  ];
  const columns = [
    column(word("period"), (row) => period(grain, row.period_start), true), column(label(rate), (row) => percent(row.rate)),
    column(word("interval"), (row) => (row.rate == null ? none : `${percent(row.low)} – ${percent(row.high)}`)),
    column(word("count"), (row) => whole(row.count)), column(word("pool"), (row) => whole(row.pool)), column(word("ripeness"), (row) => ripeness(row) || none, true),
  ];
  return figure(rate, label(rate), says, rows.some((row) => row.rate != null) && trend(rows, grain), table(label(rate), columns, [...rows].reverse()));
}

function statesFigure(business, grain) {
  const rows = ofGrain(business.states, grain);
  const columns = [column(word("period"), (row) => period(grain, row.period_start), true), ...data.states.map((state) => column(stateName(state), (row) => whole(row[state])))];
  return figure("states", word("states"), [paragraph(word("states_say"), { class: "soft" })], rows.length && states(rows, grain), table(word("states"), columns, [...rows].reverse()));
}

function bridgeFigure(business, grain) {
  const row = latest(ofGrain(business.bridge, grain).filter((row) => row.crr != null));
  if (!row) return figure("bridge", word("bridge"), [paragraph(word("none_yet"))]);
  const values = { period: period(grain, row.period_start) + stars(row), crr: percent(row.crr), rate: percent(row.retention_rate), returned: points(row.crr_gain_from_returns), lost: points(row.crr_loss_from_new_customers) };
  const columns = [column(word("figure"), (name) => label(name), true), column(word("value"), (name) => (name.startsWith("crr_") ? points(row[name]) : percent(row[name])))];
  return figure("bridge", word("bridge"), [paragraph(sentence("bridge_says", values), { class: "soft" })], bridge(row), table(values.period, columns, ["crr", "crr_gain_from_returns", "crr_loss_from_new_customers", "retention_rate"]));
}

function curvesFigure(business) {
  const rows = business.cohorts.filter((row) => row.from_state !== "former" || row.exit_kind !== "all" || business.cohorts.every((other) => other.exit_kind == null || other.exit_kind === "all"));
  if (!rows.length) return figure("curves", word("curves"), [paragraph(word("none_yet"))]);
  const columns = [
    column(word("left_how"), curveName, true), column(word("months_since"), (row) => whole(row.months_since)), column(label("return_probability"), (row) => percent(row.return_probability)),
    column(label("at_risk"), (row) => whole(row.at_risk)), column(label("cumulative_returned"), (row) => whole(row.cumulative_returned)),
  ];
  return figure("curves", word("curves"), [paragraph(word("curves_say"), { class: "soft" })], curves(rows), table(word("curves"), columns, rows));
}

function reasonsFigure(business) {
  const rows = business.reasons;
  if (!rows.length) return figure("reasons", word("reasons"), [paragraph(word("none_yet"))]);
  const columns = [
    column(word("reason"), reasonName, true), column(label("exits"), (row) => whole(row.exits)), column(label("share_of_exits"), (row) => percent(row.share_of_exits)),
    column(label("exits_won_back"), (row) => whole(row.exits_won_back)), column(label("exit_win_back_rate"), (row) => percent(row.exit_win_back_rate)),
    column(word("interval"), (row) => `${percent(row.exit_win_back_rate_low)} – ${percent(row.exit_win_back_rate_high)}`),
  ];
  const says = paragraph(sentence("reasons_say", { period: period("quarter", rows[0].period_start) }), { class: "soft" });
  return figure("reasons", word("reasons"), [says], reasons(rows.slice(0, 12)), table(word("reasons"), columns, rows));
}

function campaignsFigure(business) {
  const rows = business.campaigns;
  if (!rows.length) return figure("campaigns", word("campaigns"), [paragraph(word("no_campaigns"))]);
  const measured = rows.filter((row) => row.lift != null);
  const says = sentence("campaigns_say", { measured: whole(measured.length), all: whole(rows.length) });
  const columns = [
    column(word("campaign"), (row) => row.campaign_id, true), column(label("lift"), (row) => points(row.lift)),
    column(word("interval"), (row) => (row.lift_low == null ? none : `${points(row.lift_low)} – ${points(row.lift_high)}`)),
    column(label("incremental_returns"), (row) => decimal(row.incremental_returns)), column(label("cost_per_incremental_return"), (row) => money(row.cost_per_incremental_return, business.currency)),
    column(label("return_rate"), (row) => percent(row.return_rate)), column(label("observed"), (row) => whole(row.observed)), column(word("control"), (row) => word(row.is_observational ? "no" : "yes"), true),
  ];
  return figure("campaigns", word("campaigns"), [paragraph(says, { class: "soft" })], measured.length && lifts([...measured].sort((a, b) => b.lift - a.lift).slice(0, 40)), table(word("campaigns"), columns, rows));
}

function restatementsFigure(business) {
  const rows = business.restatements;
  if (!rows.length) return figure("restatements", word("restatements"), [paragraph(word("no_restatements"))]);
  const columns = [
    column(word("period"), (row) => `${word(row.period_grain)} ${period(row.period_grain, row.period_start)}`, true), column(word("figure"), (row) => label(row.metric), true),
    column(word("before"), (row) => percent(row.value_before)), column(word("after"), (row) => percent(row.value_after)),
    column(word("restated_at"), (row) => moment(row.replaced_at)), column(word("why"), (row) => word(row.is_new_definition ? "new_definition" : row.is_new_configuration ? "new_configuration" : "late_data"), true),
  ];
  return figure("restatements", word("restatements"), [paragraph(word("restatements_say"), { class: "soft" }), table(word("restatements"), columns, rows)]);
}

function candidatesFigure(business) {
  const columns = [
    column(word("list"), (name) => word(name), true), column(word("people"), (name) => whole(business[name][0]?.people ?? 0)), column(word("contactable"), (name) => whole(business[name][0]?.contactable ?? 0)),
    column(label("expected_value"), (name) => money(business[name][0]?.expected_value, business.currency)),
  ];
  return figure("candidates", word("candidates"), [paragraph(word("candidates_say"), { class: "soft" }), table(word("candidates"), columns, ["win_back_candidates", "reactivation_candidates"])]);
}

function details(business, grain, measure) {
  const dormant = business.dormant_after_days == null ? word("dormant_never") : sentence("dormant_after", { days: whole(business.dormant_after_days) });
  const former = business.former_after_days == null ? word("former_cancelled") : sentence("former_after", { days: whole(business.former_after_days) });
  const head = [section("details-title", business.name), paragraph(`${dormant} ${former}`, { class: "soft" })];
  if (!business.history_starts_on) return [...head, paragraph(word("no_event"), { class: "note" })];
  head.push(paragraph(sentence("history_from", { day: day(business.history_starts_on) }), { class: "soft" }));
  const { amounts, values } = business.dropped;
  if (values) head.push(paragraph(sentence("dropped", { amounts: whole(amounts), values: whole(values) }), { class: "note" }));
  return [
    ...head, element("div", { class: "cards" }, ...rates.map((rate) => rateFigure(business, rate, grain))), paragraph(word("unripe_says"), { class: "soft" }),
    statesFigure(business, grain), bridgeFigure(business, grain), curvesFigure(business), acquisitionFigure(business, measure), ...recurringFigures(business, grain), reasonsFigure(business), campaignsFigure(business), candidatesFigure(business), restatementsFigure(business),
  ];
}

function definitions() {
  const terms = data.states.map((state) => element("div", {}, element("dt", {}, stateName(state)), element("dd", {}, term("state", state).definition)));
  const entries = Object.values(data.metrics).map((metric) =>
    element("div", {}, element("dt", {}, label(metric.metric)), element("dd", {}, definition(metric.metric), element("br"), element("code", {}, `${metric.table}.${metric.metric}${metric.formula ? " = " + metric.formula : ""}`))));
  return [section("definitions-title", word("definitions")), element("dl", {}, ...terms), folded(word("all_definitions"), element("dl", {}, ...entries))];
}
