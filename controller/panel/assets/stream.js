// The table's stream of states.  The browser reconnects by itself; this tells the page how the line is.
const AGAIN_MS = 5000;
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
  source.addEventListener("error", () => {
    link("lost", null);
    if (source.readyState === EventSource.CLOSED) setTimeout(again, AGAIN_MS); // turned away: the browser does not try again by itself
  });
  setInterval(() => {
    if (lastMs && Date.now() - lastMs > 4000) link("lost", null);
  }, 1000);
  addEventListener("pagehide", () => source.close());
}

// Logged out, or too many viewers: what the server says now.
async function again() {
  const answer = await fetch("/words").catch(() => null);
  if (answer === null) setTimeout(again, AGAIN_MS);
  else if (answer.status === 401) location.assign("/login");
  else location.reload();
}

function heard(message) {
  return message.state !== null && (message.state.look !== undefined || (message.story.silent_s !== null && message.story.silent_s < SILENT_S));
}
