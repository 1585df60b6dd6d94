// The table's own voice: rendered files played in turn.  An alarm cuts a prompt, nothing cuts an alarm, what waits too long is dropped.
const STALE_MS = 6000; // this and the next as controller/voice/turn.py
const BREATH_MS = 500;

export class Loudspeaker {
  // `missing` hears what cannot be played.
  constructor(trouble, missing) {
    this.trouble = trouble; // why there are no files; empty when there are
    this.missing = missing;
    this.waiting = [];
    this.speaking = null;
    this.player = new Audio();
    this.player.addEventListener("ended", () => this.next());
    this.player.addEventListener("error", () => this.player.error && this.failed(this.speaking)); // one of a file before is none of this one
  }

  say(text, urgent) {
    if ([...this.waiting, this.speaking].some((other) => other && other.text === text && other.urgent >= urgent)) return;
    if (urgent) this.waiting = this.waiting.filter((other) => other.urgent);
    this.waiting.push({ text, urgent, askedMs: performance.now() });
    if (!this.speaking || (urgent && !this.speaking.urgent)) this.next();
  }

  next() {
    const now = performance.now();
    const before = this.speaking?.askedMs ?? -Infinity;
    this.waiting = this.waiting.filter((other) => other.urgent || now - other.askedMs <= STALE_MS || other.askedMs - before <= BREATH_MS);
    const at = Math.max(0, this.waiting.findIndex((other) => other.urgent));
    [this.speaking = null] = this.waiting.splice(at, 1);
    document.body.dataset.speaking = this.speaking ? this.speaking.text : "";
    if (!this.speaking) return this.player.pause();
    const turn = this.speaking;
    this.player.src = `/spoken/${encodeURIComponent(turn.text)}`;
    this.player.play().catch((error) => error.name === "AbortError" || this.failed(turn));
  }

  // A file that is not there is told twice, as an event and by `play`; the next in turn must not pay for it.
  failed(turn) {
    if (!turn || turn !== this.speaking) return;
    this.missing(turn.text);
    this.next();
  }

  silence() {
    this.waiting = [];
    this.next();
  }
}
