"use strict";
// Bytes and text: strict readings, where one value has exactly one spelling.

class Fault extends Error {
  constructor(kind, path = "", detail = "") {
    super(kind);
    this.kind = kind;
    this.path = path;
    this.detail = detail;
  }
}

const encodeText = (text) => new TextEncoder().encode(text);

function decodeText(bytes, kind = "text", path = "") {
  try {
    // ignoreBOM keeps a byte order mark, so that it is seen and not swallowed.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault(kind, path, "utf-8");
  }
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function joinBytes(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function encodeBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

// Null for anything that encodeBase64 would not write: foreign characters, missing padding, stray bits.
function decodeBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  return btoa(binary) === text ? Uint8Array.from(binary, (sign) => sign.charCodeAt(0)) : null;
}

function decodeBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return decodeBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
}

const encodeBase64Url = (bytes) =>
  encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// JSON Canonicalization Scheme (RFC 8785) for the values that occur here: strings, safe integers, null,
// arrays, objects. JSON.stringify writes strings and numbers as the scheme wants them.
function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    // The default order of sort is by UTF-16 units, which is the order of the scheme.
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

// The value of a text that is canonical JSON, or undefined. Writing it again catches doubled names, blanks
// and other spellings at once.
function parseCanonical(text) {
  try {
    const value = JSON.parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

// Signs that change the direction or cannot be seen are shown as what they are.
const visible = (text) =>
  String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`,
  );
