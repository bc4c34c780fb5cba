"use strict";
// Every text goes in through text nodes: completions are shown as text, whatever they hold.

const el = (id) => document.getElementById(id);
const KEYS = { 1: "left", ArrowLeft: "left", 2: "right", ArrowRight: "right", 0: "tie", t: "tie", s: "skip" };
const SAID = { left: "answer 1 is better", right: "answer 2 is better", tie: "about the same", skip: "skipped" };
const RETRY_MS = 2000;
const LOOK_MS = 5000;

let task = null; // what is on the screen
let leaseEnds = 0; // by this computer's clock
let signedIn = false;
let busy = false;
let away = false; // the notice says that this page tries again by itself

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body) {
  let response, text;
  try {
    response = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json", "X-Dpo-Page": "1" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30000),
    });
    text = await response.text();
  } catch (e) {
    throw new Refusal(0, "The judge cannot be reached.");
  }
  const answer = parse(text);
  if (!response.ok) throw new Refusal(response.status, answer?.message || `The judge cannot be reached (${response.status}).`);
  if (!answer) throw new Refusal(0, "Something else answers in the judge's place.");
  return answer;
}

// Null for what is no JSON, as when a proxy answers itself.
function parse(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch (e) {
    return null;
  }
}

// Until it is through: an answer is never given up because the judge or its log is away.
async function callPatiently(method, path, body, what) {
  for (;;) {
    try {
      return await call(method, path, body);
    } catch (e) {
      if (e.status !== 0 && e.status < 500) throw e;
      notice(`${e.message} ${what} Leave this page open; it goes on by itself.`);
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
  }
}

function notice(text) {
  el("notice").textContent = text || "";
  el("notice").hidden = !text;
  away = false;
}

function put(parent, text) {
  for (const piece of pieces(text.replace(/\r\n/g, "\n"))) {
    if (piece.code) add(parent, "span", "mark", piece.code);
    else parent.append(piece.text);
  }
}

function add(parent, tag, className, text) {
  const child = document.createElement(tag);
  child.className = className;
  child.textContent = text;
  parent.append(child);
  return child;
}

function putAnswer(parent, answer) {
  parent.replaceChildren();
  put(parent, answer.text);
  if (!answer.text.trim()) add(parent, "span", "note", answer.text ? "(only white space)" : "(an empty answer)");
  if (answer.cut) add(parent, "span", "note", " (ends here because it may not be longer)");
}

function putPrompt(turns) {
  el("prompt").replaceChildren();
  for (const turn of turns) {
    if (turn.role && (turns.length > 1 || turn.role !== "user")) add(el("prompt"), "p", "role", turn.role);
    put(add(el("prompt"), "div", "text", ""), turn.text);
  }
}

function only(id) {
  for (const part of ["sign-in", "task", "lost", "empty"]) el(part).hidden = part !== id;
  el("verdict").hidden = id === "sign-in";
  document.querySelectorAll("[data-choice]").forEach((b) => (b.hidden = id !== "task"));
  el("help").hidden = el("leave").hidden = id === "sign-in";
}

function agreement(a, whom) {
  return a.compared ? ` · you agree with ${whom} on ${a.agreed} of ${a.compared} (${Math.round((100 * a.agreed) / a.compared)} %)` : "";
}

function showProgress(p) {
  el("progress").textContent =
    `${p.voted} judged · ${p.open} open` + agreement(p.people, "others") + agreement(p.machines, "machines");
}

function show(turn) {
  signedIn = true;
  task = turn.task || null;
  el("guidelines").textContent = turn.guidelines;
  el("leave").textContent = `Sign out ${turn.annotator}`;
  showProgress(turn.progress);
  only(task ? "task" : "empty");
  if (!task) return;
  leaseEnds = Date.now() + task.lease_ms;
  putPrompt(task.prompt);
  putAnswer(el("left"), task.left);
  putAnswer(el("right"), task.right);
  el("same").hidden = task.left.text !== task.right.text;
  for (const side of ["left", "right"]) {
    const article = el(side).parentElement;
    article.classList.remove("chosen");
    article.classList.toggle("earlier", task.earlier === side);
  }
  if (task.earlier) el("said").textContent = `You had said: ${SAID[task.earlier]}. That stands until you choose again.`;
  el("prompt").scrollTop = 0;
  window.scrollTo(0, 0);
}

function signOut(why) {
  signedIn = false;
  task = null;
  el("progress").textContent = el("said").textContent = "";
  el("guidelines").hidden = true;
  el("help").setAttribute("aria-expanded", "false");
  only("sign-in");
  notice(why);
  el("token").focus();
}

function lose(why) {
  task = null;
  el("lost-why").textContent = why;
  el("said").textContent = "";
  only("lost");
  el("go-on").focus();
}

function enable(yes) {
  busy = !yes;
  document.querySelectorAll("nav button, #go-on").forEach((b) => (b.disabled = !yes));
}

// One thing at a time; whatever comes back is shown.
async function act(work) {
  if (busy) return;
  enable(false);
  try {
    const turn = await work();
    if (turn) {
      show(turn);
      notice(turn.notice);
    }
  } catch (e) {
    if (e.status === 401) signOut(signedIn ? `You have been signed out${e.lost || ""}. Please sign in again.` : "");
    else notice(e.message);
  } finally {
    enable(true);
  }
}

function vote(choice) {
  if (!task || busy) return;
  if (Date.now() >= leaseEnds) return expire();
  const answered = { pair: task.pair, attempt: task.attempt, choice };
  for (const side of ["left", "right"]) el(side).parentElement.classList.toggle("chosen", choice === side || choice === "tie");
  el("said").textContent = "Saving …";
  act(async () => {
    try {
      const turn = await callPatiently("POST", "/api/vote", answered, "Your answer is kept here and sent again.");
      el("said").textContent = turn.saved ? `Saved: ${SAID[turn.saved]}. Press u to take it back.` : "";
      return turn;
    } catch (e) {
      el("said").textContent = "";
      e.lost = ", so your last answer did not count";
      throw e;
    }
  });
}

const undo = () => signedIn && act(() => {
  el("said").textContent = "";
  return call("POST", "/api/undo", {});
});

const next = () => act(() => callPatiently("GET", "/api/turn", undefined, ""));

function expire() {
  lose("Its time has ended, so it went back to everybody: no pair waits for a page that nobody reads.");
}

// Looks from time to time whether the pair is still ours, and for new pairs when there was none.
async function look() {
  if (!signedIn || busy || document.hidden) return;
  if (task && Date.now() >= leaseEnds) return expire();
  const seen = task;
  try {
    if (seen) {
      const status = await call("GET", `/api/status?pair=${encodeURIComponent(seen.pair)}&attempt=${seen.attempt}`);
      if (seen !== task || busy) return;
      showProgress(status.progress);
      if (status.lost) lose(status.lost);
      if (away) notice("");
    } else if (!el("empty").hidden) {
      const turn = await call("GET", "/api/turn");
      if (busy || el("empty").hidden) return;
      show(turn);
      if (away) notice("");
    }
  } catch (e) {
    if (busy) return;
    if (e.status === 401) signOut("You have been signed out. Please sign in again.");
    else if (away || el("notice").hidden) {
      notice(`${e.message} This page tries again by itself.`);
      away = true;
    }
  }
}

function toggleHelp() {
  el("guidelines").hidden = !el("guidelines").hidden;
  el("help").setAttribute("aria-expanded", String(!el("guidelines").hidden));
}

document.querySelectorAll("[data-choice]").forEach((b) => b.addEventListener("click", () => vote(b.dataset.choice)));
el("undo").addEventListener("click", undo);
el("help").addEventListener("click", toggleHelp);
el("go-on").addEventListener("click", next);
el("leave").addEventListener("click", () => act(async () => {
  await call("DELETE", "/api/session");
  signOut("");
}));
el("sign-in").addEventListener("submit", (e) => {
  e.preventDefault();
  const token = el("token").value;
  el("token").value = "";
  el("token").blur(); // a hidden field keeps the keyboard until the next frame
  act(async () => {
    try {
      await call("POST", "/api/session", { token });
    } catch (refusal) {
      signOut(refusal.message);
      return null;
    }
    return callPatiently("GET", "/api/turn", undefined, "");
  });
});
document.addEventListener("keydown", (e) => {
  if (e.target.tagName === "INPUT" || e.ctrlKey || e.metaKey || e.altKey || e.repeat || !signedIn) return;
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key; // with Caps Lock, too
  if (e.shiftKey && key.startsWith("Arrow")) return; // selects text
  if (KEYS[key] && task) {
    e.preventDefault();
    vote(KEYS[key]);
  } else if (key === "u") {
    undo();
  } else if (key === "?") {
    toggleHelp();
  } else if (key === "Escape") {
    if (!el("guidelines").hidden) toggleHelp();
  }
});
document.addEventListener("visibilitychange", look);
window.addEventListener("focus", look);
setInterval(look, LOOK_MS);
next();
