// Words, numbers and dates in the language chosen. One object that the other parts read; `page.js` sets its language.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const languages = { en: "English", it: "Italiano", sv: "Svenska", nl: "Nederlands", de: "Deutsch" };
let language = "en";

const word = (key) => data.words[key]?.[language] ?? data.words[key]?.en ?? key;
const sentence = (key, values) => word(key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const term = (kind, name) => data.terms[kind][name]?.[language] ?? { label: name, definition: "" };
const stateName = (state) => term("state", state).label;
const kindName = (kind) => (kind === "all" ? word("all_kinds") : term("exit_kind", kind).label);
const label = (metric) => data.metrics[metric]?.["label_" + language] ?? metric;
const definition = (metric) => data.metrics[metric]?.["definition_" + language] ?? "";

const utc = (iso) => new Date(iso.length === 10 ? iso + "T00:00:00Z" : iso + "Z");
const none = "–";
const whole = (value) => (value == null ? none : new Intl.NumberFormat(language).format(value));
const decimal = (value) => (value == null ? none : new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value));
const amount = (value) => new Intl.NumberFormat(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
const percent = (value, digits = 1) =>
  value == null ? none : new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const points = (value) =>
  value == null ? none : new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(value);
const day = (iso) => (iso == null ? none : new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(utc(iso)));
const moment = (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(utc(iso)) + " UTC";

// Codes of three letters that are none of a currency Intl knows are written as they are.
function money(value, currency) {
  if (value == null) return none;
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 0 }).format(value);
  } catch {
    return whole(Math.round(value)) + " " + currency;
  }
}

function period(grain, iso) {
  const date = utc(iso);
  if (grain === "quarter") return sentence("quarter_of", { quarter: Math.floor(date.getUTCMonth() / 3) + 1, year: date.getUTCFullYear() });
  if (grain === "month") return new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" }).format(date);
  return grain === "year" ? String(date.getUTCFullYear()) : day(iso);
}

const isRipe = (row) => row.is_complete && row.is_warm;
const ripeness = (row) => (isRipe(row) ? "" : word(row.is_complete ? "not_warm" : "running"));
