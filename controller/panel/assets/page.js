// The page that shows a table: one message in, everything on the screen put to it.  Sends nothing.
import { Chart, clock } from "./chart.js";
import { lifts } from "./forms.js";
import { listen } from "./stream.js";
import { showNotes } from "./notes.js";
import { Picture } from "./picture.js";
import { Story, mark, named } from "./story.js";

const $ = (id) => document.getElementById(id);

export const TONES = {
  STARTING: "quiet", IDLE: "good", PROOF_TEST: "move", DESCENDING: "move", HOLDING: "good", PAUSED: "care", RETURNING: "move", RESTING: "good",
  BOARD_RETURN: "care", LEVEL_WAIT: "care", DIZZY_BACK: "care", DIZZY_WAIT: "care", SETTLING: "good", RELEASE: "good", STOPPED: "bad", RESCUE: "bad", FAULT: "bad",
};
const TONE_WORDS = { quiet: "Waiting", good: "All is well", move: "The table moves", care: "Something needs attention", bad: "Stopped for safety" };
const TONE_MARKS = { quiet: "○", good: "✓", move: "➤", care: "!", bad: "■" };
const LAMP_WORDS = { off: "off", on: "on", blink: "blinks", flash: "flashes" };
const BUZZER_WORDS = { off: "", warning: "buzzer: motion is about to begin", ask: "buzzer: a question", alarm: "buzzer: alarm", help: "buzzer: help is called" };
const BOARD_WORDS = {
  BRAKED: "braked, ready", FOLLOW: "lets the Pi lead", ASCENT: "brings the person up by itself", RESCUE: "moves while RETURN is held", STOPPED: "emergency stop, latched", FAULT: "stopped for a fault, latched",
};

function put(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

export class Page {
  static async open() {
    const words = await (await fetch("/words")).json();
    return new Page(words);
  }

  constructor(words) {
    this.words = words;
    this.age = null;
    this.mode = null;
    this.drawnMs = 0;
    this.watchers = [];
    this.link = "wait";
    this.desk = ""; // where the forms are that lift a refusal; nowhere
    this.picture = new Picture($("picture"), words.limits);
    this.chart = new Chart($("plot"), $("window"), words.limits, TONES);
    this.story = new Story($("story"), words);
    theme(() => this.chart.build());
  }

  run() {
    listen((message) => this.show(message), (link, silent) => this.showLink(link, silent));
  }

  showLink(link, silent) {
    const words = { good: "Connected", silent: silent === null ? "No word from the controller yet" : `No word from the controller for ${Math.round(silent)} s`, lost: "Connection lost; trying again" }[link];
    $("link").dataset.link = link;
    put($("link"), words);
    this.link = link;
  }

  show(message) {
    const { state, story } = message;
    if (this.age !== null && this.age !== story.age || this.fresh(story)) this.forget();
    this.age = story.age;
    for (const event of story.events) this.tell(event);
    this.chart.add(story.trace);
    if (state === null) return;
    const { table, look } = state;
    this.table = table;
    this.look = look;
    this.alive = look ? look.pi_runs : this.link === "good";
    this.showStage(table, look);
    if (table) this.showPanel(table, look);
    this.showOpen(table);
    showNotes(this.alive ? table : null);
    this.showTimers(table);
    if (look) this.chart.seen(look.now_s, look.angle_deg);
    if (Date.now() - this.drawnMs > 200) {
      this.drawnMs = Date.now();
      this.chart.ceiling = table?.plan?.ceiling_deg ?? null;
      this.chart.draw();
    }
    for (const watcher of this.watchers) watcher(state, this);
  }

  // After a reconnection the whole story comes again.
  fresh(story) {
    const again = this.last !== undefined && story.events.length > 0 && this.story.knows(story.events[0]);
    this.last = story;
    return again;
  }

  forget() {
    this.chart.clear();
    this.story.clear();
    this.mode = null;
  }

  tell(event) {
    if (event.kind === "mode") this.chart.mode(event.at_s, event.text);
    if (event.kind.startsWith("say")) put($("spoken"), event.text);
    if (event.kind === "reason" || event.kind === "refusal" || event.kind === "ladder") put($("alarm"), this.story.words(event));
    this.story.add(event);
    this.onEvent?.(event);
  }

  // ---------------------------------------------------------------- stage

  about(table, look) {
    if (look && !look.pi_runs) {
      return { title: "The controller is dead", happens: `The Pi's program does not run. The drive board is alone, and ${BOARD_WORDS[look.board_mode]}.`, next: "RETURN and OK still work: they are wired to the drive board too.", tone: "bad" };
    }
    if (!table) return { title: "Nothing heard yet", happens: "The controller has not said anything so far.", next: "", tone: "quiet" };
    if (!this.alive) {
      return { title: "The controller is silent", happens: "What is shown here is old. Go and look at the table itself.", next: "If a person is on it: the drive board stops and brings them up by itself.", tone: "bad" };
    }
    const words = this.words.modes[table.mode];
    const reason = table.reasons[0];
    const idleOpen = table.mode === "IDLE" && table.refusals.length > 0;
    const title = table.mode === "DESCENDING" || table.mode === "HOLDING" ? table.lines[0].trim().replace(/\s+\S+$/, "") : words.title;
    return {
      title: idleOpen ? "Not ready yet" : title,
      happens: reason && table.mode !== "IDLE" ? `${reason.says} ${words.happens}` : words.happens,
      next: idleOpen ? `${table.refusals[0].says} ${table.refusals[0].way_back}` : words.next,
      tone: table.ladder > 0 ? "bad" : idleOpen ? "quiet" : TONES[table.mode],
    };
  }

  showStage(table, look) {
    const about = this.about(table, look);
    put($("mode-title"), about.title);
    put($("mode-happens"), about.happens);
    put($("mode-next"), about.next);
    $("now").dataset.tone = about.tone;
    put($("tone-mark"), TONE_MARKS[about.tone]);
    put($("tone-words"), table?.ladder > 0 ? "Help is being called" : TONE_WORDS[about.tone]);
    if (this.said !== about.title) {
      this.said = about.title;
      put($("announce"), `${about.title}. ${about.next}`);
    }
    this.showNumbers(table, look);
    this.showChips(table, look);
  }

  showNumbers(table, look) {
    const board = table?.board;
    const angle = look?.angle_deg ?? table?.angle_deg ?? board?.angle_deg ?? this.words.limits.upright_deg;
    const rate = look?.rate_dps ?? table?.rate_dps ?? 0;
    const still = Math.abs(rate) < 0.1;
    put($("angle"), `${angle.toFixed(1).replace("-", "−")}°`);
    put($("rate"), still ? "still" : `${Math.abs(rate).toFixed(1)} °/s ${rate > 0 ? "down" : "up"}`);
    put($("motor"), `${(look?.motor_a ?? (board?.current_ma ?? 0) / 1000).toFixed(1).replace("-", "−")} A`);
    put($("battery"), `${(look?.battery_v ?? (board?.battery_mv ?? 0) / 1000).toFixed(1)} V`);
    this.picture.show({
      angle, rate,
      left: look?.left_closed ?? table?.left_closed ?? false,
      right: look?.right_closed ?? table?.right_closed ?? false,
      arms: look?.arms_overhead ?? false,
      brake: look?.brake_set ?? board?.brake_set ?? true,
      powered: look ? look.powered && Math.abs(look.duty) > 0.01 : !(board?.brake_set ?? true),
      ceiling: table?.plan?.ceiling_deg,
      target: this.alive ? table?.target_deg : null,
      mass: look?.person?.mass_kg,
    });
    put($("picture-words"), `The table at ${Math.round(angle)} degrees, ${angle > 0 ? "head down" : "head up"}, ${still ? "still" : rate > 0 ? "going down" : "coming up"}`);
  }

  showChips(table, look) {
    const board = look?.board_mode ?? table?.board.mode;
    const mains = look?.mains ?? table?.board.mains;
    const brake = look?.brake_set ?? table?.board.brake_set;
    const left = look?.left_closed ?? table?.left_closed;
    const right = look?.right_closed ?? table?.right_closed;
    const chips = [
      look ? [look.pi_runs ? "✓ Pi: runs" : "✗ Pi: dead", look.pi_runs ? "" : "bad"] : [this.alive ? "✓ Pi: heard" : "✗ Pi: silent", this.alive ? "" : "bad"],
      look ? [look.cable_in ? "✓ Cable: in" : "✗ Cable: out", look.cable_in ? "" : "bad"] : null,
      board ? [`Drive board: ${BOARD_WORDS[board]}`, { STOPPED: "bad", FAULT: "bad", ASCENT: "care", RESCUE: "care" }[board] ?? ""] : null,
      [brake ? "Brake: set" : "Brake: released", ""],
      [mains ? "✓ Mains: on" : "✗ Mains: off, on battery", mains ? "" : "care"],
      [`Left lock: ${left ? "closed" : "open"}`, left ? "" : "care"],
      [`Right lock: ${right ? "closed" : "open"}`, right ? "" : "care"],
      ...(look?.faults ?? []).map((name) => [`Fault: ${name.replaceAll("_", " ")}`, "bad"]),
    ].filter(Boolean);
    const key = JSON.stringify(chips);
    if (key === this.chips) return;
    this.chips = key;
    $("chips").replaceChildren(...chips.map(([words, tone]) => {
      const item = document.createElement("li");
      item.textContent = words;
      item.dataset.tone = tone;
      return item;
    }));
  }

  // ---------------------------------------------------------------- panel

  showPanel(table, look) {
    const dark = !this.alive;
    const [one, two] = dark ? [" ", " "] : table.lines;
    put($("line-1"), one.padEnd(21).slice(0, 21));
    put($("line-2"), two.padEnd(21).slice(0, 21));
    const turned = table.turned && !dark;
    $("display").classList.toggle("turned", turned);
    $("display").classList.toggle("dark", dark);
    $("turned").hidden = !turned;
    $("display").setAttribute("aria-label", dark ? "Display: dark" : `Display: ${one.trim()}. ${two.trim()}`);
    this.showLamps(table, look, dark);
    const board = look && look.board_buzzer !== "off" ? `drive board's ${BUZZER_WORDS[look.board_buzzer]}` : "";
    put($("buzz"), [dark ? "" : BUZZER_WORDS[table.buzzer], board].filter(Boolean).map((words) => `♪ ${words}`).join("  "));
  }

  // In real time the pins themselves are shown; faster, a browser could not see them blink.
  showLamps(table, look, dark) {
    const byPins = look !== undefined && look.ratio_now <= 2.5 && !reduced.matches;
    for (const item of $("lamps").children) {
      const name = item.dataset.lamp;
      const pattern = dark ? "off" : table.lamps[name];
      item.dataset.pattern = pattern;
      item.classList.toggle("by-clock", !byPins && pattern !== "on" && pattern !== "off");
      item.classList.toggle("lit", byPins ? look.lit[name] : pattern === "on" || (reduced.matches && pattern !== "off"));
      put(item.querySelector("small"), LAMP_WORDS[pattern]);
    }
  }

  // ---------------------------------------------------------------- lists

  showOpen(table) {
    const rows = [];
    if (!table || !this.alive) rows.push({ tone: "quiet", says: "Nothing is known while the controller is silent.", way_back: "START is refused.", rule: "SR11" });
    else {
      for (const reason of table.reasons) rows.push({ tone: "bad", ...reason });
      for (const words of table.board.reasons) rows.push({ tone: "bad", says: `Drive board: ${words}.`, way_back: "", rule: "" });
      for (const refusal of table.refusals) if (!rows.some((row) => row.says === refusal.says)) rows.push({ tone: table.mode === "IDLE" ? "care" : "quiet", ...refusal });
      if (!rows.length) rows.push({ tone: "good", says: "Nothing stands in the way.", way_back: "Press START.", rule: "SR11" });
    }
    put($("open-title"), table?.mode === "IDLE" ? `What stands in the way of START${rows[0].tone === "good" ? "" : ` (${rows.length})`}` : "What holds now");
    const key = JSON.stringify(rows);
    if (key === this.open) return;
    this.open = key;
    $("open").replaceChildren(...rows.map((row) => {
      const item = document.createElement("li");
      item.className = row.tone;
      item.append(mark(row.tone), named("b", row.says), document.createTextNode(row.way_back), ...(row.rule ? [named("span", row.rule, "rule")] : []));
      const ways = this.desk ? lifts(row, this.desk) : [];
      if (ways.length) item.append(document.createElement("br"), ...ways);
      return item;
    }));
  }

  showTimers(table) {
    if (!table) return;
    const { max_inverted_s: most, rest_s: rest } = this.words.limits;
    const stage = table.plan?.stages.reduce((sum, each) => sum + each.hold_s, 0) ?? 0;
    const rows = [
      ["Time upside down", `${clock(table.inverted_s)} of ${clock(most)}`, table.inverted_s / most],
      ["Hold left", this.alive && table.mode === "HOLDING" ? clock(table.hold_left_s) : "–", this.alive && table.mode === "HOLDING" && stage ? table.hold_left_s / stage : 0],
      ["Rest left", this.alive && table.mode === "RESTING" ? `${table.rest_left_s.toFixed(0)} s` : "–", this.alive && table.mode === "RESTING" ? table.rest_left_s / rest : 0],
      ["Session", table.plan ? table.plan.title : "none chosen", null],
      ["Deepest permitted", table.plan ? `${table.plan.ceiling_deg}°` : "–", null],
    ];
    if (!this.timers) {
      this.timers = rows.map(([name, , share]) => {
        const box = document.createElement("div");
        box.append(named("span", name), named("b", ""));
        if (share !== null) {
          const bar = document.createElement("progress");
          bar.max = 1;
          bar.setAttribute("aria-label", name);
          box.append(bar);
        }
        $("timers").append(box);
        return box;
      });
    }
    rows.forEach(([, value, share], index) => {
      const box = this.timers[index];
      put(box.querySelector("b"), value);
      if (share !== null) box.querySelector("progress").value = Math.min(1, share);
    });
  }
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

function theme(changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = $("theme");
  const set = (wish) => {
    localStorage.setItem("theme", wish);
    document.documentElement.dataset.theme = wish === "auto" ? (dark.matches ? "dark" : "light") : wish;
    put(button, `Theme: ${wish}`);
    changed();
  };
  dark.addEventListener("change", () => set(localStorage.getItem("theme") ?? "auto"));
  button.addEventListener("click", () => set({ auto: "light", light: "dark", dark: "auto" }[localStorage.getItem("theme") ?? "auto"]));
  set(localStorage.getItem("theme") ?? "auto");
}
