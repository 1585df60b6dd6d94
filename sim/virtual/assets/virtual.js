// The virtual table: the live view with hands.  Everything pressed here moves a contact, a wire or time of the simulated world.
import { Page } from "/assets/page.js";
import { Sound } from "/assets/sound.js";
import { Loudspeaker } from "/virtual/loudspeaker.js";
import { named } from "/assets/story.js";
import { nextStep } from "/virtual/coach.js";

const $ = (id) => document.getElementById(id);
const SPEEDS = [1, 2, 5, 10, 30, 60];
const AGAIN_MS = 1000; // a finger that stays says so
const TAP_MS = 120;
const WEEKS = [1, 2, 3, 4, 5, 8, 13, 26, 52];

// One after the other: a finger's "down" must not overtake its "up".
let last = Promise.resolve();
function send(where, order) {
  last = last.then(() => tell(where, order));
}

async function tell(where, order) {
  try {
    const answer = await fetch(where, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(order), keepalive: true });
    $("wrong").textContent = answer.ok ? "" : `Not done: ${(await answer.text()).slice(0, 200)}`;
  } catch {
    $("wrong").textContent = "Not done: the table's server does not answer.";
  }
}
const hand = (order) => send("/hand", order);
const bench = (order) => send("/bench", order);

// ------------------------------------------------------------------ fingers

const fingers = new Map(); // button name -> timer

function down(button) {
  if (fingers.has(button)) return;
  const say = () => hand({ do: "press", button, down: true });
  fingers.set(button, setInterval(say, AGAIN_MS));
  say();
}

function up(button) {
  if (!fingers.has(button)) return;
  clearInterval(fingers.get(button));
  fingers.delete(button);
  hand({ do: "press", button, down: false });
}

for (const node of document.querySelectorAll("[data-button]")) {
  const button = node.dataset.button;
  const press = () => ($("keep").checked && fingers.has(button) ? up(button) : down(button));
  const lift = () => $("keep").checked || up(button);
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    press();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(name, lift);
  node.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  node.addEventListener("keyup", (event) => (event.key === " " || event.key === "Enter") && lift());
  node.addEventListener("blur", lift);
  node.addEventListener("contextmenu", (event) => event.preventDefault());
  // A screen reader clicks without pointer or key.
  node.addEventListener("click", (event) => {
    if (event.detail !== 0 || event.pointerType) return;
    press();
    setTimeout(lift, TAP_MS);
  });
}
$("keep").addEventListener("change", () => $("keep").checked || [...fingers.keys()].forEach(up));
addEventListener("pagehide", () => [...fingers.keys()].forEach(up));

$("mushroom").addEventListener("click", () => hand({ do: "mushroom", pushed: true }));
$("twist").addEventListener("click", () => hand({ do: "mushroom", pushed: false }));
for (const node of document.querySelectorAll("[data-ankle]")) {
  node.addEventListener("click", () => hand({ do: "ankle", side: node.dataset.ankle, closed: node.getAttribute("aria-pressed") !== "true" }));
}

// ------------------------------------------------------------------ workbench

const SWITCHES = {
  answers: (on) => bench({ do: "answers", willing: on }),
  arms: (on) => bench({ do: "arms", overhead: on }),
  pi: (on) => bench({ do: "pi", runs: !on }),
  cable: (on) => bench({ do: "cable", plugged: !on }),
  mains: (on) => bench({ do: "mains", present: !on }),
  battery: (on) => bench({ do: "battery", worn: on }),
  lever: (on) => hand({ do: "lever", pulled: on }),
};
for (const node of document.querySelectorAll("[data-switch]")) {
  node.addEventListener("click", () => SWITCHES[node.dataset.switch](node.getAttribute("aria-pressed") !== "true"));
}
for (const ratio of SPEEDS) {
  const button = named("button", `${ratio}×`);
  button.type = "button";
  button.dataset.ratio = ratio;
  button.addEventListener("click", () => bench({ do: "speed", ratio }));
  $("speeds").append(button);
}
$("demo").addEventListener("click", () => bench({ do: "demo", on: $("demo").getAttribute("aria-pressed") !== "true" }));
$("fresh").addEventListener("submit", (event) => {
  event.preventDefault();
  const week = $("week").value === "" ? null : Number($("week").value);
  bench({ do: "fresh", who: $("person").value, week, protocol: $("protocol").value || null });
});
$("next-day").addEventListener("click", () => bench({ do: "next_day" }));

function options(select, pairs) {
  select.replaceChildren(...pairs.map(([value, words]) => Object.assign(named("option", words), { value })));
}

function faults(rows) {
  const fill = () => {
    const wanted = $("fault-filter").value.trim().toLowerCase();
    const shown = (row) => `${row.id} ${row.name.replaceAll("_", " ")}`;
    const found = rows.filter((row) => `${shown(row)} ${row.text}`.toLowerCase().includes(wanted));
    options($("fault"), found.map((row) => [row.name, shown(row)]));
    if (found.length === 1) $("fault").value = found[0].name;
    tell();
  };
  const tell = () => {
    const row = rows.find((each) => each.name === $("fault").value);
    $("fault-words").textContent = row ? `${row.text} What must happen: ${row.reaction}${row.bound ? `, ${row.bound}` : ""}` : "Choose one: its effect and what must happen stand here.";
  };
  $("fault-filter").addEventListener("input", fill);
  $("fault").addEventListener("change", tell);
  $("inject").addEventListener("click", () => $("fault").value && bench({ do: "fault", name: $("fault").value, on: true }));
  fill();
}

// ------------------------------------------------------------------ eyes

function toggle(node, on) {
  if (node.getAttribute("aria-pressed") !== String(on)) node.setAttribute("aria-pressed", String(on));
}

function words(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Beside each reason of the programme stands what lifts it here: a paper written by whoever keeps them, or a day that passes.
function showPapers(look) {
  const who = look.person;
  words($("who-words"), `${who.name}, ${who.mass_kg} kg, ${who.week === null ? who.about : `put into week ${who.week}`}. The calendar says ${look.today}.`);
  for (const item of $("open").children) {
    const open = look.open.find((each) => each.says === item.querySelector("b")?.textContent);
    if (!open || item.querySelector("button") || !(open.offer || open.next_day)) continue;
    const node = named("button", open.offer || "Let a day pass", "tool lift");
    node.type = "button";
    node.dataset.lift = open.name;
    node.setAttribute("aria-label", `${node.textContent}: ${open.says}`);
    node.addEventListener("click", () => bench(open.offer ? { do: "lift", name: open.name } : { do: "next_day" }));
    item.append(node);
  }
}

let shownFaults = "";
function showFaults(names) {
  if (shownFaults === names.join()) return;
  shownFaults = names.join();
  $("faults").replaceChildren(...names.map((name) => {
    const item = named("li", name.replaceAll("_", " "));
    const away = named("button", "take away");
    away.type = "button";
    away.setAttribute("aria-label", `Take the fault ${name.replaceAll("_", " ")} away`);
    away.addEventListener("click", () => bench({ do: "fault", name, on: false }));
    item.append(away);
    return item;
  }));
}

function show({ table, look }) {
  for (const node of document.querySelectorAll("[data-button]")) node.classList.toggle("pressed", look.down.includes(node.dataset.button));
  toggle($("mushroom"), look.mushroom_in);
  $("mushroom").setAttribute("aria-label", look.mushroom_in ? "E-STOP, pushed in" : "E-STOP");
  $("twist").disabled = !look.mushroom_in;
  for (const side of ["left", "right"]) {
    const node = document.querySelector(`[data-ankle="${side}"]`);
    toggle(node, look[`${side}_closed`]);
    words(node, `${side === "left" ? "Left" : "Right"} ankle lock: ${look[`${side}_closed`] ? "closed" : "open"}`);
  }
  const on = { answers: look.answers, arms: look.arms_overhead, pi: !look.pi_runs, cable: !look.cable_in, mains: !look.mains, battery: look.battery_worn, lever: look.lever_pulled };
  for (const node of document.querySelectorAll("[data-switch]")) toggle(node, on[node.dataset.switch]);
  for (const node of $("speeds").children) toggle(node, Number(node.dataset.ratio) === look.ratio);
  const slowed = look.down.length > 0 && look.ratio > 1 ? "a press runs in real time" : Math.round(look.ratio_now) === 1 ? "real time" : `${look.ratio_now.toFixed(0)} virtual seconds a second`;
  words($("speed-words"), slowed);
  toggle($("demo"), look.demo !== "");
  words($("demo"), look.demo ? "■ Stop the demonstration" : "▶ Show a whole session");
  showFaults(look.faults);
  showPapers(look);
  const step = look.demo ? { words: `Demonstration: ${look.demo}`, at: [] } : nextStep(table, look);
  words($("coach-words"), step.words);
  for (const node of document.querySelectorAll("[data-button], [data-ankle], [data-lift], #mushroom, #twist, #fresh button")) {
    node.classList.toggle("hint", step.at.includes(node.dataset.button ?? node.dataset.ankle ?? node.dataset.lift ?? (node.id || "fresh")));
  }
}

const page = await Page.open();
const known = await (await fetch("/catalogue")).json();
const sound = new Sound(known.buzzer, new Loudspeaker(known.voice, (text) => sound.unheard(text)));
page.desk = "/desk";
options($("person"), known.people.map((each) => [each.who, each.title]));
options($("week"), [["", "as they are"], ...WEEKS.map((week) => [String(week), `week ${week}`])]);
options($("protocol"), [["", "as recommended"], ...known.protocols.map((each) => [each.name, each.title])]);
faults(known.faults);
let chosen = "";
page.watchers.push((state, shown) => {
  document.body.dataset.table = shown.age; // which table this is: another one after each fresh start
  if (chosen !== state.look.person.who) $("person").value = state.look.person.who;
  chosen = state.look.person.who;
  show(state);
  const own = state.look.pi_runs && state.table ? state.table.buzzer : "off";
  sound.buzz(own !== "off" ? own : state.look.board_buzzer);
});
page.onEvent = (event) => event.kind.startsWith("say") && sound.say(event.text, event.kind === "say now");
page.run();
