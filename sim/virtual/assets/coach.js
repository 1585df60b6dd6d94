// What somebody who has never seen the table could do now, and where.  Words and places only.
const LEVEL_DEG = -3;

function step(words, ...at) {
  return { words, at };
}

function beforeStart(table, look) {
  const says = table.refusals.map((refusal) => refusal.says).join(" ");
  const open = ["left", "right"].filter((side) => !look[`${side}_closed`]);
  if (look.mushroom_in) return step("Twist the emergency stop out", "twist");
  if (says.includes("seen open since")) return step(open.length ? "Now close both ankle locks again" : "Open both ankle locks and close them again: the table wants to see them work", "left", "right");
  if (open.length) return step(open.length === 2 ? "The person steps on: close both ankle locks" : "Close the other ankle lock too", ...open);
  const paper = look.open[0];
  if (paper) return paper.offer || paper.next_day ? step(`Not yet: ${paper.says} What lifts it stands under “What stands in the way”`, paper.name) : step(`Not on this table: ${paper.says} Put somebody else on it`, "fresh");
  if (says.includes("Nobody is chosen") || says.includes("not recorded yet")) return step("The records are being read: a moment");
  if (says.includes("OK and SPOTTER")) return step("After checking the locks, hold OK and SPOTTER together for 5 s (let fingers stay)", "ok", "spotter");
  if (says.includes("latched")) return step("Hold OK for 3 seconds", "ok");
  if (says.includes("spotter")) return step("Somebody watches: press SPOTTER", "spotter");
  if (!table.refusals.length) return step("Everything is ready: press START", "start");
  return step(table.refusals[0].way_back);
}

const BY_MODE = {
  STARTING: () => step("The controller is starting"),
  IDLE: beforeStart,
  PROOF_TEST: () => step("The table tests itself. Watch."),
  DESCENDING: () => step("Watch. Or try RETURN, E-STOP, an ankle lock, or the workbench"),
  HOLDING: () => step("RETURN brings the person up before the time is over", "return"),
  PAUSED: () => step("OK goes on, RETURN comes up", "ok", "return"),
  RETURNING: () => step("Coming up by itself. DIZZY stops it at 30°"),
  RESTING: () => step("The rest at 30°. It goes on by itself"),
  BOARD_RETURN: () => step("Hands off: the drive board brings the person up"),
  LEVEL_WAIT: () => step("Is the person all right? OK or RETURN", "ok", "return"),
  DIZZY_BACK: () => step("RETURN when it has passed", "return"),
  DIZZY_WAIT: () => step("RETURN when it has passed", "return"),
  SETTLING: () => step("Stay standing, locks closed, until RELEASE OK is lit"),
  RELEASE: (_, look) => step("Open both ankle locks", ...["left", "right"].filter((side) => look[`${side}_closed`])),
  STOPPED: stopped,
  RESCUE: () => step("Keep RETURN held until the table is upright", "return"),
  FAULT: (table) => (table.board.at_upright ? step("Hold OK for 3 seconds", "ok") : step("Press RETURN once: one slow return", "return")),
};

function stopped(table, look) {
  if (look.mushroom_in) return step("Stopped dead. Twist the mushroom out", "twist");
  if (table.board.at_upright) return step("Hold OK for 3 seconds to reset", "ok");
  return step("Hold RETURN: it comes up only while held", "return");
}

export function nextStep(table, look) {
  if (!look.pi_runs) {
    if (look.angle_deg > -70 && Math.abs(look.angle_deg - LEVEL_DEG) < 3 && Math.abs(look.rate_dps) < 0.1) return step("The drive board waits at level: OK or RETURN", "ok", "return");
    return step("No controller: watch the drive board. Start the Pi again in the workbench");
  }
  return table ? BY_MODE[table.mode](table, look) : step("Waiting for the controller");
}
