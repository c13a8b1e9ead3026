// Shows the lab's state every two seconds; every word of it goes in as text.
"use strict";
const at = (id) => document.getElementById(id);
let state = null;

async function send(path, given) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given) });
  if (answer.ok) show(await answer.json());
}

function make(tag, text, ...inner) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...inner);
  return element;
}

function choice(label, options, chosen, act) {
  const select = make("select", "", ...options.map((name) => make("option", name)));
  select.setAttribute("aria-label", label);
  select.value = chosen;
  select.addEventListener("change", () => act(select.value));
  return select;
}

function row(vendor) {
  const faults = vendor.faults.join(", ");
  const wrong = make("td", faults || "nothing");
  if (faults) wrong.className = "wrong";
  const breaker = choice(`Break ${vendor.name}`, ["choose", ...(faults ? ["heal"] : []), ...state.kinds], "choose", (kind) =>
    kind === "heal" ? send("heal", { vendor: vendor.slug }) : send("break", { vendor: vendor.slug, kind }));
  const page = make("td");
  if (vendor.page) page.append(choice(`Page of ${vendor.name}`, ["green", "red", "maintenance", "unreadable"], vendor.page.look, (look) =>
    send("page", { vendor: vendor.slug, look })));
  const name = make("th", vendor.name);
  name.scope = "row";
  return make("tr", "", name, make("td", String(vendor.asked)), wrong, make("td", "", breaker), page);
}

function show(next) {
  state = next;
  if (!at("vendors").contains(document.activeElement) || document.activeElement.tagName !== "SELECT") {
    const broken = (vendor) => vendor.faults.length > 0 || (vendor.page && vendor.page.look !== "green");
    at("vendors").replaceChildren(...state.vendors.filter(broken).map(row), ...state.vendors.filter((each) => !broken(each)).map(row));
  }
  at("slack").href = state.slack.page;
  at("slack").textContent = `Slack messages (${state.slack.messages})`;
  at("script").hidden = !state.script;
  at("script").textContent = state.script?.playing ? "Hold the script" : "Go on with the script";
  at("network").textContent = state.network === "lost" ? "Restore our own network" : "Lose our own network";
  at("path").textContent = state.path.length ? "Clear the path" : "Trouble the path";
  at("now").textContent = state.script ? `Script at ${state.script.at_s} s${state.script.playing ? "" : ", held"}` : "No script is played.";
  at("told").replaceChildren(...(state.script?.told ?? []).slice().reverse().map(([when, words]) => make("li", `${new Date(when * 1000).toLocaleTimeString()} ${words}`)));
  at("hook").replaceChildren(...state.hook.received.slice().reverse().map((each) => make("li", `${each.id}: ${each.fault ?? "signed well"}`)));
  at("mail").replaceChildren(...state.mail.received.slice().reverse().map((each) => make("li", `${each.to.join(", ")}: ${each.subject}`)));
}

async function look() {
  try {
    const answer = await fetch("state");
    if (answer.ok) show(await answer.json());
  } catch { /* the lab is gone: the page keeps what it has */ }
  setTimeout(look, 2000);
}

at("script").addEventListener("click", () => send("script", { playing: !state.script.playing }));
at("network").addEventListener("click", () => send("network", { lost: state.network !== "lost" }));
at("path").addEventListener("click", () => send("path", { troubled: !state.path.length }));
at("reset").addEventListener("click", () => send("reset", {}));
look();
