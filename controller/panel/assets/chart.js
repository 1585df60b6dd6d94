// Angle over time with the 30 degree mark, the permitted angle and the modes behind it.  uPlot draws.
const WINDOWS = [[120, "2 min"], [600, "10 min"], [Infinity, "All"]];
const MOST_POINTS = 4000;
const LEAST_SPAN_S = 60;

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Chart {
  constructor(box, choices, limits, tones) {
    this.box = box;
    this.limits = limits;
    this.tones = tones; // mode -> tone
    this.window = 600;
    this.ceiling = null;
    this.clear();
    for (const [seconds, words] of WINDOWS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.setAttribute("aria-pressed", String(seconds === this.window));
      button.addEventListener("click", () => this.choose(seconds, choices, button));
      choices.append(button);
    }
    this.build();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(box);
  }

  choose(seconds, choices, button) {
    this.window = seconds;
    for (const other of choices.children) other.setAttribute("aria-pressed", String(other === button));
    this.draw();
  }

  clear() {
    this.times = [];
    this.angles = [];
    this.modes = []; // [time, mode]
  }

  size() {
    return { width: Math.max(240, this.box.clientWidth), height: this.box.clientHeight - 4 };
  }

  build() {
    this.plot?.destroy();
    const ink = colour("--soft");
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui, sans-serif" };
    this.plot = new uPlot(
      {
        ...this.size(),
        pxAlign: false,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, y: false },
        scales: { x: { time: false, range: () => this.span() }, y: { range: () => [-82, 97] } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map(clock), space: 70 },
          { ...axis, values: (_, ticks) => ticks.map((value) => `${value}°`), splits: () => [-75, -45, 0, 30, 60, 90], size: 46 },
        ],
        series: [{}, { stroke: colour("--accent"), width: 2.5, spanGaps: false }],
        hooks: { drawClear: [(plot) => this.behind(plot)] },
      },
      [this.times, this.angles],
      this.box,
    );
  }

  span() {
    const last = this.times.at(-1) ?? 0;
    const first = this.times[0] ?? 0;
    const begin = Math.max(first, last - this.window);
    return [begin, Math.max(last, begin + LEAST_SPAN_S)];
  }

  behind(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const [index, [from, mode]] of this.modes.entries()) {
      const to = this.modes[index + 1]?.[0] ?? this.times.at(-1) ?? from;
      const [x1, x2] = [from, to].map((time) => Math.min(Math.max(plot.valToPos(time, "x", true), bbox.left), bbox.left + bbox.width));
      ctx.fillStyle = colour(`--${this.tones[mode] ?? "quiet"}-wash`);
      if (x2 > x1) ctx.fillRect(x1, bbox.top, x2 - x1, bbox.height);
    }
    const band = (from, to, name, alpha) => {
      const [y1, y2] = [plot.valToPos(to, "y", true), plot.valToPos(from, "y", true)];
      ctx.globalAlpha = alpha;
      ctx.fillStyle = colour(name);
      ctx.fillRect(bbox.left, y1, bbox.width, Math.max(1.5, y2 - y1));
      ctx.globalAlpha = 1;
    };
    band(this.limits.gate_deg - this.limits.gate_half_deg, this.limits.gate_deg + this.limits.gate_half_deg, "--good", 0.35);
    band(-0.3, 0.3, "--soft", 0.6);
    if (this.ceiling !== null) band(this.ceiling, this.ceiling + 0.6, "--move", 0.8);
    ctx.restore();
  }

  add(trace) {
    for (const [time, angle] of trace) this.point(time, angle);
  }

  point(time, angle) {
    if (this.times.length && time <= this.times.at(-1)) return;
    this.times.push(time);
    this.angles.push(angle);
    if (this.times.length > MOST_POINTS) {
      this.times.shift();
      this.angles.shift();
    }
  }

  // What a table without a controller still does, where the page can see it.
  seen(time, angle) {
    if (!this.times.length || time - this.times.at(-1) > 0.9) this.point(time, angle);
  }

  mode(time, mode) {
    this.modes.push([time, mode]);
    if (this.modes.length > 200) this.modes.shift();
  }

  draw() {
    this.plot.setData([this.times, this.angles]);
  }
}
