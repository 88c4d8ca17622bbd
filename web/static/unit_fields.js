// Choosing one of many units: what the text may mean is shown below it as one types. Arrows walk through it, Enter
// takes one, Escape shuts it. Without this the text is sent as it is, and the server says what it means.
"use strict";
(() => {
  for (const place of document.querySelectorAll("[data-unit-field]")) {
    const [chosen, typed] = place.querySelectorAll("input[type=hidden], .unit-typed input");
    const list = place.querySelector("[role=listbox]");
    const above = place.querySelector("p[data-above]");
    const choices = () => [...list.querySelectorAll("[data-unit]")];
    let at = -1;
    let waiting = 0;
    let asked = 0;

    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) typed.setAttribute(name, value);

    const shut = () => {
      asked += 1;
      clearTimeout(waiting);
      at = -1;
      list.hidden = true;
      list.replaceChildren();
      typed.setAttribute("aria-expanded", "false");
      typed.removeAttribute("aria-activedescendant");
    };
    // Where several are chosen, one more box stands above the field, which is for the next.
    const several = place.closest("[data-units-field]");
    // It would be what Return presses anywhere in the form, seen or not.
    several?.querySelector("button").remove();
    const add = ({ dataset: { unit, name } }) => {
      const known = [...several.querySelectorAll("input[type=checkbox]")].find((box) => box.value === unit);
      if (known) known.checked = true;
      else {
        const box = several.querySelector("template").content.firstElementChild.cloneNode(true);
        box.querySelector("input").value = unit;
        box.querySelector("span").textContent = name;
        several.querySelector("template").before(box);
      }
      typed.value = "";
      typed.dispatchEvent(new Event("input", { bubbles: true })); // What was chosen is kept with what was typed.
      shut();
    };
    const choose = (option) => {
      if (several) return add(option);
      for (const one of place.querySelectorAll("input[type=radio]")) one.checked = false;
      typed.value = option.dataset.name;
      chosen.value = option.dataset.unit;
      above.textContent = option.dataset.above;
      shut();
      typed.dispatchEvent(new Event("change", { bubbles: true }));
      if ("sends" in place.dataset) typed.form.requestSubmit();
    };
    const go = (to) => {
      const all = choices();
      if (!all.length) return;
      at = (to + all.length) % all.length;
      all.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
      typed.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    };
    const ask = async () => {
      const text = typed.value.trim();
      if (!text) return shut();
      const mine = (asked += 1);
      const address = new URL(place.dataset.unitField, location.href);
      address.searchParams.set("q", text);
      try {
        const answer = await fetch(address, { headers: { "hx-request": "true" } });
        if (!answer.ok || mine !== asked) return;
        const found = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (mine !== asked) return;
        list.replaceChildren(...found.body.children);
      } catch {
        return; // The line is down: the text is sent as it is.
      }
      at = -1;
      choices().forEach((one, index) => (one.id = `${list.id}-${index}`));
      list.hidden = false;
      typed.setAttribute("aria-expanded", "true");
      typed.removeAttribute("aria-activedescendant");
    };

    typed.addEventListener("input", () => {
      chosen.value = "";
      above.textContent = "";
      clearTimeout(waiting);
      waiting = setTimeout(ask, 250);
    });
    typed.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Tab") return shut(); // Before the way on is looked for: the list may stand over it.
      if (event.key === "ArrowDown" && list.hidden) ask();
      else if (event.key === "ArrowDown") go(at + 1);
      else if (event.key === "ArrowUp" && !list.hidden) go(at < 0 ? -1 : at - 1);
      else if (event.key === "Enter" && at >= 0) choose(choices()[at]);
      else if (event.key === "Enter" && several && typed.value.trim()) ask();
      else if (event.key === "Escape") {
        const was = list.hidden;
        shut(); // Also what is still being asked for.
        if (was) return;
      } else return;
      event.preventDefault();
    });
    typed.addEventListener("blur", shut);
    // Pressing one does not leave the field, which would shut the list before the click.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-unit]");
      if (option) choose(option);
    });
    place.addEventListener("change", (event) => {
      if (event.target.type === "radio") chosen.value = "";
    });
  }
})();
