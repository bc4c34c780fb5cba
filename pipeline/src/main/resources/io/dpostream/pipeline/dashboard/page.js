"use strict";
// Every text goes in through text nodes. Charts are drawn anew with each answer.

const el = (id) => document.getElementById(id);
const EVERY_MS = 2000;
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600, HEIGHT = 150;
const CHARTS = [
  { title: "Loss", series: "loss" },
  { title: "Reward margin", series: "margin" },
  { title: "Accuracy", series: "accuracy", low: 0, high: 1 },
  { title: "Win rate against the reference", series: "win", low: 0, high: 1 },
  { title: "KL from the reference", series: "kl" },
  { title: "Staleness, in versions", series: "staleness", low: 0 },
];

const number = (v, digits = 3) => (v === null || v === undefined ? "–" : v.toFixed(digits));
const count = (v) => v.toLocaleString("en");
const percent = (v) => (v === null || v === undefined ? "–" : (100 * v).toFixed(1) + " %");

function add(parent, tag, className, text) {
  const child = document.createElement(tag);
  if (className) child.className = className;
  if (text !== undefined) child.textContent = text;
  parent.append(child);
  return child;
}

function draw(parent, tag, attributes) {
  const child = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
  parent.append(child);
  return child;
}

// The points of one chart: x, y, and where there is an interval, low and high.
function points(data, series) {
  if (series === "win") return data.win_rates.map((w) => ({ x: w.step, y: w.rate, low: w.low, high: w.high }));
  return data.steps.step.map((x, i) => ({ x, y: data.steps[series][i] })).filter((p) => p.y !== null);
}

function makeChart(spec) {
  const figure = add(el("charts"), "figure");
  const caption = add(figure, "figcaption");
  add(caption, "span", "", spec.title);
  const value = add(caption, "output");
  const plot = add(figure, "div", "plot");
  const svg = draw(plot, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  const top = add(plot, "span", "top"), bottom = add(plot, "span", "bottom");
  const axis = add(figure, "div", "axis");
  const from = add(axis, "span"), to = add(axis, "span");
  let shown = [], toX = () => 0, hovered = null;

  function tell(point) {
    value.textContent = point ? `${number(point.y)} at step ${point.x}` : "";
    svg.setAttribute("aria-label", `${spec.title}: ${value.textContent}`);
  }

  svg.addEventListener("pointermove", (e) => {
    const x = ((e.clientX - svg.getBoundingClientRect().left) / svg.clientWidth) * WIDTH;
    hovered = shown.reduce((a, b) => (a && Math.abs(toX(a.x) - x) < Math.abs(toX(b.x) - x) ? a : b), null);
    svg.querySelectorAll(".at").forEach((line) => line.remove());
    if (hovered) draw(svg, "line", { class: "at", x1: toX(hovered.x), x2: toX(hovered.x), y1: 0, y2: HEIGHT });
    tell(hovered);
  });
  svg.addEventListener("pointerleave", () => {
    hovered = null;
    svg.querySelectorAll(".at").forEach((line) => line.remove());
    tell(shown[shown.length - 1]);
  });

  return (data) => {
    shown = points(data, spec.series);
    const at = hovered && shown.find((p) => p.x === hovered.x);
    svg.replaceChildren();
    if (!shown.length) {
      top.textContent = bottom.textContent = from.textContent = to.textContent = "";
      value.textContent = spec.series === "win" ? "not measured yet" : "no step yet";
      return;
    }
    const ys = shown.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]);
    let low = spec.low ?? Math.min(...ys), high = spec.high ?? Math.max(...ys);
    if (high <= low) high = low + (Math.abs(low) || 1);
    const first = Math.min(shown[0].x, data.steps.step[0] ?? shown[0].x);
    const last = Math.max(shown[shown.length - 1].x, data.steps.step[data.steps.step.length - 1] ?? 0, first + 1);
    toX = (x) => ((x - first) / (last - first)) * WIDTH;
    const toY = (y) => HEIGHT - 8 - ((y - low) / (high - low)) * (HEIGHT - 16);
    for (const y of [low, (low + high) / 2, high]) draw(svg, "line", { class: "grid", x1: 0, x2: WIDTH, y1: toY(y), y2: toY(y) });
    const path = (list, y) => list.map((p) => `${toX(p.x).toFixed(1)},${toY(y(p)).toFixed(1)}`);
    if (shown[0].low !== undefined) {
      const band = [...path(shown, (p) => p.low), ...path([...shown].reverse(), (p) => p.high)];
      draw(svg, "polygon", { class: "band", points: band.join(" ") });
    }
    draw(svg, "polyline", { class: "line", points: path(shown, (p) => p.y).join(" ") });
    if (at) draw(svg, "line", { class: "at", x1: toX(at.x), x2: toX(at.x), y1: 0, y2: HEIGHT });
    top.textContent = number(high, 2);
    bottom.textContent = number(low, 2);
    from.textContent = `step ${first}`;
    to.textContent = `step ${last}`;
    tell(at || shown[shown.length - 1]);
  };
}

function showTiles(p) {
  el("tiles").replaceChildren();
  const tile = (name, value, more) => {
    const box = add(el("tiles"), "div");
    add(box, "dt", "", name);
    const dd = add(box, "dd", "", value);
    if (more) add(dd, "small", "", " " + more);
  };
  tile("Step", count(p.step));
  tile("Version", p.version ?? "–", `${p.published} published`);
  tile("Pairs", count(p.sampled));
  tile("Judgments", count(p.judgments));
  tile("Preferences", count(p.preferences));
}

function showPairs(p) {
  el("bar").replaceChildren();
  el("legend").replaceChildren();
  add(el("legend"), "span", "", `${count(p.sampled)} pairs = ${count(p.decided)} outcomes + ${count(p.waiting)} waiting`);
  for (const [kind, pairs] of [...Object.entries(p.outcomes), ["WAITING", p.waiting]]) {
    add(el("bar"), "div", kind).style.flexGrow = pairs;
    const entry = add(el("legend"), "span");
    add(entry, "span", `dot ${kind}`);
    entry.append(kind.toLowerCase() + " ");
    add(entry, "b", "", count(pairs));
  }
}

function showPreferences(list) {
  el("preferences").replaceChildren();
  if (!list.length) add(el("preferences"), "p", "none", "None yet.");
  for (const p of list) {
    const item = add(el("preferences"), "li");
    add(item, "p", "prompt", p.prompt);
    add(item, "p", "chosen", p.chosen || "(empty)");
    add(item, "p", "rejected", p.rejected || "(empty)");
    const revision = p.revision ? `, revision ${p.revision}` : "";
    add(item, "p", "by", `chosen by ${p.judges.join(", ")} with probability ${number(p.probability, 2)}; sampled by version ${p.version}${revision}`);
  }
}

function showTable(table, names, rows) {
  table.replaceChildren();
  const head = add(add(table, "thead"), "tr");
  names.forEach((name) => (add(head, "th", "", name).scope = "col"));
  const body = add(table, "tbody");
  for (const row of rows) {
    const tr = add(body, "tr");
    row.forEach((cell) => add(tr, "td", cell.hash ? "hash" : "", cell.hash ?? cell));
  }
}

function show(data) {
  document.title = `step ${data.progress.step} · ${data.run}`;
  el("run").textContent = data.run;
  showTiles(data.progress);
  showPairs(data.progress);
  charts.forEach((update) => update(data));
  showPreferences(data.preferences);
  showTable(
    el("judges"),
    ["judge", "kind", "judgments", "ties", "abstains", "κ people", "κ majority", "position bias", "error rate", "latency", "cost"],
    data.judges.map((j) => [
      j.judge, j.kind.toLowerCase(), count(j.judgments), percent(j.tie_rate), percent(j.abstain_rate),
      number(j.kappa_people, 2), number(j.kappa_majority, 2), percent(j.position_bias), percent(j.error_rate),
      j.latency_ms === undefined ? "–" : `${count(j.latency_ms)} ms`, j.cost_usd === undefined ? "–" : `$${number(j.cost_usd)}`,
    ]));
  showTable(
    el("versions"),
    ["version", "step", "published", "SHA-256"],
    data.versions.map((v) => [String(v.version), count(v.step), new Date(v.published_at).toLocaleTimeString(), { hash: v.sha256.slice(0, 16) }]));
}

const charts = CHARTS.map(makeChart);

async function look() {
  try {
    const response = await fetch("/data", { signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error();
    show(await response.json());
    el("state").textContent = "live";
    el("state").classList.remove("lost");
  } catch (e) {
    el("state").textContent = "the run cannot be reached; this is its last state";
    el("state").classList.add("lost");
  }
  setTimeout(look, EVERY_MS);
}
look();
