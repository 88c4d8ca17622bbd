// Numbers beside the lines of a text that is being written: `data-numbered` around a <pre> and a <textarea>.
"use strict";
for (const around of document.querySelectorAll("[data-numbered]")) {
  const numbers = around.querySelector("pre");
  const text = around.querySelector("textarea");
  const count = () => {
    const lines = text.value.split("\n").length;
    numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
  };
  const follow = () => { numbers.scrollTop = text.scrollTop; };
  text.addEventListener("input", () => { count(); follow(); });
  text.addEventListener("scroll", follow);
  count();
}
