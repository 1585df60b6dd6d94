// The table's stream of states.  The browser reconnects by itself; this tells the page how the line is.
const SILENT_S = 2; // the service sends ten states a second

export function listen(show, link) {
  const source = new EventSource("/events");
  let lastMs = 0;
  source.addEventListener("state", (event) => {
    lastMs = Date.now();
    const message = JSON.parse(event.data);
    link(heard(message) ? "good" : "silent", message.story.silent_s);
    show(message);
  });
  source.addEventListener("error", () => link("lost", null));
  setInterval(() => {
    if (lastMs && Date.now() - lastMs > 4000) link("lost", null);
  }, 1000);
  addEventListener("pagehide", () => source.close());
}

function heard(message) {
  return message.state !== null && (message.state.look !== undefined || (message.story.silent_s !== null && message.story.silent_s < SILENT_S));
}
