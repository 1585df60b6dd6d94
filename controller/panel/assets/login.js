// Sends the password and goes to the page when it was right.
const wrong = document.getElementById("wrong");
document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  wrong.textContent = "";
  const answer = await fetch("/login", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ who: document.getElementById("who").value.trim(), password: document.getElementById("password").value }) });
  if (answer.ok) location.replace("/");
  else wrong.textContent = "✗ That is not the password.";
});
