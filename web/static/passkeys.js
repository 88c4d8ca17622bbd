// Adding a passkey: `data-new-passkey` around a field for its name and a button.
"use strict";
(() => {
  const around = document.querySelector("[data-new-passkey]");
  if (!around || !window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  const fault = document.querySelector("[data-new-passkey-fault]");
  around.hidden = false;
  around.querySelector("button").addEventListener("click", async () => {
    const field = around.querySelector("input");
    const name = field.value.trim() || field.placeholder;
    fault.hidden = true;
    try {
      const offered = await (await fetch("/v1/me/passkeys/options", { method: "POST" })).json();
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(offered.public_key);
      const made = await navigator.credentials.create({ publicKey });
      const answer = await fetch("/v1/me/passkeys", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name, credential: made.toJSON() }),
      });
      if (answer.ok) location.reload();
      else fault.hidden = false;
    } catch {
      fault.hidden = false;
    }
  });
})();
