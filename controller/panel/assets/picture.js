// The table from the side, drawn to the inversion angle: 0 level, + head down.  Knows nothing of where the numbers come from.
const NS = "http://www.w3.org/2000/svg";
const PIVOT = { x: 318, y: 238 };
const REACH = 205;

function make(parent, name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

// Where the head end points at that angle.
function at(angleDeg, radius) {
  const turn = (angleDeg * Math.PI) / 180;
  return [PIVOT.x + radius * Math.cos(turn), PIVOT.y + radius * Math.sin(turn)];
}

function arc(fromDeg, toDeg, radius) {
  const [x1, y1] = at(fromDeg, radius);
  const [x2, y2] = at(toDeg, radius);
  return `M${x1} ${y1}A${radius} ${radius} 0 ${Math.abs(toDeg - fromDeg) > 180 ? 1 : 0} ${toDeg > fromDeg ? 1 : 0} ${x2} ${y2}`;
}

export class Picture {
  constructor(svg, limits) {
    this.svg = svg;
    this.limits = limits;
    this.scale();
    make(svg, "path", { class: "floor", d: "M70 470H570" });
    make(svg, "path", { class: "stand", d: `M${PIVOT.x} ${PIVOT.y}L222 466M${PIVOT.x} ${PIVOT.y}L414 466M262 380H374` });
    this.tilt = make(svg, "g", { class: "tilt" });
    this.tilt.style.transformOrigin = `${PIVOT.x}px ${PIVOT.y}px`;
    const body = make(this.tilt, "g", { transform: `translate(${PIVOT.x} ${PIVOT.y})` });
    this.bed(body);
    this.person(body);
    this.turn = make(svg, "path", { class: "turn" });
    this.turnHead = make(svg, "path", { class: "turnhead" });
    this.hub = make(svg, "circle", { class: "hub", cx: PIVOT.x, cy: PIVOT.y, r: 25 });
    this.hubText = make(svg, "text", { class: "hubtext", x: PIVOT.x, y: PIVOT.y + 4 });
  }

  scale() {
    const { upright_deg: up, gate_deg: gate, gate_half_deg: half } = this.limits;
    const radius = REACH + 18;
    make(this.svg, "path", { class: "arc", d: arc(up, 90, radius) });
    this.allowed = make(this.svg, "path", { class: "arc-allowed" });
    make(this.svg, "path", { class: "arc-gate", d: arc(gate - half, gate + half, radius) });
    for (const deg of [up, -30, 0, gate, 60, 90]) {
      const [x1, y1] = at(deg, radius - 6);
      const [x2, y2] = at(deg, radius + 6);
      make(this.svg, "path", { class: "tick", d: `M${x1} ${y1}L${x2} ${y2}` });
      const [x, y] = at(deg, radius + 15);
      const words = { [up]: "upright", 0: "0° level", [gate]: `${gate}° rest` }[deg] ?? `${deg}°`;
      const anchor = deg > 75 ? "middle" : "start";
      make(this.svg, "text", { class: deg === gate ? "ticktext gate" : "ticktext", x, y: y + (deg > 75 ? 13 : 5), "text-anchor": anchor }, words);
    }
    this.target = make(this.svg, "path", { class: "target", visibility: "hidden" });
  }

  bed(body) {
    make(body, "rect", { class: "bedframe", x: -205, y: 9, width: 410, height: 8, rx: 4 });
    make(body, "rect", { class: "bed", x: -150, y: -3, width: 345, height: 13, rx: 6 });
    make(body, "rect", { class: "bedframe", x: -205, y: -34, width: 7, height: 50, rx: 3 });
  }

  person(body) {
    this.figure = make(body, "g", {});
    make(this.figure, "path", { class: "limb trousers", "stroke-width": 25, d: "M-178 -19H-12" });
    make(this.figure, "path", { class: "limb skin", "stroke-width": 15, d: "M-184 -19L-187 -44" });
    this.torso = make(this.figure, "path", { class: "limb cloth", "stroke-width": 35, d: "M-4 -24H98" });
    make(this.figure, "path", { class: "limb skin", "stroke-width": 14, d: "M106 -25H128" });
    make(this.figure, "circle", { class: "skin", cx: 148, cy: -26, r: 21 });
    make(this.figure, "path", { class: "hair", d: "M152 -47A21 21 0 1 1 147 -5C158 -12 164 -34 152 -47Z" });
    this.crossed = make(this.figure, "path", { class: "limb skin", "stroke-width": 12, d: "M92 -33L58 -46L34 -38" });
    this.overhead = make(this.figure, "path", { class: "limb skin", "stroke-width": 12, d: "M96 -33L140 -58L198 -46" });
    this.clamps = {};
    for (const [side, x] of [["left", -138], ["right", -166]]) {
      const group = make(body, "g", {});
      this.clamps[side] = {
        ring: make(group, "path", {}),
        text: make(group, "text", { "text-anchor": "middle" }, side === "left" ? "L" : "R"),
        x,
      };
    }
  }

  show({ angle, rate, left, right, arms, brake, powered, ceiling, target, mass }) {
    this.tilt.style.transform = `rotate(${angle}deg)`;
    for (const [side, closed] of [["left", left], ["right", right]]) this.clamp(this.clamps[side], closed, angle);
    this.crossed.setAttribute("visibility", arms ? "hidden" : "visible");
    this.overhead.setAttribute("visibility", arms ? "visible" : "hidden");
    this.torso.setAttribute("stroke-width", 26 + (mass ?? 80) / 9);
    this.hub.setAttribute("class", brake ? "hub set" : "hub turning");
    this.hubText.textContent = brake ? "BRAKE" : powered ? "MOTOR" : "FREE";
    this.allowed.setAttribute("d", arc(this.limits.upright_deg, ceiling ?? this.limits.upright_deg, REACH + 18));
    this.mark(target);
    this.arrow(angle, rate);
  }

  clamp({ ring, text, x }, closed, angle) {
    ring.setAttribute("class", closed ? "clamp" : "clamp open");
    ring.setAttribute("d", closed ? `M${x} 8V-36` : `M${x} 8L${x - 2} -4M${x + 3} -30L${x + 14} -56`);
    text.setAttribute("transform", `translate(${x + (closed ? 0 : 18)} ${closed ? -50 : -68}) rotate(${-angle}) translate(0 5)`);
    text.setAttribute("class", closed ? "clamptext" : "clamptext open");
  }

  mark(target) {
    this.target.setAttribute("visibility", target === null || target === undefined ? "hidden" : "visible");
    if (target === null || target === undefined) return;
    const points = [at(target, REACH + 10), at(target - 2.4, REACH - 6), at(target + 2.4, REACH - 6)];
    this.target.setAttribute("d", `M${points.map((point) => point.join(" ")).join("L")}Z`);
  }

  arrow(angle, rate) {
    const shown = Math.abs(rate) > 0.1;
    for (const part of [this.turn, this.turnHead]) part.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown) return;
    const ahead = Math.sign(rate) * (8 + 6 * Math.min(3, Math.abs(rate)));
    const from = angle + Math.sign(rate) * 7;
    const to = from + ahead;
    const radius = REACH - 32;
    this.turn.setAttribute("d", arc(from, to, radius));
    const points = [at(to + Math.sign(rate) * 4, radius), at(to, radius - 10), at(to, radius + 10)];
    this.turnHead.setAttribute("d", `M${points.map((point) => point.join(" ")).join("L")}Z`);
  }
}
