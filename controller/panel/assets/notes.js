// What stands in nobody's way and is good to know: reminders of the day, and what the records could not keep.
import { mark, named } from "./story.js";

const $ = (id) => document.getElementById(id);

function lost(count) {
  const what = count === 1 ? "One entry of what happened could not be recorded and is lost." : `${count} entries of what happened could not be recorded and are lost.`;
  return ["bad", `${what} Look through “Sessions and progress” for what is missing, and have the table's disk checked.`];
}

let shown = "[]";
export function showNotes(table) {
  const rows = table ? [...(table.records_dropped ? [lost(table.records_dropped)] : []), ...table.reminders.map((words) => ["quiet", words])] : [];
  const key = JSON.stringify(rows);
  if (key === shown) return;
  shown = key;
  $("notes-title").hidden = !rows.length;
  $("notes").replaceChildren(...rows.map(([tone, words]) => {
    const item = named("li", "", tone);
    item.append(mark(tone), document.createTextNode(words));
    return item;
  }));
}
