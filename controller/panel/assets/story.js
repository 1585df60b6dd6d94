// The story of a session, newest first: modes with their reasons, refusals, questions, words, what the bench did.
import { clock } from "./chart.js";

const MOST = 300;
const KINDS = {
  // kind: [mark, class]
  mode: ["▸", "mode"], refusal: ["✗", "care"], reason: ["!", "bad"], cleared: ["✓", "good"], prompt: ["…", "say"], ask: ["?", "care"], answer: ["✓", "good"],
  ladder: ["☎", "bad"], button: ["●", ""], plan: ["☰", ""], proof: ["✓", ""], load: ["⚖", ""], say: ["“", "say"], "say now": ["“", "say"], bench: ["⚒", "care"],
};
// What a mark stands for, for who does not see it.
const SIGNS = {
  mode: "Now", refusal: "START refused", reason: "Reason", cleared: "Over", prompt: "Prompt", ask: "Question", answer: "Answer", ladder: "Help",
  button: "Button", plan: "Plan", proof: "Test", load: "Load", say: "Said", "say now": "Said at once", bench: "Workbench",
};

export function named(name, words, className = "") {
  const node = document.createElement(name);
  node.textContent = words;
  if (className) node.className = className;
  return node;
}

const MARKS = { bad: "■", care: "✗", quiet: "○", good: "✓" };
// What the colour of a row says, as a sign.
export function mark(tone) {
  const node = named("span", MARKS[tone], "mark");
  node.setAttribute("aria-hidden", "true");
  return node;
}

export class Story {
  constructor(list, { modes, reasons }) {
    this.list = list;
    this.modes = modes;
    this.reasons = reasons; // name -> what happened
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

  // In the words of the panel's own table, whatever the service calls it.
  words({ kind, text }) {
    const [name, ...rest] = text.split(": ");
    const told = {
      mode: () => this.modes[text]?.happens,
      button: () => `${text} pressed`,
      reason: () => this.reasons[name] ?? rest.join(": "),
      cleared: () => (this.reasons[text] ? `No longer: ${this.reasons[text]}` : undefined),
      ladder: () => (text === "off" ? "Help is no longer called." : rest.join(": ")),
      proof: () => (text === "passed" ? "Every test is passed." : undefined),
      load: () => `Load check: ${text}`,
      answer: () => "The person has answered.",
    }[kind]?.();
    return told || text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
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
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", SIGNS[event.kind] ?? event.kind);
    item.append(named("time", clock(event.at_s)), sign, words);
    this.list.prepend(item);
    while (this.list.children.length > MOST) this.list.lastChild.remove();
  }
}
