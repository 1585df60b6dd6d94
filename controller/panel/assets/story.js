// The story of a session, newest first: modes with their reasons, refusals, questions, words, what the bench did.
import { clock } from "./chart.js";

const MOST = 300;
const KINDS = {
  // kind: [mark, class]
  mode: ["▸", "mode"], refusal: ["✗", "care"], reason: ["!", "bad"], cleared: ["✓", "good"], prompt: ["…", "say"], ask: ["?", "care"], answer: ["✓", "good"],
  ladder: ["☎", "bad"], button: ["●", ""], plan: ["☰", ""], proof: ["✓", ""], say: ["“", "say"], "say now": ["“", "say"], bench: ["⚒", "care"],
};

export function named(name, words, className = "") {
  const node = document.createElement(name);
  node.textContent = words;
  if (className) node.className = className;
  return node;
}

export class Story {
  constructor(list, modes) {
    this.list = list;
    this.modes = modes;
    this.keys = new Set();
  }

  clear() {
    this.list.replaceChildren();
    this.keys.clear();
  }

  key(event) {
    return `${event.at_s} ${event.kind} ${event.text}`;
  }

  knows(event) {
    return this.keys.has(this.key(event));
  }

  words(event) {
    if (event.kind === "mode") return this.modes[event.text]?.happens ?? event.text;
    if (event.kind === "button") return `${event.text} pressed`;
    return event.text;
  }

  add(event) {
    if (event.kind.startsWith("say") && event.text === this.told) return; // a prompt is told before it is said
    this.told = event.text;
    const [mark, className] = KINDS[event.kind] ?? ["·", ""];
    this.keys.add(this.key(event));
    const item = document.createElement("li");
    item.className = className;
    const words = named("span", this.words(event));
    if (event.kind === "mode") words.prepend(named("b", this.modes[event.text]?.title ?? event.text));
    if (event.rule) words.append(named("span", event.rule, "rule"));
    const sign = named("span", mark);
    sign.setAttribute("aria-label", event.kind);
    item.append(named("time", clock(event.at_s)), sign, words);
    this.list.prepend(item);
    while (this.list.children.length > MOST) this.list.lastChild.remove();
  }
}
