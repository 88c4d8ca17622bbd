// What pages do in a browser beyond plain HTML. Nothing here is needed to read or to act: without a script every
// link and every form works.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (type, listen, also) => document.addEventListener(type, listen, also);

  // Menus close when one leaves them.
  on("click", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  on("keydown", (event) => {
    // Whatever Escape has shut already, inside of a menu, is enough.
    if (event.key !== "Escape" || event.defaultPrevented) return;
    for (const menu of $$("details.menu[open]")) {
      menu.open = false;
      $("summary", menu).focus();
    }
    if (document.activeElement?.id === "find") document.activeElement.blur();
  });

  // Buttons: open a dialog, go back, print, select all.
  on("click", (event) => {
    const button = event.target.closest("[data-opens],[data-back],[data-print],[data-all]");
    if (!button) return;
    // A page may say meanwhile, box by box, whether all are ticked.
    const { checked } = button;
    if (button.dataset.opens) $("#" + CSS.escape(button.dataset.opens))?.showModal();
    else if ("back" in button.dataset) history.back();
    else if ("print" in button.dataset) print();
    else for (const box of $$(`input[type=checkbox][name="${CSS.escape(button.dataset.all)}"]`)) {
      box.checked = checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // A form that asks first, and one that is sent once however often it is clicked.
  const asks = $("#asks");
  on("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || event.defaultPrevented) return;
    if (form.dataset.asks && !form.dataset.sure && asks && !event.submitter?.formNoValidate) {
      event.preventDefault();
      event.stopImmediatePropagation();
      $("#asks-what").textContent = form.dataset.asks;
      asks.returnValue = "";
      asks.showModal();
      asks.addEventListener("close", () => {
        if (asks.returnValue !== "yes") return;
        form.dataset.sure = "yes";
        form.requestSubmit(event.submitter ?? undefined);
      }, { once: true });
      return;
    }
    delete form.dataset.sure;
    if (form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) return void event.preventDefault();
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    clean(form);
  }, true);
  addEventListener("pageshow", (event) => {
    for (const form of $$("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
    if (event.persisted) refresh();
  });

  // What was typed is not lost by a wrong click: forms with data-guard ask, and keep it until they were sent.
  const dirty = new Set();
  const place = (form) => `accede:${location.pathname}#${form.dataset.guard}`;
  const clean = (form) => {
    dirty.delete(form);
    if (form.dataset.guard) sessionStorage.removeItem(place(form));
  };
  const typed = (form) => [...new FormData(form)].filter(([name, value]) => name !== "key" && typeof value === "string");
  on("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.guard) return;
    dirty.add(form);
    sessionStorage.setItem(place(form), JSON.stringify(typed(form)));
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  for (const form of $$("form[data-guard]")) {
    const kept = sessionStorage.getItem(place(form));
    if (!kept || $(".notice.late", form.parentElement)) continue;
    for (const [name, value] of JSON.parse(kept)) {
      const field = form.elements.namedItem(name);
      if (!field) continue;
      if (field instanceof RadioNodeList || ["checkbox", "radio"].includes(field.type)) {
        for (const one of $$(`[name="${CSS.escape(name)}"]`, form)) if (one.value === value) one.checked = true;
      } else if (!field.value && field.type !== "file" && field.type !== "hidden") field.value = value;
    }
  }

  // Keys.
  let going = 0;
  const lines = () => $$("[data-line]");
  const step = (by) => {
    const all = lines();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement.closest?.("[data-line]"));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    // Return is to open what the line is about, where it leads somewhere.
    ($("a", next) ?? $("button, input", next) ?? next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  on("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (Date.now() - going < 1500) {
      going = 0;
      const link = $(`a[data-go="${CSS.escape(event.key)}"]`);
      if (link) location.href = link.href;
      return;
    }
    const act = {
      "/": () => $("#find")?.focus(),
      "?": () => $("#keys")?.showModal(),
      g: () => void (going = Date.now()),
      j: () => step(1),
      k: () => step(-1),
      x: () => $("input[type=checkbox]", event.target.closest("[data-line]") ?? document.createElement("i"))?.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Offline: said, not hidden.
  const said = $("#offline");
  const line = () => { if (said) said.hidden = navigator.onLine; };
  addEventListener("online", () => { line(); listen(); refresh(); });
  addEventListener("offline", () => { line(); hush(); });
  line();

  // Live: one stream while the page is looked at. Numbers change at once; parts with
  // hx-trigger="accede:changed from:body" fetch themselves anew, and what is being typed is left alone.
  const live = document.body.dataset.live;
  let stream = null;
  let last = null;
  const refresh = () => document.body.dispatchEvent(new CustomEvent("accede:changed"));
  const told = (news) => {
    for (const sign of $$("[data-count]")) {
      const count = news[sign.dataset.count];
      if (count === undefined) continue;
      sign.textContent = count;
      sign.toggleAttribute("data-none", !count);
      if (sign.dataset.count === "tasks") sign.classList.toggle("late", news.overdue > 0);
    }
    const now = JSON.stringify(news);
    if (last !== null && last !== now) refresh();
    last = now;
  };
  const listen = () => {
    if (!live || stream || document.hidden) return;
    stream = new EventSource(live);
    stream.addEventListener("news", (event) => told(JSON.parse(event.data)));
  };
  const hush = () => { stream?.close(); stream = null; };
  on("visibilitychange", () => (document.hidden ? hush() : listen()));
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();

  // Documents: dragged onto a field, and named once they are chosen.
  for (const type of ["dragover", "dragleave", "drop"]) on(type, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    const field = $("input[type=file]", drop);
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on("change", (event) => {
    const drop = event.target.type === "file" && event.target.closest("[data-drop]");
    const list = drop && $("[data-chosen]", drop);
    if (!list) return;
    // A picture just taken stands beside documents that were chosen.
    const files = [...drop.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
    list.replaceChildren(...files.map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`;
      return item;
    }));
  });
  // Filters send themselves.
  on("change", (event) => {
    if (event.target.form?.matches("[data-at-once]")) event.target.form.requestSubmit();
  });

  // Passkeys.
  const keys = $$("[data-passkey]");
  if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) for (const button of keys) button.hidden = false;
  on("click", async (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    const fault = $("[data-passkey-fault]");
    fault.hidden = true;
    try {
      const options = await (await fetch("/v1/session/passkey/options", { method: "POST" })).json();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.public_key);
      const given = await navigator.credentials.get({ publicKey });
      const answer = await fetch("/v1/session/passkey", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(given.toJSON()),
      });
      if (answer.ok) location.href = button.dataset.passkey;
      else fault.hidden = false;
    } catch {
      fault.hidden = false;
    }
  });

  // A refusal is read first.
  $(".refusal")?.focus({ preventScroll: false });
})();
