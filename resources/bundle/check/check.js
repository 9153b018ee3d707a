// The whole check of one bundle: what was found, item by item, and the first thing that is wrong.

const ORIGIN_ACTIONS = ["collected", "received", "imported", "derived", "redacted"];

class Report {
  constructor() {
    this.faults = [];
    this.remarks = [];
    this.items = [];
    this.unsupported = false;
    this.signer = null;
    this.head = null;
    this.receipts = [];
    this.witnesses = [];
    this.timestamp = "none";
  }

  fault(kind, path = "", detail = "") {
    const same = (one) => one.kind === kind && one.path === path;
    // Both manifests name the same file; once is enough for a person.
    if (!this.faults.some(same) && this.faults.length < 1000) this.faults.push({ kind, path, detail: String(detail) });
  }

  remark(kind, path = "") {
    this.remarks.push({ kind, path });
  }

  async attempt(work, otherwise = null) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.fault(error.kind, error.path, error.detail);
      return otherwise;
    }
  }
}

// entries: what was chosen. progress(done, total) is called often and may be awaited.
async function checkBundle(entries, progress = async () => {}) {
  const report = new Report();
  if (entries.length > MAX_FILES) throw new Fault("too-many");
  const files = filesBelow(entries, findRoot(entries), report);
  const total = [...files.values()].reduce((sum, entry) => sum + entry.size, 0);
  let done = 0;
  const digests = await checkBag(files, report, async (count) => {
    done += count;
    await progress(done, total);
  });
  await report.attempt(() => checkSignature(files, report));
  await checkCustody(files, digests, report);
  const titles = await report.attempt(() => readTitles(files), new Map());
  for (const item of report.items) {
    item.title = titles.get(item.number) ?? "";
    item.sound = !report.faults.some((fault) => belongsTo(fault, item.number));
  }
  report.sound = report.faults.length === 0;
  return report;
}

const belongsTo = (fault, number) =>
  fault.path.startsWith(`bag/data/items/${number}/`) || fault.path.startsWith(`bag/data/custody/${number}`);

async function checkSignature(files, report) {
  for (const name of ["signer.pub", "bag.sig"])
    if (!files.has(name)) throw new Fault("signature-missing", name);
  const signed = files.get("bag/tagmanifest-sha512.txt");
  if (!signed) return;
  const content = await wholeOf(signed, TAG_LIMIT);
  report.timestamp = (await report.attempt(() => checkTimestamps(files, content, report))) ?? "none";
  const signer = readSignerKey(decodeText(await wholeOf(files.get("signer.pub"), 4096), "signature-form", "signer.pub"));
  report.signer = signer;
  const armored = decodeText(await wholeOf(files.get("bag.sig"), 16384), "signature-form", "bag.sig");
  if ((await verifySshSignature(armored, signer, content)) === "unsupported") report.unsupported = true;
}

async function checkCustody(files, digests, report) {
  const { receipts, head } = await checkReceipts(files, report.signer, report);
  report.head = head;
  report.receipts = receipts;
  const items = new Map();
  const histories = new Map();
  // How many events each history has, and how many proofs stand in its one file; null where there is no such file.
  const counts = new Map();
  for (const [path, entry] of files) {
    const original = path.match(/^bag\/data\/items\/(\d{4,})\/(original\.[a-z0-9]{1,8})$/);
    const history = path.match(/^bag\/data\/custody\/(\d{4,})\.jsonl$/);
    if (original) items.set(original[1], { number: original[1], path, size: entry.size, events: [], witnessed: [] });
    if (history) histories.set(history[1], { path, entry });
  }
  if (!receipts.length && !report.faults.some((fault) => fault.kind === "receipt")) report.fault("receipt", "", "missing");
  for (const [number, { path, entry }] of histories) {
    const events = await report.attempt(async () => {
      const text = decodeText(await wholeOf(entry, TAG_LIMIT), "event-leaf", path);
      return readHistory(text, path, report);
    }, []);
    const item = items.get(number) ?? { events: [], witnessed: [] };
    item.events = events;
    const proofs = await report.attempt(() => readProofs(files, number), null);
    counts.set(number, { lines: events.length, together: proofs?.length ?? null });
    for (let line = 1; line <= events.length; line++)
      await report.attempt(() => checkEvent(files, proofs, number, line, events[line - 1], item, receipts));
    if (number === "0000") for (const event of events) checkContinued(event, path, report);
  }
  checkExtraProofs(files, counts, report);
  for (const item of items.values()) {
    const found = digests.get(item.path.slice(4));
    item.sha256 = found?.sha256 ?? "";
    if (!histories.has(item.number)) report.fault("custody-missing", item.path);
    else checkContent(item, report);
  }
  report.items = [...items.values()].sort((one, other) => Number(one.number) - Number(other.number));
  report.witnesses = receipts.flatMap((receipt) => receipt.countersigned);
}

// The proofs of an item that stand in one file, as texts; null where each has a file of its own.
async function readProofs(files, number) {
  const path = `bag/data/custody/${number}.tlog-proofs`;
  const entry = files.get(path);
  return entry ? splitProofs(decodeText(await wholeOf(entry, TAG_LIMIT), "proof", path)) : null;
}

async function checkEvent(files, together, number, line, event, item, receipts) {
  const own = `bag/data/custody/${number}-${String(line).padStart(4, "0")}.tlog-proof`;
  const path = together ? `bag/data/custody/${number}.tlog-proofs` : own;
  if (together ? line > together.length : !files.has(own))
    throw new Fault("proof-missing", `bag/data/custody/${number}.jsonl`, line);
  if (!event) return;
  const text = together ? together[line - 1] : decodeText(await wholeOf(files.get(own), RECEIPT_LIMIT), "proof", own);
  const proof = readProof(text, path);
  const receipt = receipts.find(({ note }) => note === proof.note);
  if (!receipt) throw new Fault("proof", path, "checkpoint");
  if (Object.hasOwn(event.values, "sequence") && event.values.sequence !== proof.index)
    throw new Fault("proof", path, "index");
  const root = rootFrom(event.leafHash, proof.index, receipt.checkpoint.size, proof.hashes);
  if (!root || !sameBytes(root, receipt.checkpoint.root)) throw new Fault("proof", path, "root");
  item.witnessed.push(...receipt.countersigned);
}

function checkExtraProofs(files, counts, report) {
  for (const path of files.keys()) {
    const inner = path.match(/^bag\/data\/custody\/(.+)$/)?.[1];
    if (!inner || /^(\d{4,}\.jsonl|receipt-\d+\.txt)$/.test(inner)) continue;
    const proof = inner.match(/^(\d{4,})-(\d{4,})\.tlog-proof$/);
    const together = inner.match(/^(\d{4,})\.tlog-proofs$/);
    const known = counts.get((together ?? proof)?.[1]);
    const extra = together
      ? !known || known.together > known.lines
      : !known || known.together !== null || Number(proof[2]) < 1 || Number(proof[2]) > known.lines;
    if (extra) report.fault("proof-extra", path);
  }
}

// The file under an item's number is the one its events speak of.
function checkContent(item, report) {
  for (let line = item.events.length; line >= 1; line--) {
    const values = item.events[line - 1]?.values ?? {};
    if (!ORIGIN_ACTIONS.includes(values.action) || typeof values.sha256_after !== "string") continue;
    if (item.sha256 && values.sha256_after !== item.sha256) report.fault("event-content", item.path, line);
    return;
  }
}

function checkContinued(event, path, report) {
  const note = event?.values.action === "continued" ? event.values.note : null;
  if (typeof note !== "string") return;
  try {
    const before = readCheckpoint(note, path);
    const own = report.head && before.origin === report.head.checkpoint.origin;
    if (own || before.size > event.values.sequence) throw new Fault("receipt", path, "continued");
  } catch {
    report.fault("receipt", path, "continued");
  }
}

// Titles for the list, from index.csv: number and title are its first two cells.
async function readTitles(files) {
  const titles = new Map();
  const entry = files.get("bag/data/index.csv");
  if (!entry) return titles;
  const text = decodeText(await wholeOf(entry, TAG_LIMIT), "text", "bag/data/index.csv");
  for (const row of text.matchAll(/(?:^\ufeff?|\r\n)"(\d+)","((?:[^"]|"")*)"/g))
    titles.set(row[1].padStart(4, "0"), row[2].replaceAll('""', '"'));
  return titles;
}
