// Buzzer and voice of this page: silent until asked, because a page may not make noise by itself.
const TONE_HZ = { warning: 880, ask: 1320, alarm: 1175, help: 988 };
const LATE_WORDS = 2; // more than this waiting: only what is urgent is still said

export class Sound {
  // `loudspeaker` plays the table's own rendered phrases; where there is no speech engine the browser's voice has to do.
  constructor(cycles, loudspeaker) {
    this.loudspeaker = loudspeaker;
    this.cycles = cycles; // pattern -> [cycle seconds, [[from, to], ...]]
    this.pattern = "off";
    this.beganMs = 0;
    this.buzzing = this.button("sound", "Sound", (on) => on && this.audio());
    this.speaking = this.button("voice", "Voice", (on) => this.hush(on));
    this.own = loudspeaker.trouble === "";
    if (!this.own && !("speechSynthesis" in window)) document.getElementById("voice").hidden = true;
    document.getElementById("voice").title = this.own ? "The table's own voice" : `The browser's voice, not the table's: ${loudspeaker.trouble}`;
    setInterval(() => this.tick(), 25);
  }

  button(id, words, change) {
    const node = document.getElementById(id);
    const state = { on: false };
    node.addEventListener("click", () => {
      state.on = !state.on;
      node.setAttribute("aria-pressed", String(state.on));
      node.textContent = `${words} ${state.on ? "on" : "off"}`;
      change(state.on);
    });
    return state;
  }

  hush(on) {
    this.tell(on && !this.own ? document.getElementById("voice").title : "");
    if (on) return;
    this.loudspeaker.silence();
    globalThis.speechSynthesis?.cancel();
  }

  // A phrase without a sound is written where everybody reads it, and the browser's voice says it where there is one.
  unheard(words) {
    this.tell(`Not heard, so read it: “${words}”`);
    this.byBrowser(words);
  }

  tell(words) {
    document.getElementById("voice-words").textContent = words;
  }

  audio() {
    if (this.gain) return;
    const context = new AudioContext();
    this.tone = context.createOscillator();
    this.gain = context.createGain();
    this.tone.type = "square";
    this.gain.gain.value = 0;
    this.tone.connect(this.gain).connect(context.destination);
    this.tone.start();
  }

  buzz(pattern) {
    if (pattern === this.pattern) return;
    this.pattern = pattern;
    this.beganMs = performance.now();
  }

  tick() {
    if (!this.gain) return;
    const [cycle, stretches] = this.cycles[this.pattern] ?? [1, []];
    const phase = ((performance.now() - this.beganMs) / 1000) % cycle;
    const sounds = this.buzzing.on && stretches.some(([from, to]) => from <= phase && phase < to);
    if (sounds) this.tone.frequency.value = TONE_HZ[this.pattern] ?? 1000;
    this.gain.gain.value = sounds ? 0.05 : 0;
  }

  say(words, urgent) {
    if (!this.speaking.on) return;
    if (this.own) return void this.loudspeaker.say(words, urgent);
    if (!("speechSynthesis" in window)) return;
    this.waiting = speechSynthesis.pending ? (this.waiting ?? 0) + 1 : 0;
    if (urgent) speechSynthesis.cancel();
    else if (this.waiting > LATE_WORDS) return;
    this.byBrowser(words);
  }

  byBrowser(words) {
    if (!("speechSynthesis" in window)) return;
    const said = new SpeechSynthesisUtterance(words);
    said.lang = "en";
    speechSynthesis.speak(said);
  }
}
