// Whether a timestamp (RFC 3161) is there and speaks of this content. Whether it is genuine needs a root
// certificate and a program for it: that is said, never guessed.

// The parts of one DER element, or null: enough to walk a request.
function derElement(bytes, at) {
  if (at + 2 > bytes.length) return null;
  let length = bytes[at + 1];
  let start = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 4 || start + count > bytes.length) return null;
    length = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
    start += count;
  }
  const end = start + length;
  return end <= bytes.length ? { tag: bytes[at], start, end, content: bytes.subarray(start, end) } : null;
}

// The digest that a TimeStampReq carries: SEQUENCE { version, SEQUENCE { algorithm, digest }, … }.
function requestImprint(bytes) {
  const whole = derElement(bytes, 0);
  const version = whole && derElement(bytes, whole.start);
  const imprint = version && derElement(bytes, version.end);
  const algorithm = imprint && derElement(bytes, imprint.start);
  const digest = algorithm && derElement(bytes, algorithm.end);
  return whole?.end === bytes.length && digest?.tag === 4 ? digest.content : null;
}

function contains(bytes, wanted) {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1))
    if (sameBytes(bytes.subarray(at, at + wanted.length), wanted)) return true;
  return false;
}

async function checkTimestamps(files, signed, report) {
  const request = files.get("timestamp.tsq");
  const answer = files.get("timestamp.tsr");
  const digest = sha512(signed);
  if (request) {
    const told = requestImprint(await wholeOf(request, 1 << 16));
    if (!told || !sameBytes(told, digest)) report.fault("timestamp", "timestamp.tsq", "request");
  }
  if (!answer) return request ? "requested" : "none";
  if (contains(await wholeOf(answer, 1 << 20), joinBytes(Uint8Array.of(4, 64), digest))) return "present";
  // Another digest may have been stamped; that is not the same as a forged answer.
  report.remark("timestamp-unread", "timestamp.tsr");
  return "unread";
}
