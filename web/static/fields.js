// What is wrong with a field is said in the page's language, at the field: a browser would say it in its own.
// The server has the last word on everything; this only spares a way there.
"use strict";
(() => {
  const says = document.getElementById("says");
  const words = says.dataset;

  // The same as web/typed_days.py reads: the year first, with one sign between the parts, or the characters for them.
  const TYPED = /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))$/;
  const dayOf = (text) => {
    const found = TYPED.exec(text.normalize("NFKC").trim());
    if (!found) return { wrong: words.day };
    const month = Number(found[3] ?? found[5] ?? found[7]);
    const on = Number(found[4] ?? found[6] ?? found[8]);
    const day = new Date(Date.UTC(Number(found[1]), month - 1, on));
    if (day.getUTCMonth() !== month - 1 || day.getUTCDate() !== on) return { wrong: words.noDay };
    return { day: day.toISOString().slice(0, 10) };
  };

  const inWords = (iso) => {
    const [year, month, day] = iso.split("-").map(Number);
    return words.aDay.replace("{year}", year).replace("{month}", words.months.split(",")[month - 1]).replace("{day}", day);
  };
  const wrongDay = (field) => {
    const { day, wrong } = dayOf(field.value);
    if (wrong) return wrong;
    const { first, latest } = field.dataset;
    if (first && day < first) return words.early.replace("{day}", inWords(first));
    return latest && day > latest ? words.late.replace("{day}", inWords(latest)) : "";
  };
  const wrongNumber = ({ value, dataset: { least, most } }) => {
    if (!/^\d+$/.test(value.normalize("NFKC").trim())) return words.number;
    const number = Number(value.normalize("NFKC"));
    return number < Number(least) || number > Number(most) ? words.between.replace("{least}", least).replace("{most}", most) : "";
  };
  const wrongWith = (field) => {
    if (!field.willValidate) return "";
    const { valueMissing, typeMismatch, tooLong, valid } = field.validity;
    if (valueMissing) {
      if (field.type === "file") return words.file;
      return field.matches("select, [type=radio], [type=checkbox]") ? words.choose : words.needed;
    }
    if (field.value.trim() && "day" in field.dataset) return wrongDay(field);
    if (field.value.trim() && "number" in field.dataset) return wrongNumber(field);
    if (typeMismatch) return words.mail;
    if (tooLong) return words.long;
    return valid ? "" : words.needed;
  };

  // Where it is said: in the part of the form that holds the field with its label.
  const placeOf = (field) => field.closest("[data-field], fieldset") ?? field.closest("label")?.parentElement ?? field.parentElement;
  let told = 0;
  const hush = (field) => {
    const place = placeOf(field);
    for (const fault of place.querySelectorAll(".fault")) if (fault.dataset.of === field.name || fault.id.endsWith(`${field.name.replace(/\.typed$/, "")}-fault`)) fault.remove();
    place.classList.remove("wrong");
    field.removeAttribute("aria-invalid");
    if (!field.dataset.described) return;
    field.setAttribute("aria-describedby", field.dataset.described.trim());
    delete field.dataset.described;
  };
  const tell = (field, wrong) => {
    hush(field);
    const fault = says.content.querySelector(".fault").cloneNode(true);
    fault.id = `told-${(told += 1)}`;
    fault.dataset.of = field.name;
    fault.querySelector("span").textContent = wrong;
    const place = placeOf(field);
    place.append(fault);
    place.classList.add("wrong");
    field.dataset.described = field.getAttribute("aria-describedby") ?? " ";
    field.setAttribute("aria-describedby", `${field.dataset.described} ${fault.id}`.trim());
    field.setAttribute("aria-invalid", "true");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    const seen = new Set();
    const wrong = [...form.elements].filter((field) => {
      if (field.closest("[hidden]") || (field.type === "radio" && seen.has(field.name))) return false;
      if (field.type === "radio") seen.add(field.name);
      const says = wrongWith(field);
      if (says) tell(field, says);
      return says;
    });
    if (!wrong.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (let around = wrong[0].closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    wrong[0].focus();
  }, true);

  // A field that is left for a button is told of after the click: the line would push the button away below it.
  let pressed = false;
  document.addEventListener("pointerdown", () => (pressed = true), true);
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => (pressed = false), true);
  const once = (say) => (pressed ? document.addEventListener("pointerup", () => setTimeout(say), { once: true }) : say());

  // A day or a number is looked at as soon as one leaves it, and written as everybody writes it.
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches?.("input, select, textarea")) return;
    if (field.getAttribute("aria-invalid")) hush(field);
    if (!("day" in field.dataset || "number" in field.dataset) || !field.value.trim()) return;
    const wrong = wrongWith(field);
    if (wrong) once(() => tell(field, wrong));
    else field.value = "day" in field.dataset ? dayOf(field.value).day : field.value.normalize("NFKC").trim();
  }, true);
})();
