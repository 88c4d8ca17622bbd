// The form of a step: what an outcome asks for, and the arithmetic of a meeting while it is typed.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  for (const form of $$("form[data-step]")) {
    // What belongs to another outcome is out of the way. Without a choice everything shows.
    const asked = () => {
      const chosen = $("input[name=outcome]:checked", form)?.value;
      for (const part of $$("[data-for]", form)) part.hidden = Boolean(chosen) && !part.dataset.for.split(" ").includes(chosen);
      const reason = $("[name=reason]", form);
      if (reason) reason.required = Boolean($("input[name=outcome][data-needs-reason]:checked", form));
    };
    form.addEventListener("change", asked);
    asked();

    const meeting = $("[data-meeting]", form);
    if (!meeting) continue;
    const field = (name) => $(`[name=${name}]`, meeting);
    const number = (name) => Number.parseInt(field(name)?.value || "0", 10) || 0;
    // How many it takes, as the definition says: more than a share, at least a share, or a number.
    const needed = (name, wholes) => {
      const [share, sort, of] = [meeting.dataset[name], meeting.dataset[`${name}Is`], meeting.dataset[`${name}Of`]];
      if (sort === "count") return Number(share);
      const [over, under] = share.split("/").map(Number);
      const product = over * wholes[of];
      return sort === "more" ? Math.floor(product / (under || 1)) + 1 : Math.ceil(product / (under || 1));
    };
    const say = (selector, reached, words) => {
      const output = $(selector, meeting);
      if (!output) return;
      output.textContent = words;
      output.className = reached === null ? "" : reached ? "tag good" : "tag late";
    };
    const count = (event) => {
      const left = $$("select[name^='excluded.']", meeting).filter((one) => one.value).length;
      const ticked = $$("input[name=attended]:checked", meeting).length;
      if (event?.target.name === "attended") field("present").value = String(ticked);
      if (event?.target.name?.startsWith("excluded.")) field("eligible").value = String(Number(meeting.dataset.entitled) - left);
      const tally = $("[data-tally]", meeting).dataset;
      const eligible = number("eligible");
      const voters = number("present") + number("written");
      const votes = number("yes") + number("no") + number("abstain");
      const started = field("present").value !== "";
      const wholes = { eligible, present: number("present"), cast: number("yes") + number("no") };
      if (meeting.dataset.quorum) {
        const reached = number("present") >= needed("quorum", wholes);
        say("[data-quorum-state]", started ? reached : null, started ? (reached ? tally.yes : tally.no) : "");
      }
      if (meeting.dataset.carried) {
        const voted = field("yes").value !== "";
        const reached = number("yes") >= needed("carried", wholes);
        say("[data-carried-state]", voted ? reached : null, voted ? (reached ? tally.yes : tally.no) : "");
      }
      say("[data-sums-state]", votes ? votes === voters : null, votes ? tally.saysSums.replace("{votes}", votes).replace("{voters}", voters) : "");
    };
    meeting.addEventListener("input", count);
    count();
  }
})();
