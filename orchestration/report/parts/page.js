// What is chosen, kept in the address so that a view can be sent; everything is drawn anew when it changes.
"use strict";
const wanted = new URLSearchParams(location.hash.slice(1));
const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in languages);
const chosen = {
  language: wanted.get("language") in languages ? wanted.get("language") : spoken ?? "en",
  grain: ["month", "quarter"].includes(wanted.get("grain")) ? wanted.get("grain") : "month",
  measure: Object.keys(measures).find((name) => name === wanted.get("measure")) ?? "retention_rate",
  business: data.businesses.find((business) => business.business_id === wanted.get("business"))?.business_id ?? data.businesses[0]?.business_id,
};
const at = (id) => document.getElementById(id);

function fill(id, options) {
  at(id).replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  at(id).value = chosen[id];
}

function draw() {
  language = chosen.language;
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = word(place.dataset.word);
  at("counted").textContent = sentence("counted", { as_of: day(data.as_of_date), refresh: whole(data.refresh_id), started: moment(data.started_at) });
  fill("business", data.businesses.map((business) => [business.business_id, business.name]));
  fill("grain", ["month", "quarter"].map((grain) => [grain, word(grain)]));
  fill("language", Object.entries(languages));
  const business = data.businesses.find((one) => one.business_id === chosen.business);
  at("overview").replaceChildren(...overview(chosen.grain, (id) => { choose({ business: id }); at("details").scrollIntoView(); }));
  at("details").replaceChildren(...(business ? details(business, chosen.grain, chosen.measure) : [paragraph(word("no_business"))]));
  at("definitions").replaceChildren(...definitions());
  at("status").textContent = business ? `${business.name}, ${word(chosen.grain)}` : "";
  return finish();
}

const finish = () => drawCharts().then(() => { document.body.dataset.drawn = "yes"; });

function remember(change) {
  Object.assign(chosen, change);
  delete document.body.dataset.drawn;
  history.replaceState(null, "", "#" + new URLSearchParams(chosen));
}

function choose(change) {
  remember(change);
  return draw();
}

at("controls").addEventListener("change", (event) => choose({ [event.target.id]: event.target.value }));
// Only its own figure is drawn anew, and the switch keeps the focus.
at("details").addEventListener("change", (event) => {
  if (event.target.id !== "measure") return;
  remember({ measure: event.target.value });
  at("acquisition").replaceWith(acquisitionFigure(data.businesses.find((one) => one.business_id === chosen.business), chosen.measure));
  at("measure").focus();
  finish();
});
at("controls").addEventListener("submit", (event) => event.preventDefault());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => choose({}));
draw();
