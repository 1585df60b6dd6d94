// The live view of a real table.  It shows; it has no way to move anything.
import { Page } from "/assets/page.js";

const page = await Page.open();
page.desk = "/desk";
const NAMES = { start: "START", return: "RETURN", dizzy: "DIZZY", ok: "OK", select_minus: "SELECT −", select_plus: "SELECT +", spotter: "SPOTTER" };
const pressed = document.getElementById("pressed");
document.getElementById("sound").hidden = true;
document.getElementById("voice").hidden = true;
page.watchers.push((state) => {
  const down = (state.table?.pressed ?? []).map((name) => NAMES[name]);
  const stop = state.table && !state.table.estop_closed ? ["E-STOP"] : [];
  const words = [...stop, ...down].join(", ") || "none";
  if (pressed.textContent !== words) pressed.textContent = words;
});
page.run();
