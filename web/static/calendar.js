// The calendar of fields for a day: a dialog after the ARIA authoring practices, in the page's language.
// Without it days are typed, which always works.
"use strict";
(() => {
  const calendar = document.getElementById("calendar");
  if (!calendar) return;
  const $ = (selector) => calendar.querySelector(selector);
  const [year, month, body, named] = ["[name=year]", "[name=month]", "tbody", "[data-named]"].map($);
  const { today, off, worked, saysOff, saysWorked, signOff, signWorked } = calendar.dataset;
  const [months, weekdays, shortWeekdays] = ["months", "weekdays", "shortWeekdays"].map((names) => calendar.dataset[names].split(","));
  const free = new Set(off.split(" "));
  const busy = new Set(worked.split(" "));
  const EARLIEST = "1900-01-01";
  const LATEST = "2199-12-31";

  // Days are moments at midnight UTC, and ISO when they are compared.
  const iso = (day) => day.toISOString().slice(0, 10);
  const at = (text) => new Date(`${text}T00:00:00Z`);
  const later = (day, days) => new Date(day.getTime() + days * 86_400_000);
  const inMonth = (day, months) => {
    const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
    const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(day.getUTCDate(), length)));
  };
  const weekday = (day) => (day.getUTCDay() + 6) % 7;
  const inWords = (pattern, day) => pattern.replace(/{(\w+)}/g, (_, part) => ({
    year: day.getUTCFullYear(), month: months[day.getUTCMonth()], day: day.getUTCDate(), weekday: weekdays[weekday(day)],
  })[part]);

  let field = null;
  let chosen = "";
  let here = at(today);
  let [first, latest] = [EARLIEST, LATEST];

  const within = (day) => (iso(day) < first ? at(first) : iso(day) > latest ? at(latest) : day);
  const options = (select, values, says) => {
    select.replaceChildren(...values.map((value) => new Option(says(value), value)));
  };
  const cell = (day) => {
    const text = iso(day);
    const made = document.createElement("td");
    if (day.getUTCMonth() !== here.getUTCMonth()) return made;
    const mark = free.has(text) ? [signOff, saysOff] : busy.has(text) ? [signWorked, saysWorked] : null;
    const number = document.createElement("span");
    number.textContent = day.getUTCDate();
    made.append(number);
    if (mark) made.append(Object.assign(document.createElement("small"), { textContent: mark[0] }));
    made.className = mark ? (free.has(text) ? "off" : "worked") : weekday(day) > 4 ? "off" : "";
    made.dataset.on = text;
    made.tabIndex = text === iso(here) ? 0 : -1;
    made.setAttribute("aria-label", [inWords(calendar.dataset.whole, day), ...(mark ? [mark[1]] : [])].join(" · "));
    made.setAttribute("aria-selected", String(text === chosen));
    if (text === today) made.setAttribute("aria-current", "date");
    if (text < first || text > latest) made.setAttribute("aria-disabled", "true");
    return made;
  };
  const draw = (focus) => {
    here = within(here);
    const start = later(here, 1 - here.getUTCDate());
    const monday = later(start, -weekday(start));
    body.replaceChildren(...[0, 1, 2, 3, 4, 5].map((week) => {
      const row = document.createElement("tr");
      row.append(...[0, 1, 2, 3, 4, 5, 6].map((number) => cell(later(monday, week * 7 + number))));
      return row;
    }));
    year.value = here.getUTCFullYear();
    month.value = here.getUTCMonth();
    named.textContent = inWords(calendar.dataset.month, here);
    for (const [name, by] of [["before", -1], ["after", 1]]) $(`[data-${name}]`).disabled = iso(within(inMonth(here, by))).slice(0, 7) === iso(here).slice(0, 7);
    if (focus) $("td[tabindex='0']").focus();
  };
  const go = (day, focus = true) => {
    here = day;
    draw(focus);
  };
  const choose = (text) => {
    if (text < first || text > latest) return;
    field.value = text;
    calendar.close();
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  };

  // Beside its field where there is room; in the middle of a small screen.
  const place = (button) => {
    const [box, own] = [button.getBoundingClientRect(), calendar.getBoundingClientRect()];
    if (innerWidth < 640) return void calendar.removeAttribute("style");
    const below = box.bottom + own.height + 8 < innerHeight;
    calendar.style.margin = "0";
    calendar.style.left = `${Math.max(8, Math.min(box.right - own.width, innerWidth - own.width - 8))}px`;
    calendar.style.top = `${Math.max(8, below ? box.bottom + 4 : Math.min(box.top - own.height - 4, innerHeight - own.height - 8))}px`;
  };
  let opener = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-calendar]");
    if (!button) return;
    opener = button;
    field = document.getElementById(button.dataset.calendar);
    [first, latest] = [field.dataset.first || EARLIEST, field.dataset.latest || LATEST];
    chosen = /^\d{4}-\d\d-\d\d$/.test(field.value) && !field.hasAttribute("aria-invalid") ? field.value : "";
    const [from, to] = [Number(first.slice(0, 4)), Number(latest.slice(0, 4))];
    options(year, Array.from({ length: to - from + 1 }, (_, number) => to - number), (number) => calendar.dataset.year.replace("{year}", number));
    $("[data-now]").disabled = today < first || today > latest;
    here = at(chosen || today);
    draw(false);
    calendar.showModal();
    place(button);
    draw(true);
  });
  calendar.addEventListener("close", () => opener?.focus());

  const KEYS = {
    ArrowLeft: () => later(here, -1),
    ArrowRight: () => later(here, 1),
    ArrowUp: () => later(here, -7),
    ArrowDown: () => later(here, 7),
    Home: () => later(here, -weekday(here)),
    End: () => later(here, 6 - weekday(here)),
    PageUp: ({ shiftKey }) => inMonth(here, shiftKey ? -12 : -1),
    PageDown: ({ shiftKey }) => inMonth(here, shiftKey ? 12 : 1),
  };
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") choose(iso(here));
    else if (KEYS[event.key]) go(KEYS[event.key](event));
    else return;
    event.preventDefault();
  });
  calendar.addEventListener("click", (event) => {
    const on = event.target.closest("td[data-on]")?.dataset.on;
    if (on) choose(on);
    else if (event.target.closest("[data-before]")) go(inMonth(here, -1), false);
    else if (event.target.closest("[data-after]")) go(inMonth(here, 1), false);
    else if (event.target.closest("[data-now]")) go(at(today));
    else if (event.target === calendar || event.target.closest("[data-shut]")) calendar.close();
  });
  for (const select of [year, month]) select.addEventListener("change", (event) => {
    event.stopPropagation();
    go(new Date(Date.UTC(Number(year.value), Number(month.value), 1)), false);
  });

  options(month, Array.from({ length: 12 }, (_, number) => number), (number) => months[number]);
  $("thead tr").append(...weekdays.map((name, place) => Object.assign(document.createElement("th"), { scope: "col", abbr: name, textContent: shortWeekdays[place] })));
})();
