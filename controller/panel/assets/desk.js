// Before and after a session: what a person tells, one form each.  A form asks the service to record something; nothing here moves the table.
import { lifts } from "./forms.js";
import { showNotes } from "./notes.js";
import { mark, named } from "./story.js";
import { listen } from "./stream.js";

const $ = (id) => document.getElementById(id);
const WHERE = { questions: "questions", practice: "practised", checklist: "set-up", rate_before: "before", rate_after: "after", felt: "felt", heat: "prepared", water: "prepared" };
const WAIT_MS = 400;
let told = { people: [], person: null };
let words = null;
let shownFor = ""; // which person and session the forms are laid out for
let plan = "";

// ------------------------------------------------------------------ asking

async function ask(form, request) {
  const answer = form.querySelector(".answer");
  const button = form.querySelector(".act");
  button.disabled = true;
  say(answer, "Asking the table…", true);
  try {
    const response = await fetch("/requests", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request) });
    if (response.status === 401) return location.assign("/login");
    const found = await response.json();
    if (found.accepted) say(answer, `✓ ${found.says}`, true);
    else say(answer, `✗ Not recorded. ${found.says ?? found.wrong} ${found.way_back ?? ""}`.trim(), false);
    await load();
    return found.accepted === true;
  } catch {
    say(answer, "✗ Not recorded: the page's server is away. Try again.", false);
    return false;
  } finally {
    button.disabled = false;
  }
}

function say(answer, what, good) {
  answer.textContent = what;
  answer.classList.toggle("bad", !good);
}

const person = () => told.person;
const last = (of) => of.sessions.filter((session) => session.ending !== "not_inverted").at(-1)?.number ?? null;

const REQUESTS = {
  choose: (form, of) => ({ do: "choose", person: of.key }),
  protocol: (form, of) => ({ do: "protocol", person: of.key, protocol: new FormData(form).get("protocol") }),
  questions: (form, of) => {
    const said = new FormData(form);
    const asked = Object.keys(words.questions);
    return { do: "questions", person: of.key, yes: asked.filter((each) => said.get(each) === "yes"), no: asked.filter((each) => said.get(each) === "no") };
  },
  practised: (form, of) => ({ do: "practised", person: of.key }),
  checklist: (form, of) => ({ do: "checklist", person: of.key, session: of.next_session, confirmed: new FormData(form).getAll("point") }),
  prepared: (form, of) => ({ do: "prepared", person: of.key, session: of.next_session, what: new FormData(form).get("what") }),
  rating: (form, of) => {
    const said = new FormData(form);
    const request = { do: "rating", person: of.key, session: form.dataset.when === "before" ? of.next_session : last(of), when: form.dataset.when, pain: Number(said.get("pain")) };
    for (const field of ["toe_touch_cm", "stiffness_minutes", "doses"]) if (said.get(field) !== "") request[field] = Number(said.get(field));
    if (said.get("night_pain") !== "") request.night_pain = said.get("night_pain") === "yes";
    return request;
  },
  felt: (form, of) => {
    const said = new FormData(form);
    return { do: "felt", person: of.key, session: last(of), signs: said.getAll("sign"), dizzy_minutes: Number(said.get("dizzy_minutes") || 0), note: said.get("note").trim() };
  },
};

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const of = person();
    if (of && (await ask(form, REQUESTS[form.dataset.form](form, of))) && form.dataset.form !== "choose" && form.dataset.form !== "protocol") form.reset();
  });
}
$("nobody").addEventListener("click", () => ask($("nobody").form, { do: "choose", person: null }));

// "Nothing" is an answer; together with a sign it is none.
$("nothing").addEventListener("change", felt);
$("signs").addEventListener("change", felt);
document.querySelector('[data-form="felt"]').addEventListener("reset", () => setTimeout(felt));
function felt() {
  const signs = [...$("signs").querySelectorAll("input")];
  for (const sign of signs) sign.disabled = $("nothing").checked;
  const some = signs.some((sign) => sign.checked);
  $("nothing").disabled = some;
  const dizzy = document.querySelector('[name="dizzy_minutes"]').value > 0;
  $("nothing").setCustomValidity(some || dizzy || $("nothing").checked ? "" : "Say what was felt, or that it was nothing of that kind.");
}
document.querySelector('[name="dizzy_minutes"]').addEventListener("input", felt);

// ------------------------------------------------------------------ showing

function choice(kind, name, value, text, className = "tick") {
  const label = named("label", "", className);
  const input = Object.assign(document.createElement("input"), { type: kind, name, value });
  const span = named("span", text);
  label.append(input, span);
  return [label, input, span];
}

function layOut(of) {
  $("points").replaceChildren(...Object.entries(of.set_up).map(([key, text]) => choice("checkbox", "point", key, text)[0]));
  for (const form of document.querySelectorAll('[data-form="rating"]')) {
    form.replaceChildren($("rating-fields").content.cloneNode(true));
    form.querySelector(".scale").append(...Array.from({ length: 11 }, (_, pain) => {
      const [label, input] = choice("radio", "pain", pain, String(pain), "");
      input.required = true;
      return label;
    }));
  }
  for (const form of document.querySelectorAll("form")) if (form.dataset.form !== "choose") say(form.querySelector(".answer"), "", true);
  felt();
}

function layOutWords() {
  $("ask").replaceChildren(...Object.entries(words.questions).map(([key, text]) => {
    const box = named("fieldset", "", "question");
    const pair = named("div", "", "pair");
    for (const answer of ["no", "yes"]) {
      const [label, input] = choice("radio", key, answer, answer, "");
      input.required = true;
      pair.append(label);
    }
    box.append(named("legend", text), pair);
    return box;
  }));
  $("signs").replaceChildren(...Object.entries(words.signs).map(([key, text]) => choice("checkbox", "sign", key, text)[0]));
  $("preparations").replaceChildren(...Object.entries(words.prepared).map(([key, text]) => {
    const [label, input] = choice("radio", "what", key, text, "option");
    input.required = true;
    return label;
  }));
  $("normal").textContent = words.normal;
}

function offers(of) {
  const now = of.offers.filter((offer) => !offer.refused.length);
  const later = of.offers.filter((offer) => offer.refused.length);
  const more = named("details", "");
  more.setAttribute("aria-label", "Sessions that are not offered now");
  more.append(named("summary", `Not now (${later.length})`), ...later.map((offer) => option(of, offer)));
  $("offers").replaceChildren(...now.map((offer) => option(of, offer)), ...(later.length ? [more] : []));
}

function option(of, offer) {
  const [label, input, span] = choice("radio", "protocol", offer.name, offer.title, "option");
  input.required = true;
  input.checked = of.chosen && offer.name === plan;
  span.append(named("small", offer.stages.map((stage) => `${stage.angle_deg}° for ${Math.round(stage.hold_s)} s`).join(", then ")));
  span.append(...offer.refused.map((refused) => named("small", `✗ ${refused.says} ${refused.way_back}`, "why")));
  return label;
}

function nothing() {
  const item = named("li", "", "good");
  item.append(mark("good"), named("b", "Nothing here."), document.createTextNode("The table itself may still want something: its locks, the spotter."));
  return item;
}

const reopened = new Set();

// What has been told is folded away until it is to be told again.
function state(id, open, done, again = true) {
  const form = $(id).querySelector("form");
  const folded = !open && !reopened.has(id) && form.querySelector(".answer").textContent === "";
  form.hidden = folded;
  for (const note of $(id).querySelectorAll(".note")) note.hidden = folded;
  let button = $(id).querySelector(".again");
  if (!button) {
    button = Object.assign(named("button", "Tell again", "tool again"), { type: "button" });
    button.addEventListener("click", () => {
      reopened.add(id);
      state(id, open, done, again);
    });
    $(id).append(button);
  }
  button.hidden = !folded || !again;
  const node = $(id).querySelector(".state");
  node.textContent = open ? "○ still to do" : done;
  node.className = `state ${open ? "care" : "good"}`;
}

function show() {
  const of = person();
  for (const section of document.querySelectorAll(".desk > section:not(#who)")) section.hidden = !of;
  const chosen = told.people.find((each) => each.chosen);
  $("chosen").textContent = chosen ? `Next on the table: ${chosen.name}.` : "Nobody you may see is next on the table.";
  if (!of) return;
  const key = `${of.key} ${of.next_session}`;
  if (key !== shownFor) {
    layOut(of);
    reopened.clear();
  }
  shownFor = key;
  const rows = [...(of.chosen ? [] : [{ name: "nobody_chosen", says: `${of.name} is not chosen as next.`, way_back: "START is for whoever is.", rule: "TP15" }]), ...of.refused];
  $("refused").replaceChildren(...rows.map((refused) => {
    const item = named("li", "", "care");
    item.append(mark("care"), named("b", refused.says), document.createTextNode(`${refused.way_back} `), named("span", refused.rule, "rule"), document.createElement("br"), ...lifts(refused, ""));
    return item;
  }), ...(rows.length ? [] : [nothing()]));
  $("remarks").textContent = of.notes.join(" ");
  const open = new Set(of.asks.map((each) => WHERE[each]));
  const before = of.asks.includes("heat") ? "heat" : "water";
  for (const id of ["questions", "practised", "set-up"]) state(id, open.has(id), "✓ told");
  state("before", open.has("before"), "✓ told", false);
  state("prepared", open.has("prepared"), "✓ told");
  if (open.has("prepared") && before === "water") $("prepared").querySelector(".state").textContent = "○ advised, not needed for START";
  if (open.has("before")) $("before").querySelector(".state").textContent = "○ advised, not needed for START";
  for (const id of ["after", "felt"]) {
    $(id).hidden = last(of) === null;
    state(id, open.has(id), "✓ told", id === "felt");
  }
  $("after-title").firstChild.data = `How is it after session ${last(of)}? `;
  $("felt-title").firstChild.data = `What was felt in session ${last(of)}? `;
  $("before-title").firstChild.data = `How is it before session ${of.next_session}? `;
  $("set-up-title").firstChild.data = `Set-up before session ${of.next_session} `;
  offers(of);
}

async function load() {
  const response = await fetch(`/records?person=${encodeURIComponent($("person").value)}`);
  if (response.status === 401) return location.assign("/login");
  $("leave").hidden = response.headers.get("x-logged-in") !== "yes";
  const found = await response.json();
  if (found.wrong) {
    $("chosen").textContent = `Nothing can be shown: ${found.wrong}`;
    return;
  }
  told = found;
  if (words === null) {
    words = found.words;
    layOutWords();
  }
  $("person").replaceChildren(...told.people.map((each) => Object.assign(named("option", each.name), { value: each.key })));
  $("person").value = told.person?.key ?? "";
  if (!told.people.length) $("chosen").textContent = "Nobody is recorded yet: inversion-table-people add begins it.";
  show();
}

// ------------------------------------------------------------------ the table

function heard({ state: now }) {
  const table = now?.table;
  if (!table) return;
  showNotes(table);
  const idle = table.mode === "IDLE";
  const busy = idle ? "" : "The table is in use. What you tell counts only while it stands idle at upright rest; wait until it is ready again.";
  if ($("busy").textContent !== busy) {
    $("busy").textContent = busy;
    $("busy").hidden = idle;
  }
  const seen = `${table.mode} ${table.plan?.name ?? ""} ${table.refusals.map((each) => each.name).join()}`;
  if (seen === heard.seen) return;
  heard.seen = seen;
  plan = table.plan?.name ?? "";
  clearTimeout(heard.soon);
  heard.soon = setTimeout(load, WAIT_MS); // what the service sees anew, the records have
}

function link(how, silent) {
  $("link").dataset.link = how;
  const line = { good: "Connected", silent: silent === null ? "No word from the controller yet" : `No word from the controller for ${Math.round(silent)} s`, lost: "Connection lost; trying again" }[how];
  if ($("link").textContent !== line) $("link").textContent = line;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = { light: "light", dark: "dark" }[localStorage.getItem("theme")] ?? (dark.matches ? "dark" : "light");
$("person").addEventListener("change", load);
$("leave").addEventListener("click", async () => {
  await fetch("/logout", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  location.assign("/login");
});
await load();
if (location.hash) document.getElementById(location.hash.slice(1))?.focus(); // the forms were laid out after the browser had looked for it
listen(heard, link);
