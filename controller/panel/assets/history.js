// Sessions, ratings and markers as they are recorded.  Reads; changes nothing.
import { clock } from "./chart.js";
import { named } from "./story.js";

const $ = (id) => document.getElementById(id);
const ENDINGS = {
  completed: "as planned", return_pressed: "RETURN pressed", unanswered: "nobody answered", trip: "a safety rule", emergency_stop: "emergency stop", not_inverted: "ended before level", unknown: "unknown: power or service went",
};
const STATES = { reached: ["good", "✓ reached"], "on course": ["quiet", "➤ on course"], not: ["care", "○ not yet"] };
const NAMES = { pain: "Pain", toe: "Fingertips to toes in cm", deepest: "Deepest angle in degrees", inverted: "Time upside down in minutes" };
const dark = matchMedia("(prefers-color-scheme: dark)");
const plots = new Map();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// What a chart shows, for who does not see it.
function told(id, series) {
  const lines = series.map(([label, , , values]) => {
    const known = values.filter((value) => value !== null);
    const few = (value) => Number(value.toFixed(1));
    return known.length ? `${label}: first ${few(known[0])}, newest ${few(known.at(-1))}, least ${few(Math.min(...known))}, most ${few(Math.max(...known))}` : `${label}: nothing recorded`;
  });
  return `${NAMES[id]}, ${lines.join("; ")}.`;
}

function draw(id, numbers, series, range) {
  plots.get(id)?.destroy();
  const box = $(id);
  box.setAttribute("aria-label", told(id, series));
  const known = series.some(([, , , values]) => values.some((value) => value !== null));
  box.replaceChildren(...(known ? [] : [named("p", "Nothing recorded yet.", "note")]));
  if (!known) return void plots.delete(id);
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const points = { show: true, size: 8 };
  plots.set(id, new uPlot({
    width: Math.max(260, box.clientWidth), height: 230, legend: { show: series.length > 1, live: false }, scales: { x: { time: false }, y: range ? { range } : {} },
    axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200], label: "Session", labelSize: 22, labelFont: "12px system-ui, sans-serif" }, axis],
    series: [{ label: "Session" }, ...series.map(([label, name, dash]) => ({ label, stroke: colour(name), width: 2, dash, points, spanGaps: true }))],
  }, [numbers, ...series.map((each) => each[3])], box));
}

function rating(person, number, side, field) {
  const found = person.ratings.filter((each) => each.session === number && each.when === side).at(-1);
  return found?.[field] ?? null;
}

function titles(person) {
  return Object.fromEntries(person.offers.map((offer) => [offer.name, offer.title.split(":")[0]]));
}

function row(person, session) {
  const item = document.createElement("tr");
  const pain = ["before", "after"].map((side) => rating(person, session.number, side, "pain") ?? "–").join(" → ");
  const planned = session.planned.map((stage) => `${stage.angle_deg}° ${clock(stage.hold_s)}`).join(", ");
  const why = session.reasons.map((name) => words.reasons?.[name] ?? name.replaceAll("_", " ")).join(" ");
  const cells = [session.number, when(session.started_at), titles(person)[session.protocol] ?? session.protocol.replaceAll("_", " "), planned, `${session.deepest_deg.toFixed(0)}°`, clock(session.inverted_s), `${ENDINGS[session.ending] ?? session.ending}${why ? `: ${why}` : ""}`, pain];
  item.append(...cells.map((words) => named("td", String(words))));
  return item;
}

function when(at) {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

function lifted({ what, by, at }) {
  return `${what}${by ? `, by ${by}` : ""}${at ? `, ${when(at)}` : ""}`;
}

function refusal(person, refused) {
  const item = document.createElement("tr");
  const next = person.sessions.find((session) => Date.parse(session.started_at) >= Date.parse(refused.at));
  const obeyed = next ? `session ${next.number}, ${when(next.started_at)}` : "not yet";
  item.append(...[when(refused.at), refused.rule, refused.text, refused.lifted ? lifted(refused.lifted) : "somebody was chosen", obeyed].map((words) => named("td", words)));
  return item;
}

function show(person) {
  for (const node of document.querySelectorAll(".plots, .plots ~ section:has(#sessions)")) node.hidden = !person.sessions.length;
  const count = person.sessions.length;
  $("stand").textContent = `${count === 1 ? "One session" : `${count} sessions`} so far; now at the step “${person.step}”${person.week ? `, in week ${person.week}` : ""}. ${person.notes.join(" ")}`;
  $("markers").replaceChildren(...person.markers.map((marker) => {
    const [tone, words] = STATES[marker.state];
    const item = named("li", "", tone);
    const due = marker.due_on ? ` Due on ${new Date(`${marker.due_on}T12:00`).toLocaleDateString(undefined, { dateStyle: "medium" })}.` : "";
    item.append(named("b", `${words}: ${marker.title}`), document.createTextNode(`${marker.arithmetic}.${due}`));
    return item;
  }));
  charts(person);
  $("sessions").replaceChildren(...[...person.sessions].reverse().map((session) => row(person, session)));
  const rows = [...person.refusals.map((refused) => refusal(person, refused)), ...nobodys.map((refused) => refusal({ sessions: [] }, { ...refused, text: `(nobody was chosen) ${refused.text}` }))];
  $("refusals").replaceChildren(...rows);
  $("refusals").closest("section").hidden = !rows.length;
}

function charts(person) {
  const numbers = person.sessions.map((session) => session.number);
  const each = (side, field) => numbers.map((number) => rating(person, number, side, field));
  draw("pain", numbers, [["before (solid line)", "--care", [], each("before", "pain")], ["after (dashed line)", "--good", [6, 4], each("after", "pain")]], [0, 10]);
  draw("toe", numbers, [["before (solid line)", "--care", [], each("before", "toe_touch_cm")], ["after (dashed line)", "--good", [6, 4], each("after", "toe_touch_cm")]]);
  draw("deepest", numbers, [["degrees", "--accent", [], person.sessions.map((session) => session.deepest_deg)]]);
  draw("inverted", numbers, [["minutes", "--accent", [], person.sessions.map((session) => session.inverted_s / 60)]]);
}

document.documentElement.dataset.theme = { light: "light", dark: "dark" }[localStorage.getItem("theme")] ?? (dark.matches ? "dark" : "light");
let nobodys = [];
let shown = null;
const words = await (await fetch("/words")).json();

async function load() {
  const answer = await fetch(`/records?person=${encodeURIComponent($("who").value)}`);
  if (answer.status === 401) location.assign("/login");
  const told = await answer.json();
  for (const node of document.querySelectorAll("main > section:not(:first-child)")) node.hidden = !told.person;
  if (told.wrong) $("stand").textContent = `Nothing can be shown: ${told.wrong}`;
  else if (!told.person) $("stand").textContent = "Nobody is recorded yet: inversion-table-people add begins it.";
  else {
    nobodys = told.nobodys;
    $("who").replaceChildren(...told.people.map((each) => Object.assign(named("option", each.name), { value: each.key })));
    $("who").value = told.person.key;
    shown = told.person;
    show(shown);
  }
}

addEventListener("resize", () => shown && charts(shown));
$("who").addEventListener("change", load);
await load();
