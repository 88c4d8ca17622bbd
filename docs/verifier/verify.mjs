#!/usr/bin/env node
// Verifies a dossier of Accede without Accede: one file, no dependencies, Node.js 20 or newer.
//
//   node verify.mjs dossier.zip [--key VERIFIER-KEY] [--checkpoint FILE]
//
// Written from the description of the formats and not from the service's code: RFC 8785 (canonical JSON), SHA-256,
// RFC 6962 (the tree), C2SP signed-note and tlog-checkpoint (the signature). Exit code 0: all holds; 1: something was
// tampered with, and the first thing wrong is said; 2: the files cannot be read at all.

import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const GENESIS = "0".repeat(64);
const HASHED = [
  "actor", "case", "data", "occurred_on", "on_behalf_of", "post", "prev_hash", "recorded_at", "round", "seq", "step",
  "type",
];

class Wrong extends Error {}
class Unreadable extends Error {}

const sha256 = (...parts) => {
  const made = createHash("sha256");
  for (const part of parts) made.update(part);
  return made.digest();
};

// RFC 8785 for what is recorded: whole numbers, text, lists, objects. JavaScript sorts text by UTF-16, as it asks.
function canonical(value) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Wrong("a number is no whole number that every reader agrees on");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// A ZIP whose entries are stored as they are: what a dossier is.
function unzip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0) throw new Unreadable("it is no ZIP file");
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Unreadable("its list of files is damaged");
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
    const local = bytes.readUInt32LE(at + 42);
    const named = bytes.toString("utf8", at + 46, at + 46 + name);
    if (method !== 0) throw new Unreadable(`${named} is compressed, which no dossier is`);
    if (files.has(named)) throw new Wrong(`the file ${named} is there twice`);
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files.set(named, bytes.subarray(begin, begin + size));
    at += 46 + name + extra + comment;
  }
  return files;
}

function fileOf(files, name) {
  if (!files.has(name)) throw new Wrong(`the file ${name} is missing`);
  return files.get(name);
}

function parsed(bytes, name) {
  const text = bytes.toString("utf8");
  if (Buffer.compare(Buffer.from(text, "utf8"), bytes) !== 0) throw new Wrong(`${name} is no UTF-8`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Wrong(`${name} cannot be read`);
  }
}

function checkSignature(files, keys) {
  const { text, by } = signedNote(fileOf(files, "signature.txt").toString("utf8"), keys);
  const digest = sha256(fileOf(files, "dossier.json")).toString("hex");
  if (!by.some((key) => text === `${key.name}\ndossier\n${digest}\n`)) {
    throw new Wrong("the dossier is not as it was signed: dossier.json is another, or no known key signed it");
  }
}

function checkFiles(files, dossier) {
  const told = new Map(dossier.files.map((one) => [one.name, one]));
  for (const name of files.keys()) {
    if (!["dossier.json", "signature.txt"].includes(name) && !told.has(name)) throw new Wrong(`the file ${name} does not belong to the dossier`);
  }
  for (const [name, one] of told) {
    const made = sha256(fileOf(files, name)).toString("hex");
    if (made !== one.sha256) throw new Wrong(`the file ${name} is not as it was written`);
  }
  for (const document of dossier.documents) {
    const file = files.get(`materials/${document.sha256}`);
    if (document.included && (!file || sha256(file).toString("hex") !== document.sha256)) {
      throw new Wrong(`the document ${document.sha256} is not the one that was handed in`);
    }
  }
}

function eventsOf(files) {
  const lines = fileOf(files, "events.jsonl").toString("utf8").split("\n");
  if (lines.pop() !== "") throw new Wrong("events.jsonl was cut off");
  return lines.map((line, number) => {
    const event = parsed(Buffer.from(line), `line ${number + 1} of events.jsonl`);
    if (event === null || typeof event !== "object" || canonical(event) !== line) {
      throw new Wrong(`line ${number + 1} of events.jsonl is not canonical JSON`);
    }
    return event;
  });
}

function checkChain(dossier, events) {
  let [seq, head] = [0, GENESIS];
  const withheld = [];
  for (const event of events) {
    const where = `case ${dossier.case}, event ${seq + 1}`;
    if (event.case !== dossier.case) throw new Wrong(`${where}: it belongs to another case`);
    if (event.seq !== seq + 1) throw new Wrong(`${where}: it is missing, or another stands in its place`);
    if (event.prev_hash !== head) throw new Wrong(`${where}: it does not follow the event before it`);
    if ("withheld" in event) {
      withheld.push(event.seq);
    } else {
      const { hash, ...image } = event;
      if (Object.keys(image).sort().join() !== HASHED.join()) throw new Wrong(`${where}: it has other keys than an event`);
      if (sha256(canonical(image)).toString("hex") !== hash) throw new Wrong(`${where}: it is not what was recorded`);
    }
    [seq, head] = [event.seq, event.hash];
  }
  if (seq !== dossier.seq || head !== dossier.head) throw new Wrong("the events do not end with the head that is told");
  if (JSON.stringify(withheld) !== JSON.stringify(dossier.withheld)) {
    throw new Wrong("other events are withheld than the dossier says");
  }
}

// Free text is kept apart, and an event names it by the SHA-256 over it and a salt. It may be gone by now.
function checkPersonal(files, events) {
  if (!files.has("personal.json")) return;
  const told = new Map(events.filter((one) => !("withheld" in one)).map((one) => [String(one.seq), one.data.personal]));
  for (const [seq, { salt, parts }] of Object.entries(parsed(files.get("personal.json"), "personal.json"))) {
    if (sha256(canonical({ parts, salt })).toString("hex") !== told.get(seq)) {
      throw new Wrong(`event ${seq}: what is personal in it is not what was recorded`);
    }
  }
}

function keyOf(text) {
  const [name, id, encoded] = [text.split("+")[0], text.split("+")[1], text.split("+").slice(2).join("+")];
  const bytes = Buffer.from(encoded ?? "", "base64");
  const made = sha256(`${name}\n`, bytes).subarray(0, 4);
  if (bytes.length !== 33 || bytes[0] !== 1 || made.toString("hex") !== id) throw new Wrong("a key is not what it says");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes.subarray(1)]);
  return { name, id: made, text, public: createPublicKey({ key: spki, format: "der", type: "spki" }) };
}

function signedNote(note, keys) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0) throw new Wrong("a signed note has no signature");
  const [text, below] = [note.slice(0, cut + 1), note.slice(cut + 2)];
  const by = [];
  for (const line of below.split("\n").slice(0, -1)) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Wrong("a line below a signed note is no signature");
    const signature = Buffer.from(encoded, "base64");
    for (const key of keys) {
      if (key.name !== name || Buffer.compare(key.id, signature.subarray(0, 4)) !== 0) continue;
      if (!verify(null, Buffer.from(text), key.public, signature.subarray(4))) {
        throw new Wrong(`a signature of ${name} does not fit`);
      }
      by.push(key);
    }
  }
  return { text, by };
}

function checkpointOf(note, keys) {
  const { text, by } = signedNote(note, keys);
  const [origin, size, root] = text.split("\n");
  if (!by.some((key) => key.name === origin)) throw new Wrong("no key that is known signed the checkpoint");
  if (!/^(0|[1-9][0-9]*)$/.test(size)) throw new Wrong("the size of the checkpoint is no number");
  return { origin, size: Number(size), root: Buffer.from(root, "base64"), by };
}

const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

// RFC 9162, 2.1.3.2. Positions may be larger than 2^31, so no bitwise operators.
function rootFrom(hash, position, size, path) {
  if (!(position >= 0 && position < size)) return null;
  let [here, last, made] = [position, size - 1, sha256(Buffer.from([0]), Buffer.from(hash, "hex"))];
  const half = (number) => Math.floor(number / 2);
  for (const node of path.map((one) => Buffer.from(one, "hex"))) {
    if (last === 0) return null;
    if (here % 2 === 1 || here === last) {
      made = nodeHash(node, made);
      while (here % 2 === 0 && here !== 0) [here, last] = [half(here), half(last)];
    } else {
      made = nodeHash(made, node);
    }
    [here, last] = [half(here), half(last)];
  }
  return last === 0 ? made : null;
}

function checkLog(files, events, checkpoint) {
  const proofs = parsed(fileOf(files, "proofs.json"), "proofs.json");
  if (proofs.size !== checkpoint.size || proofs.events.length !== events.length) {
    throw new Wrong("the proofs are for another checkpoint, or for other events");
  }
  events.forEach((event, number) => {
    const place = proofs.events[number];
    const root = rootFrom(event.hash, place.position, proofs.size, place.path);
    if (place.seq !== event.seq || root === null || Buffer.compare(root, checkpoint.root) !== 0) {
      throw new Wrong(`case ${event.case}, event ${event.seq}: it does not stand in the log that was signed`);
    }
  });
}

function checkKept(kept, keys, checkpoint) {
  const other = checkpointOf(kept, keys);
  if (other.size === checkpoint.size && Buffer.compare(other.root, checkpoint.root) !== 0) {
    throw new Wrong("the checkpoint that was kept elsewhere tells of another log");
  }
  return other;
}

function main(given) {
  const [trusted, kept, names] = [[], [], []];
  for (let at = 0; at < given.length; at++) {
    if (given[at] === "--key") trusted.push(given[++at] ?? "");
    else if (given[at] === "--checkpoint") kept.push(given[++at] ?? "");
    else names.push(given[at]);
  }
  if (names.length !== 1) throw new Unreadable("usage: node verify.mjs dossier.zip [--key KEY] [--checkpoint FILE]");
  const files = unzip(readFileSync(names[0]));
  const dossier = parsed(fileOf(files, "dossier.json"), "dossier.json");
  if (dossier.format !== "accede-dossier/1") throw new Unreadable("it is no dossier that is known here");
  const own = parsed(fileOf(files, "keys.json"), "keys.json").map((key) => key.verifier);
  const keys = (trusted.length ? trusted : own).map(keyOf);
  checkSignature(files, keys);
  checkFiles(files, dossier);
  const events = eventsOf(files);
  checkChain(dossier, events);
  checkPersonal(files, events);
  const checkpoint = checkpointOf(fileOf(files, "checkpoint.txt").toString("utf8"), keys);
  checkLog(files, events, checkpoint);
  for (const name of kept) checkKept(readFileSync(name, "utf8"), keys, checkpoint);
  const whose = trusted.length ? "that you named" : "that the dossier itself names: compare it with what you know";
  console.log(`case ${dossier.case}: ${events.length} events hold, up to the head ${dossier.head}`);
  console.log(`they stand in the log ${checkpoint.origin} of ${checkpoint.size} events`);
  console.log(`signed by the key ${checkpoint.by.map((key) => key.text).join(", ")} (${whose})`);
  if (dossier.withheld.length) console.log(`${dossier.withheld.length} events are withheld in part: linked, not recomputed`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const tampered = error instanceof Wrong || error instanceof TypeError || error instanceof RangeError;
  console.error(error instanceof Wrong ? `WRONG: ${error.message}` : `cannot be verified: ${error.message}`);
  process.exitCode = tampered ? 1 : 2;
}
