// Merkle trees (RFC 6962), inclusion proofs (c2sp.org/tlog-proof) and signed notes (c2sp.org/signed-note).

const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// The root that the leaf at this index of a tree of this size leads to, or null for a path that cannot be.
function rootFrom(leafHash, index, size, path) {
  if (!(index < size)) return null;
  let hash = leafHash;
  let at = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

// The two roots a consistency proof (RFC 6962, 2.1.2; RFC 9162, 2.1.4.2) leads to.
function rootsFrom(oldSize, oldRoot, newSize, path) {
  if (oldSize === newSize) return path.length ? null : { old: oldRoot, new: oldRoot };
  if (oldSize === 0 || oldSize > newSize) return null;
  const waiting = [...path];
  const powerOfTwo = Number.isInteger(Math.log2(oldSize));
  const first = powerOfTwo ? oldRoot : waiting.shift();
  if (!first) return null;
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  let old = first;
  let fresh = first;
  for (const sibling of waiting) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(sibling, old);
      fresh = nodeHash(sibling, fresh);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      fresh = nodeHash(fresh, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? { old, new: fresh } : null;
}

function decimal(text) {
  return /^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

// A note: text, and signature lines of a name and bytes. Throws a fault for anything malformed.
function readNote(text, path) {
  const split = text.lastIndexOf("\n\n");
  const body = text.slice(0, split + 1);
  const tail = text.slice(split + 2);
  if (split < 0 || !tail.endsWith("\n")) throw new Fault("note", path, "form");
  const signatures = tail
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      const match = line.match(/^\u2014 ([^\s+]+) (\S+)$/u);
      const bytes = match && decodeBase64(match[2]);
      if (!bytes || bytes.length < 5) throw new Fault("note", path, "signature");
      return { name: match[1], id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
    });
  return { body, signatures };
}

// A checkpoint (c2sp.org/tlog-checkpoint): origin, size and root of the log, and who signed it.
function readCheckpoint(text, path) {
  const note = readNote(text, path);
  const [origin, size, root, ...rest] = note.body.split("\n");
  const hash = decodeBase64(root ?? "");
  if (!origin || decimal(size ?? "") === null || hash?.length !== 32 || rest.join() !== "" || rest.length !== 1)
    throw new Fault("note", path, "checkpoint");
  return { origin, size: decimal(size), root: hash, ...note };
}

// The proofs of a file that holds several: each from its first line, which no note contains, to the next one's.
const splitProofs = (text) => (text ? text.split(/(?<=\n)(?=c2sp\.org\/tlog-proof@v1\n)/) : []);

function readProof(text, path) {
  const cut = text.indexOf("\n\n");
  const [head, ...lines] = text.slice(0, Math.max(0, cut)).split("\n");
  if (cut < 0 || head !== "c2sp.org/tlog-proof@v1") throw new Fault("proof", path, "form");
  const index = lines[0]?.startsWith("index ") ? decimal(lines.shift().slice(6)) : null;
  const hashes = lines.map(decodeBase64);
  if (index === null || hashes.length > 64 || hashes.some((hash) => hash?.length !== 32))
    throw new Fault("proof", path, "form");
  return { index, hashes, note: text.slice(cut + 2) };
}

function noteKeyId(name, kind, key) {
  return sha256(encodeText(`${name}\n`), Uint8Array.of(kind), key).subarray(0, 4);
}

// Ed25519 through the browser; "unsupported" when this browser has none: that is no verdict.
async function verifyEd25519(key, signature, message) {
  if (!globalThis.crypto?.subtle) return "unsupported";
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return error.name === "NotSupportedError" ? "unsupported" : "wrong";
  }
  return (await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message)) ? "good" : "wrong";
}

// Names that commit to a key; docs/spec/custody.md.
const keyDigest = (key) => sha256(wireString(encodeText("ssh-ed25519")), wireString(key));
const keyOrigin = (kind, key) => `sheaf-${kind}/${toHex(keyDigest(key).subarray(0, 16))}`;

function keyName(key) {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let number = BigInt(`0x${toHex(keyDigest(key).subarray(0, 5))}`);
  let text = "";
  for (let sign = 0; sign < 8; sign++) {
    text = alphabet[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

function digitsOf(bytes) {
  const number = BigInt(`0x${toHex(bytes)}`) % 10n ** 40n;
  return number.toString().padStart(40, "0").match(/.{5}/g).join(" ");
}

// A verifier key, NAME+ID+BASE64; null when the name or the ID is not this key's.
function readVerifierKey(text, kind) {
  const match = text.match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/);
  const bytes = match && decodeBase64(match[3]);
  const type = kind === "log" ? 1 : 4;
  if (!bytes || bytes.length !== 33 || bytes[0] !== type) return null;
  const key = bytes.subarray(1);
  const fits = match[1] === keyOrigin(kind, key) && match[2] === toHex(noteKeyId(match[1], type, key));
  return fits ? { name: match[1], key } : null;
}

// The log's own signature on a checkpoint: the first one, plain Ed25519, kind 1.
async function verifyNote(checkpoint, key) {
  const [own] = checkpoint.signatures;
  const fits =
    own.name === checkpoint.origin && own.bytes.length === 64 && sameBytes(own.id, noteKeyId(own.name, 1, key));
  return fits ? verifyEd25519(key, own.bytes, encodeText(checkpoint.body)) : "wrong";
}

// A countersignature (c2sp.org/tlog-cosignature, kind 4): eight bytes of time, then the signature.
async function verifyCosignature(checkpoint, signature, key) {
  if (signature.bytes.length !== 72) return { state: "wrong", time: null };
  const time = viewOf(signature.bytes).getBigUint64(0);
  if (time >= 1n << 63n) return { state: "wrong", time: null };
  const message = encodeText(`cosignature/v1\ntime ${time}\n${checkpoint.body}`);
  return { state: await verifyEd25519(key, signature.bytes.subarray(8), message), time: Number(time) };
}
