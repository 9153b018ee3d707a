// The events of one item's history, line by line; docs/spec/custody-event.md.

const EVENT_TYPE = "sheaf-custody-event/v1";
const EVENT_FIELDS = [
  ...["sequence", "time", "offset", "clock_back", "item", "action", "actor", "from", "to", "place", "tool"],
  ...["reason", "sha256_before", "sha256_after", "size", "note", "changed", "restated", "previous"],
];
const LINE_LIMIT = 1 << 20;

const byName = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

function openDisclosure(text) {
  const bytes = typeof text === "string" ? decodeBase64Url(text) : null;
  let value;
  try {
    value = bytes && parseCanonical(decodeText(bytes));
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 3 || typeof value[0] !== "string" || typeof value[1] !== "string")
    return null;
  const salt = decodeBase64Url(value[0]);
  const told = value[2];
  const allowed = told === null || typeof told === "string" || Number.isSafeInteger(told);
  return salt && salt.length === 16 && allowed ? { name: value[1], value: told } : null;
}

function openLeaf(text) {
  const leaf = parseCanonical(text);
  const shape = leaf && typeof leaf === "object" && Object.keys(leaf).sort().join() === "digests,type";
  if (!shape || leaf.type !== EVENT_TYPE || leaf.digests === null || typeof leaf.digests !== "object") return null;
  const whole = EVENT_FIELDS.every((name) => Object.hasOwn(leaf.digests, name));
  const strict = Object.values(leaf.digests).every(
    (digest) => typeof digest === "string" && decodeBase64Url(digest)?.length === 32,
  );
  return whole && strict ? leaf.digests : null;
}

// One line: its values, its leaf hash, the names of withheld fields; throws a fault.
function readEvent(line, path, number) {
  const fail = (kind, detail) => new Fault(kind, path, `${number}:${detail}`);
  const parsed = parseCanonical(line);
  const shape =
    parsed && typeof parsed === "object" && Object.keys(parsed).sort().join() === "disclosures,leaf,leaf_hash";
  if (!shape || typeof parsed.leaf !== "string" || !Array.isArray(parsed.disclosures)) throw fail("event-leaf", "form");
  const leafHash = sha256(Uint8Array.of(0), encodeText(parsed.leaf));
  if (toHex(leafHash) !== parsed.leaf_hash) throw fail("event-leaf", "hash");
  const digests = openLeaf(parsed.leaf);
  if (!digests) throw fail("event-leaf", "form");
  const values = {};
  let before = null;
  for (const text of parsed.disclosures) {
    const told = openDisclosure(text);
    if (!told || (before !== null && byName(before, told.name) >= 0)) throw fail("event-digest", "disclosure");
    before = told.name;
    const digest = encodeBase64Url(sha256(encodeText(text)));
    if (!Object.hasOwn(digests, told.name) || digests[told.name] !== digest) throw fail("event-digest", "disclosure");
    values[told.name] = told.value;
  }
  const withheld = EVENT_FIELDS.filter((name) => !Object.hasOwn(values, name));
  return { values, withheld, leafHash };
}

// All lines of one file, in order. Faults go to the report; what could be read is returned.
function readHistory(text, path, report) {
  const lines = text.split("\n");
  if (lines.pop() !== "") report.fault("event-leaf", path, `${lines.length + 1}:line-end`);
  const events = [];
  let previous = null;
  let known = true;
  let sequence = -1;
  lines.forEach((line, index) => {
    try {
      if (line.length > LINE_LIMIT) throw new Fault("event-leaf", path, `${index + 1}:length`);
      const event = readEvent(line, path, index + 1);
      const { values } = event;
      if (known && Object.hasOwn(values, "previous") && values.previous !== previous)
        throw new Fault("event-order", path, `${index + 1}:previous`);
      if (Object.hasOwn(values, "sequence")) {
        if (!Number.isSafeInteger(values.sequence) || values.sequence <= sequence)
          throw new Fault("event-order", path, `${index + 1}:sequence`);
        sequence = values.sequence;
      }
      events.push(event);
      previous = toHex(event.leafHash);
      known = true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      report.fault(error.kind, error.path, error.detail);
      // After a line that does not check there is nothing to compare the next one with.
      events.push(null);
      known = false;
    }
  });
  return events;
}
