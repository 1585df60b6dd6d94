// What lifts which refusal of the programme: a form of the page "Before and after a session", or a command of whoever keeps the records.
export const FORMS = {
  // refusal: [form, words of the link]
  nobody_chosen: ["who", "Choose who is next"],
  questions_unanswered: ["questions", "Answer the health questions"],
  release_not_practised: ["practised", "Confirm the practice"],
  set_up_unconfirmed: ["set-up", "Go through the set-up"],
  felt_missing: ["felt", "Say what was felt"],
  rating_after_missing: ["after", "Rate the last session"],
  not_prepared_heat: ["prepared", "Confirm the heat"],
  not_prepared_water: ["prepared", "Confirm the water"],
  first_session_due: ["session", "Choose the first session"],
  too_early: ["session", "Choose another session"],
  beyond_step: ["session", "Choose another session"],
  beyond_condition: ["session", "Choose another session"],
  no_time: ["session", "Choose another session"],
};

const COMMANDS = [
  // beginning of a refusal's name, what the keeper types
  ["not_cleared_", "inversion-table-people clear WHO --by CLINICIAN --on DATE --for ILLNESS"],
  ["general_clearance", "inversion-table-people clear WHO --by CLINICIAN --on DATE"],
  ["blocked_", "inversion-table-people clear WHO --by CLINICIAN --on DATE --lifts NUMBER"],
  ["not_signed_off", "inversion-table-people sign-off WHO --by NAME --on DATE"],
  ["shaft_setting_missing", "inversion-table-people edit WHO --shaft MARK"],
];

export function lifts(refusal, at = "/desk") {
  const form = FORMS[refusal.name];
  if (form) {
    const link = document.createElement("a");
    link.href = `${at}#${form[0]}`;
    link.className = "lift";
    link.textContent = `→ ${form[1]}`;
    return [link];
  }
  const command = COMMANDS.find(([beginning]) => (refusal.name ?? "").startsWith(beginning));
  if (!command) return [];
  const code = document.createElement("code");
  code.className = "lift";
  code.textContent = command[1];
  return [code];
}
