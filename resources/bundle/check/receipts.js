// Receipts: a signed head of the log, its countersignatures, and how older heads lead up to it.

const RECEIPT_LIMIT = 1 << 18;

// One receipt file; throws a fault when it is malformed. Signatures are verified apart.
function readReceipt(text, path) {
  const fail = (detail) => new Fault("receipt", path, detail);
  const parts = text.split("\n\n");
  if (parts.length < 4 || text.length > RECEIPT_LIMIT) throw fail("form");
  const [magic, ownKey, ...rest] = parts[0].split("\n");
  const spoken = rest.pop();
  if (magic !== "sheaf-receipt/v1" || !ownKey?.startsWith("key ") || !spoken?.startsWith("spoken "))
    throw fail("form");
  const own = readVerifierKey(ownKey.slice(4), "log");
  const witnesses = rest.map((line) => (line.startsWith("key ") ? readVerifierKey(line.slice(4), "witness") : null));
  if (!own || witnesses.includes(null) || witnesses.length > 15) throw fail("key");
  const [note, signatures] = parts.slice(-2);
  const olds = parts.slice(1, -2).join("\n");
  const checkpoint = readCheckpoint(`${note}\n\n${signatures}`, path);
  if (checkpoint.origin !== own.name || checkpoint.signatures.length > 16) throw fail("key");
  if (spoken !== `spoken ${checkpoint.size} ${digitsOf(sha256(encodeText(checkpoint.body)))}`) throw fail("spoken");
  const blocks = readOldBlocks(olds, checkpoint.size);
  if (!blocks) throw fail("form");
  return { path, own, witnesses, checkpoint, blocks, note: `${note}\n\n${signatures}` };
}

// The `old` blocks, ascending, `old 0` first and empty: a map from size to hashes, or null.
function readOldBlocks(text, size) {
  const blocks = new Map();
  let current = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("old ")) {
      const old = decimal(line.slice(4));
      if (old === null || old > size || (blocks.size === 0 ? old !== 0 : old <= current.size)) return null;
      current = { size: old, hashes: [] };
      blocks.set(old, current.hashes);
    } else {
      const hash = decodeBase64(line);
      if (!current || current.size === 0 || hash?.length !== 32) return null;
      current.hashes.push(hash);
    }
  }
  return blocks.size && blocks.size <= 64 ? blocks : null;
}

// All receipts of a bundle. Returns them by their checkpoints' text, and the head.
async function checkReceipts(files, signer, report) {
  const receipts = [];
  for (const [path, entry] of files) {
    const match = path.match(/^bag\/data\/custody\/receipt-(\d+)\.txt$/);
    if (!match) continue;
    try {
      const receipt = readReceipt(decodeText(await wholeOf(entry, RECEIPT_LIMIT), "receipt", path), path);
      if (String(receipt.checkpoint.size) !== match[1]) throw new Fault("receipt", path, "size");
      if (signer && !sameBytes(receipt.own.key, signer.key)) throw new Fault("receipt", path, "key");
      const state = await verifyNote(receipt.checkpoint, receipt.own.key);
      if (state === "wrong") throw new Fault("receipt", path, "signature");
      if (state === "unsupported") report.unsupported = true;
      receipt.countersigned = await checkCosignatures(receipt, report);
      receipts.push(receipt);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      report.fault(error.kind === "note" ? "receipt" : error.kind, path, error.detail);
    }
  }
  receipts.sort((one, other) => one.checkpoint.size - other.checkpoint.size);
  const head = receipts[receipts.length - 1] ?? null;
  for (const receipt of receipts.slice(0, -1)) checkPrefix(receipt, head, report);
  const sizes = receipts.map((receipt) => receipt.checkpoint.size);
  if (head && [...head.blocks.keys()].some((size) => size !== 0 && !sizes.includes(size)))
    report.fault("consistency", head.path, "extra");
  return { receipts, head };
}

function checkPrefix(receipt, head, report) {
  const hashes = head.blocks.get(receipt.checkpoint.size);
  if (!hashes) return report.fault("consistency", receipt.path, "missing");
  const { size, root } = receipt.checkpoint;
  const roots = rootsFrom(size, root, head.checkpoint.size, hashes);
  if (!roots || !sameBytes(roots.old, root) || !sameBytes(roots.new, head.checkpoint.root))
    report.fault("consistency", receipt.path, "mismatch");
  return undefined;
}

async function checkCosignatures(receipt, report) {
  const good = [];
  for (const signature of receipt.checkpoint.signatures.slice(1)) {
    const witness = receipt.witnesses.find(
      ({ name, key }) => name === signature.name && sameBytes(noteKeyId(name, 4, key), signature.id),
    );
    if (!witness) {
      report.remark("cosignature-unknown", receipt.path);
      continue;
    }
    const { state, time } = await verifyCosignature(receipt.checkpoint, signature, witness.key);
    if (state === "wrong") report.fault("cosignature", receipt.path, keyName(witness.key));
    else if (state === "good") good.push({ key: witness.key, time });
  }
  return good;
}

// A receipt or a fingerprint that the person has from elsewhere, held against the bundle. Gives a code for
// words and whether it speaks for the bundle.
async function compareWithTyped(text, signer, receipts) {
  const typed = text.trim();
  if (!typed) return null;
  if (/^sheaf-receipt\/v1/.test(typed)) {
    const held = readReceipt(`${typed.replaceAll("\r\n", "\n")}\n`, "");
    if (!signer || !sameBytes(held.own.key, signer.key)) return { code: "other_key", good: false };
    if ((await verifyNote(held.checkpoint, held.own.key)) === "wrong") return { code: "receipt_broken", good: false };
    return compareCheckpoint(held.checkpoint, receipts);
  }
  if (!signer) return { code: "other_key", good: false };
  if (/^SHA256:/i.test(typed))
    return typed.replace(/=+$/, "") === sshFingerprint(signer.key)
      ? { code: "key_fits", good: true }
      : { code: "other_key", good: false };
  const digits = typed.replace(/\D/g, "");
  if (/^[\d\s.,-]+$/.test(typed) && digits.length === 40)
    return digits === digitsOf(keyDigest(signer.key)).replaceAll(" ", "")
      ? { code: "key_fits", good: true }
      : { code: "other_key", good: false };
  const spoken = typed.match(/^(?:spoken\s+)?(\d+)((?:\s+\d{5}){8})$/);
  if (spoken) return compareSpoken(Number(spoken[1]), spoken[2].trim().split(/\s+/).join(" "), signer, receipts);
  if (/^[0-9A-Z]{4}-?[0-9A-Z]{4}$/i.test(typed))
    return typed.replace("-", "").toUpperCase() === keyName(signer.key).replace("-", "")
      ? { code: "key_short", good: false }
      : { code: "other_key", good: false };
  return { code: "not_understood", good: false };
}

function compareCheckpoint(checkpoint, receipts) {
  const latest = receipts[receipts.length - 1]?.checkpoint;
  if (!latest) return { code: "receipt_no_log", good: false };
  if (checkpoint.size > latest.size) return { code: "receipt_newer", good: false };
  const here = receipts.find((receipt) => receipt.checkpoint.size === checkpoint.size);
  if (!here) return { code: "receipt_no_proof", good: false };
  const fits = sameBytes(here.checkpoint.root, checkpoint.root);
  return fits ? { code: "receipt_fits", good: true } : { code: "receipt_rewritten", good: false };
}

// A receipt taken down by telephone: its digits are those of the body, which is written again here.
function compareSpoken(size, digits, signer, receipts) {
  const here = receipts.find((receipt) => receipt.checkpoint.size === size);
  if (!here) return compareCheckpoint({ size, root: null }, receipts);
  const body = `${signer.origin}\n${size}\n${encodeBase64(here.checkpoint.root)}\n`;
  const fits = digitsOf(sha256(encodeText(body))) === digits;
  return fits ? { code: "receipt_fits", good: true } : { code: "receipt_rewritten", good: false };
}
