// Verifies a proof in this browser, from what was recorded up to the signature: the page's own claims are not believed.
// Written from the formats: RFC 8785 (canonical JSON), SHA-256, RFC 6962 (the tree), C2SP signed-note and
// tlog-checkpoint (the signature).
"use strict";
(() => {
  const HASHED = ["seq", "type", "step", "round", "occurred_on", "recorded_at", "actor", "post", "on_behalf_of", "data", "prev_hash"];
  const MEMORY = "accede-checkpoint";

  class Wrong extends Error {}

  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
  const hex = (some) => [...some].map((one) => one.toString(16).padStart(2, "0")).join("");
  const unpacked = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const utf8 = (text) => new TextEncoder().encode(text);
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const node = (left, right) => sha256(Uint8Array.of(1), left, right);

  // RFC 8785 for what is recorded: whole numbers, text, lists, objects. JavaScript sorts text by UTF-16, as it asks.
  const canonical = (value) => {
    if (value === null || typeof value !== "object") {
      if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Wrong("number");
      return JSON.stringify(value);
    }
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  };

  const ask = async (address) => {
    const answer = await fetch(address, { headers: { accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const eventsOf = async (id) => {
    const events = [];
    for (let cursor = ""; cursor !== null;) {
      const page = await ask(`/v1/cases/${id}/history?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      events.push(...page.items);
      cursor = page.next;
    }
    return events;
  };

  // Each event carries the hash of the one before it. Of one that is withheld in part only the link is seen.
  const checkChain = async (id, events, head) => {
    let [seq, last, linked] = [0, "0".repeat(64), 0];
    for (const event of events) {
      if (event.seq !== seq + 1 || event.prev_hash !== last) throw new Wrong(String(seq + 1));
      if (event.withheld) linked += 1;
      else {
        const image = { case: id };
        for (const key of HASHED) image[key] = event[key];
        if (event.hashed) image.data = event.hashed;
        if (hex(await sha256(utf8(canonical(image)))) !== event.hash) throw new Wrong(String(event.seq));
      }
      [seq, last] = [event.seq, event.hash];
    }
    if (last !== head) throw new Wrong(String(seq));
    return { number: seq, linked };
  };

  // The root that a leaf and its path lead to (RFC 9162, 2.1.3.2).
  const rootOf = async (entry, position, size, path) => {
    let [here, last, made] = [position, size - 1, await sha256(Uint8Array.of(0), entry)];
    for (const other of path.map(bytes)) {
      if (last === 0) throw new Wrong("path");
      if (here % 2 === 1 || here === last) {
        made = await node(other, made);
        while (here % 2 === 0 && here !== 0) [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
      } else made = await node(made, other);
      [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
    }
    if (last !== 0) throw new Wrong("path");
    return made;
  };

  // Whether a later log is an earlier one with more at its end (RFC 9162, 2.1.4.2).
  const grewOnly = async (earlier, earlierRoot, later, laterRoot, path) => {
    if (earlier === later) return path.length === 0 && earlierRoot === laterRoot;
    if (earlier === 0) return true;
    const hashes = path.map(bytes);
    if ((earlier & (earlier - 1)) === 0) hashes.unshift(bytes(earlierRoot));
    if (hashes.length === 0) return false;
    let [here, last] = [earlier - 1, later - 1];
    while (here % 2 === 1) [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
    let [first, second] = [hashes[0], hashes[0]];
    for (const other of hashes.slice(1)) {
      if (last === 0) return false;
      if (here % 2 === 1 || here === last) {
        [first, second] = [await node(other, first), await node(other, second)];
        while (here % 2 === 0 && here !== 0) [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
      } else second = await node(second, other);
      [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
    }
    return last === 0 && hex(first) === earlierRoot && hex(second) === laterRoot;
  };

  const readNote = (note) => {
    const at = note.indexOf("\n\n");
    const text = note.slice(0, at + 1);
    const [origin, size, root] = text.split("\n");
    const signatures = note.slice(at + 2).split("\n").filter(Boolean).map((line) => {
      const [, name, packed] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      const all = packed ? unpacked(packed) : new Uint8Array();
      return { name, id: hex(all.slice(0, 4)), signature: all.slice(4) };
    });
    return { text, origin, size: Number(size), root: hex(unpacked(root)), signatures };
  };

  // The key's own name and id are checked, too: they say which signature below a note is its own.
  const readKey = async (verifier) => {
    const [name, id, packed] = [verifier.split("+")[0], verifier.split("+")[1], verifier.split("+").slice(2).join("+")];
    const all = unpacked(packed);
    const made = hex((await sha256(utf8(`${name}\n`), all)).slice(0, 4));
    if (made !== id) throw new Wrong("key");
    return { verifier, name, id, kind: all[0], raw: all.slice(1) };
  };

  const signedBy = async (note, keys) => {
    for (const key of keys) {
      const own = note.signatures.find((one) => one.name === key.name && one.id === key.id);
      if (!own || key.kind !== 1) continue;
      let imported;
      try {
        imported = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
      } catch {
        return null;
      }
      if (!(await crypto.subtle.verify({ name: "Ed25519" }, imported, own.signature, utf8(note.text)))) throw new Wrong("signature");
      return key;
    }
    throw new Wrong("signature");
  };

  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(MEMORY));
    } catch {
      return null;
    }
  };

  // What was seen here before, by a browser that nobody of the service can reach into, still holds.
  const checkMemory = async (note, key) => {
    const before = remembered();
    const now = { origin: note.origin, size: note.size, root: note.root, key: key?.verifier ?? before?.key ?? null };
    const known = before !== null && before.origin === note.origin;
    if (known) {
      const [small, large] = before.size <= note.size ? [before, note] : [note, before];
      const { path } = await ask(`/v1/audit/proofs/consistency?earlier=${small.size}&later=${large.size}`);
      if (!(await grewOnly(small.size, small.root, large.size, large.root, path))) throw new Wrong("memory");
    }
    const another = known && key !== null && before.key !== null && before.key !== key.verifier;
    if (!known || before.size < note.size) {
      try {
        localStorage.setItem(MEMORY, JSON.stringify(now));
      } catch {
        // A browser that keeps nothing has nothing to compare next time.
      }
    }
    return { known, another, size: before?.size };
  };

  for (const box of document.querySelectorAll("[data-proof]")) {
    const line = (check) => box.querySelector(`[data-check="${check}"]`);
    const show = (check, state, words, given = {}) => {
      const one = line(check);
      one.dataset.state = state;
      const says = one.dataset[words] ?? "";
      one.querySelector("[data-says]").textContent = says.replaceAll(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);
    };
    const whole = (state) => {
      box.dataset.state = state;
      const badge = box.querySelector("[data-badge]");
      badge.textContent = box.dataset[state];
    };

    const look = async () => {
      const { proof, case: id, head, position } = box.dataset;
      const lines = [...box.querySelectorAll("[data-check]")].map((one) => one.dataset.check);
      for (const one of lines) show(one, "waiting", "waiting");
      let at = lines[0];
      let weak = false;
      try {
        let found;
        let entry;
        if (proof === "case") {
          const told = await checkChain(id, await eventsOf(id), head);
          show("chain", told.linked ? "weak" : "good", told.linked ? "linked" : "good", told);
          weak = told.linked > 0;
          at = "place";
          found = await ask(`/v1/audit/proofs/inclusion?case=${id}`);
          entry = bytes(head);
        } else {
          found = await ask(`/v1/audit/leaves/${position}`);
          entry = bytes(box.dataset.hash);
        }
        const note = readNote(found.checkpoint.note);
        const root = hex(await rootOf(entry, found.position, note.size, found.path));
        if (root !== note.root) throw new Wrong("root");
        show("place", "good", "good", { position: found.position, size: note.size });
        at = "signature";
        const keys = await Promise.all((await ask("/v1/audit/keys")).items.map((one) => readKey(one.verifier)));
        const key = await signedBy(note, keys);
        if (key === null) {
          show("signature", "weak", "unable");
          weak = true;
        } else show("signature", "good", "good", { name: key.name, id: key.id });
        at = "memory";
        const known = await checkMemory(note, key);
        weak ||= known.another;
        if (known.another) show("memory", "weak", "another");
        else show("memory", known.known ? "good" : "weak", known.known ? "good" : "first", known);
        whole(weak ? "weak" : "good");
      } catch (trouble) {
        const wrong = trouble instanceof Wrong;
        show(at, wrong ? "bad" : "weak", wrong ? "bad" : "away", { number: trouble.message });
        for (const one of lines.slice(lines.indexOf(at) + 1)) show(one, "", "skipped");
        whole(wrong ? "bad" : "away");
      }
    };

    const button = box.querySelector("[data-verify]");
    button.addEventListener("click", async () => {
      if (!globalThis.crypto?.subtle) return whole("unable");
      button.disabled = true;
      box.dataset.state = "looking";
      await look();
      button.disabled = false;
    });
  }
})();
