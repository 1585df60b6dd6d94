// The table's own voice: rendered files played in turn.  An alarm cuts a prompt, nothing cuts an alarm, what waits too long is dropped.
const STALE_MS = 6000; // as controller/voice/turn.py

export class Loudspeaker {
  constructor(trouble) {
    this.trouble = trouble; // why there are no files; empty when there are
    this.waiting = [];
    this.speaking = null;
    this.player = new Audio();
    this.player.addEventListener("ended", () => this.next());
    this.player.addEventListener("error", () => this.speaking && this.next());
  }

  say(text, urgent) {
    if ([...this.waiting, this.speaking].some((other) => other && other.text === text && other.urgent >= urgent)) return;
    if (urgent) this.waiting = this.waiting.filter((other) => other.urgent);
    this.waiting.push({ text, urgent, askedMs: performance.now() });
    if (!this.speaking || (urgent && !this.speaking.urgent)) this.next();
  }

  next() {
    const now = performance.now();
    this.waiting = this.waiting.filter((other) => other.urgent || now - other.askedMs <= STALE_MS);
    const at = Math.max(0, this.waiting.findIndex((other) => other.urgent));
    [this.speaking = null] = this.waiting.splice(at, 1);
    document.body.dataset.speaking = this.speaking ? this.speaking.text : "";
    if (!this.speaking) return this.player.pause();
    this.player.src = `/spoken/${encodeURIComponent(this.speaking.text)}`;
    this.player.play().catch((error) => error.name === "AbortError" || this.next());
  }

  silence() {
    this.waiting = [];
    this.next();
  }
}
