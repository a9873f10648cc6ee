// The week as a grid: seven days of twenty-four hours, painted with the mouse or walked with the arrow keys.
// The typed times are the truth: minutes that no hour shows whole stay as they were typed.

const at = (id) => document.getElementById(id);
const grid = at("hours-grid");
const words = JSON.parse(at("zone-words").textContent);
const fields = grid ? Array.from({ length: 7 }, (_, n) => at(`day${n}`)) : [];
const TIMES = /^(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})$/;
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Minutes of a day in force; null: the typed words cannot be read, and are left alone. */
function minutes(text) {
  const day = new Uint8Array(1440);
  for (const part of text.split(/[,;\n]/).map((piece) => piece.trim()).filter(Boolean)) {
    const found = TIMES.exec(part);
    if (!found) return null;
    const [a, b, c, d] = found.slice(1).map(Number);
    if (c * 60 + d > 1440) return null;
    day.fill(1, a * 60 + b, c * 60 + d);
  }
  return day;
}

function times(day) {
  const found = [];
  for (let i = 0; i < 1440; i++) {
    if (!day[i] || (i && day[i - 1])) continue;
    let end = i;
    while (end < 1440 && day[end]) end++;
    found.push(`${clock(i)}–${clock(end)}`);
  }
  return found.join(", ");
}

const cells = fields.map(() => []);
const day = (n) => minutes(fields[n].value);

function paint(n) {
  const held = day(n) ?? new Uint8Array(1440);
  cells[n].forEach((cell, hour) => {
    const sum = held.subarray(hour * 60, hour * 60 + 60).reduce((all, one) => all + one, 0);
    cell.classList.toggle("is-on", sum === 60);
    cell.classList.toggle("is-part", sum > 0 && sum < 60);
    cell.setAttribute("aria-selected", String(sum > 0));
    cell.setAttribute("aria-label", `${fields[n].labels[0].textContent.trim()} ${clock(hour * 60)}: ${sum ? words.on : words.off}`);
  });
}

function set(n, hour, isOn) {
  const held = day(n);
  if (!held) return fields[n].focus();
  held.fill(isOn ? 1 : 0, hour * 60, hour * 60 + 60);
  fields[n].value = times(held);
  paint(n);
}

const isOn = (cell) => cell.classList.contains("is-on");

function walk(n, hour) {
  const next = cells[Math.max(0, Math.min(6, n))][Math.max(0, Math.min(23, hour))];
  grid.querySelector('[tabindex="0"]').tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function build() {
  const head = document.createElement("div");
  head.className = "hours-row hours-head";
  head.setAttribute("aria-hidden", "true");
  head.append(document.createElement("span"), ...Array.from({ length: 24 }, (_, hour) => Object.assign(document.createElement("span"), { textContent: hour % 3 ? "" : hour })));
  grid.append(head);
  fields.forEach((field, n) => {
    const row = document.createElement("div");
    row.className = "hours-row";
    row.setAttribute("role", "row");
    const name = Object.assign(document.createElement("span"), { textContent: field.labels[0].textContent.trim() });
    name.setAttribute("role", "rowheader");
    row.append(name);
    for (let hour = 0; hour < 24; hour++) {
      const cell = document.createElement("span");
      cell.className = "cell";
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = n || hour ? -1 : 0;
      Object.assign(cell.dataset, { day: n, hour });
      cells[n].push(cell);
      row.append(cell);
    }
    grid.append(row);
    field.addEventListener("input", () => paint(n));
    paint(n);
  });
}

function listen() {
  let brush = null;
  const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".hours-grid .cell");
  grid.addEventListener("pointerdown", (event) => {
    const cell = under(event);
    if (!cell) return;
    event.preventDefault();
    brush = !isOn(cell);
    set(Number(cell.dataset.day), Number(cell.dataset.hour), brush);
    walk(Number(cell.dataset.day), Number(cell.dataset.hour));
  });
  addEventListener("pointermove", (event) => {
    const cell = brush === null ? null : under(event);
    if (cell && isOn(cell) !== brush) set(Number(cell.dataset.day), Number(cell.dataset.hour), brush);
  });
  addEventListener("pointerup", () => { brush = null; });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    const [n, hour] = [Number(cell.dataset.day), Number(cell.dataset.hour)];
    const to = { ArrowLeft: [n, hour - 1], ArrowRight: [n, hour + 1], ArrowUp: [n - 1, hour], ArrowDown: [n + 1, hour], Home: [n, 0], End: [n, 23] }[event.key];
    if (event.key === " " || event.key === "Enter") set(n, hour, !isOn(cell));
    else if (!to) return;
    else {
      if (event.shiftKey && !event.key.startsWith("E") && event.key !== "Home") set(Math.max(0, Math.min(6, to[0])), Math.max(0, Math.min(23, to[1])), isOn(cell));
      walk(...to);
    }
    event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => fields.forEach((field, n) => { field.value = button.dataset.preset; paint(n); }));
  }
}

if (grid) {
  build();
  listen();
  grid.hidden = at("presets").hidden = at("hours-key").hidden = false;
  at("typed-hours").open = fields.some((field) => minutes(field.value) === null);
}
