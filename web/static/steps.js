// The form of a step: what an outcome asks for, and the arithmetic of a meeting while it is typed.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  // How many it takes, as the definition says: more than a share, at least a share, or a number. In whole numbers.
  const needed = ({ share, sort }, whole) => {
    if (sort === "count") return Number(share);
    const [over, under = 1] = share.split("/").map(Number);
    return sort === "more" ? Math.floor((over * whole) / under) + 1 : Math.ceil((over * whole) / under);
  };
  const wholeOf = ({ of }, vote) => (of === "cast" ? vote.yes + vote.no : vote[of]);

  // The same as the server decides, which has the last word: see domain/voting.py.
  const reckoned = (rules, vote) => {
    const voters = vote.present + vote.written;
    const many = voters > vote.eligible;
    const sums = !many && vote.yes + vote.no + vote.abstain === voters && (rules.written || !vote.written)
      && vote.vetoes <= vote.no && (rules.veto || !vote.vetoes)
      && ["yes", "no", "abstain"].every((one) => vote.said.filter((says) => says === one).length <= vote[one]);
    const quorum = !rules.quorum || vote.present >= needed(rules.quorum, wholeOf(rules.quorum, vote));
    const enough = vote.yes >= needed(rules.carried, wholeOf(rules.carried, vote));
    const tied = rules.chair && rules.carried.of === "cast" && vote.yes === vote.no && vote.chair === "yes";
    const carried = vote.yes > 0 && !(rules.veto && vote.vetoes) && (enough || tied);
    return { voters, many, sums, quorum, carried };
  };

  const rulesOf = ({ dataset }) => {
    const threshold = (name) => name in dataset && { share: dataset[name], sort: dataset[`${name}Is`], of: dataset[`${name}Of`] };
    return { quorum: threshold("quorum"), carried: threshold("carried"), written: "written" in dataset, veto: "veto" in dataset, chair: "chair" in dataset };
  };

  const boxes = (name, from) => $$(`input[name=${name}]`, from);
  // Nobody is there and in writing, and whoever is left out of the count is neither.
  const apart = ({ target, isTrusted }) => {
    const seat = target.closest(".seat");
    const left = seat && $("select[name^='excluded.']", seat);
    const out = left && (target === left || (!isTrusted && left.value));
    if (!seat || target.name.startsWith("said.") || !(target === left ? left.value : target.checked)) return;
    if (left && !out) left.value = "";
    for (const box of boxes("attended", seat).concat(boxes("wrote", seat))) if (out || box.name !== target.name) box.checked = false;
  };
  // Heard before the form counts, which lies further out.
  for (const roster of $$("[data-seats]")) for (const told of ["input", "change"]) roster.addEventListener(told, apart);

  // A long list is searched for a name, and says how far it is ticked; what is out of sight stays ticked.
  const seek = (roster) => {
    const seats = $$(".seat", roster);
    const asked = $("[data-seek]", roster.parentElement);
    const told = $("[data-seated]", roster.parentElement);
    const everybody = $("[data-all=attended]", roster.parentElement);
    const tell = () => {
      everybody.checked = boxes("attended", roster).every((one) => one.checked);
      const there = seats.filter((seat) => $("input:checked", seat)).length;
      told.textContent = told.dataset.says.replace("{there}", there).replace("{all}", seats.length);
    };
    const narrow = () => {
      const text = asked.value.trim().toLowerCase();
      for (const seat of seats) seat.hidden = !$("label", seat).textContent.toLowerCase().includes(text);
    };
    asked?.addEventListener("input", narrow);
    asked?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const found = seats.filter((seat) => !seat.hidden);
      if (found.length !== 1) return;
      $("input[name=attended]", found[0]).click();
      asked.value = "";
      narrow();
    });
    roster.closest("form").addEventListener("change", tell);
    tell();
  };
  for (const roster of $$("[data-seats]")) seek(roster);

  const follow = (form, meeting) => {
    const field = (name) => $(`[name=${name}]`, meeting);
    const number = (name) => Number.parseInt(field(name)?.value || "0", 10) || 0;
    const tally = $("[data-tally]", meeting);
    const says = tally.dataset;
    const say = (selector, reached, words) => {
      const output = $(selector, tally);
      if (!output) return;
      output.textContent = reached === null ? "" : words;
      output.className = reached === null ? "" : reached ? "tag good" : "tag late";
    };
    const takes = (name, rule, vote) => {
      const place = rule && $(`[data-${name}-needs]`, tally);
      const whole = rule && wholeOf(rule, vote);
      if (place && (rule.sort === "count" || whole)) {
        const words = says[name === "quorum" ? "saysQuorum" : "saysCarried"];
        place.textContent = words.replace("{needed}", needed(rule, whole)).replace("{all}", whole);
      }
    };
    const ticked = (name) => boxes(name, form).filter((one) => one.checked);
    const count = (event) => {
      const { name: changed = "" } = event?.target ?? {};
      if (["attended", "wrote"].includes(changed) || changed.startsWith("excluded.")) {
        const left = $$("select[name^='excluded.']", form).filter((one) => one.value).length;
        field("eligible").value = String(Number(meeting.dataset.entitled) - left);
        field("present").value = String(ticked("attended").length);
        if (field("written")) field("written").value = String(ticked("wrote").length);
      }
      const vote = Object.fromEntries(["eligible", "present", "written", "yes", "no", "abstain", "vetoes"].map((name) => [name, number(name)]));
      vote.chair = $("[name=chair]:checked", meeting)?.value;
      vote.said = ticked("wrote").map((one) => $("select[name^='said.']", one.closest(".seat"))?.value);
      const rules = rulesOf(meeting);
      const found = reckoned(rules, vote);
      const votes = vote.yes + vote.no + vote.abstain;
      const started = field("present").value !== "";
      const voted = field("yes").value !== "";
      takes("quorum", rules.quorum, vote);
      takes("carried", rules.carried, vote);
      say("[data-quorum-state]", started ? found.quorum : null, found.quorum ? says.yes : says.no);
      say("[data-carried-state]", voted ? found.carried : null, found.carried ? says.yes : says.no);
      const sums = says.saysSums.replace("{votes}", votes).replace("{voters}", found.voters);
      say("[data-sums-state]", votes || found.many ? found.sums : null, found.many ? says.saysMany : sums);
      const whole = started && voted && found.quorum && found.sums;
      say("[data-result-state]", whole ? found.carried : null, found.carried ? says.wins : says.loses);
    };
    form.addEventListener("input", count);
    // Ticking everybody at once is told as a change of each.
    form.addEventListener("change", count);
    count();
  };

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
    if (meeting) follow(form, meeting);
  }
})();
