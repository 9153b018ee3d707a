// What is checked: a folder or a zip file, as a list of files that can be read piece by piece.

const PIECE_BYTES = 1 << 20;
const MAX_FILES = 200000;

// A reader is anything with a size and read(start, end); memory holds one piece at a time.
const readerOfFile = (file) => ({
  size: file.size,
  read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
});

async function* piecesOf(reader, start, end) {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const piece = await reader.read(at, Math.min(at + PIECE_BYTES, end));
    if (piece.length !== Math.min(at + PIECE_BYTES, end) - at) throw new Fault("unreadable");
    yield piece;
  }
}

function entryOfFile(path, file) {
  const reader = readerOfFile(file);
  return { path, size: file.size, pieces: () => piecesOf(reader, 0, reader.size) };
}

function entriesOfFiles(files) {
  return Array.from(files, (file) => entryOfFile(file.webkitRelativePath || file.name, file));
}

// A dropped folder. File handles work where a page was opened from disk; the older way is kept for others.
async function entriesOfHandle(handle, above = "") {
  const path = above + handle.name;
  if (handle.kind === "file") return [entryOfFile(path, await handle.getFile())];
  const found = [];
  for await (const inner of handle.values()) {
    found.push(...(await entriesOfHandle(inner, `${path}/`)));
    if (found.length > MAX_FILES) throw new Fault("too-many");
  }
  return found;
}

async function entriesOfDropped(item, above = "") {
  const path = above + item.name;
  if (item.isFile) return [entryOfFile(path, await new Promise((done, fail) => item.file(done, fail)))];
  const reader = item.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await entriesOfDropped(inner, `${path}/`)));
    if (found.length > MAX_FILES) throw new Fault("too-many");
  }
}

// -- zip files (APPNOTE 6.3.10): stored and deflated entries, large files included ---------------------------

const ZIP_END = 0x06054b50;
const ZIP_END_64 = 0x06064b50;
const ZIP_LOCATOR_64 = 0x07064b50;
const ZIP_CENTRAL = 0x02014b50;
const ZIP_LOCAL = 0x04034b50;

function wide(view, at) {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Fault("zip", "", "size");
  return Number(value);
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

async function zipDirectory(reader) {
  const start = Math.max(0, reader.size - 65557);
  const view = viewOf(await reader.read(start, reader.size));
  let at = view.byteLength - 22;
  while (at >= 0 && view.getUint32(at, true) !== ZIP_END) at--;
  if (at < 0 || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) throw new Fault("zip", "", "end");
  let count = view.getUint16(at + 10, true);
  let size = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true);
  if (at >= 20 && view.getUint32(at - 20, true) === ZIP_LOCATOR_64) {
    const place = wide(view, at - 12);
    const end = viewOf(await reader.read(place, place + 56));
    if (end.byteLength !== 56 || end.getUint32(0, true) !== ZIP_END_64) throw new Fault("zip", "", "end");
    count = wide(end, 32);
    size = wide(end, 40);
    offset = wide(end, 48);
  }
  if (count > MAX_FILES) throw new Fault("too-many");
  // Longer than any directory of that many files can be.
  if (size > 65536 * 4 * Math.max(1, count)) throw new Fault("zip", "", "directory");
  const bytes = await reader.read(offset, offset + size);
  if (bytes.length !== size) throw new Fault("zip", "", "directory");
  return { count, bytes };
}

function zipExtra(view, at, length, fields) {
  for (let end = at + length; at + 4 <= end; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let place = at + 4;
      for (const name of ["size", "packed", "offset"]) {
        if (fields[name] !== 0xffffffff) continue;
        fields[name] = wide(view, place);
        place += 8;
      }
    }
    at += 4 + size;
  }
  return fields;
}

async function entriesOfZip(reader) {
  const { count, bytes } = await zipDirectory(reader);
  const view = viewOf(bytes);
  const entries = [];
  let at = 0;
  for (let number = 0; number < count; number++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ZIP_CENTRAL) throw new Fault("zip", "", "directory");
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const name = bytes.subarray(at + 46, at + 46 + nameBytes);
    const fields = zipExtra(view, at + 46 + nameBytes, extraBytes, {
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    const path = decodeText(name, "zip");
    at += 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (path.endsWith("/") && fields.size === 0) continue;
    if (flags & 1) throw new Fault("zip", path, "encrypted");
    if (method !== 0 && method !== 8) throw new Fault("zip", path, "method");
    if (method === 0 && fields.size !== fields.packed) throw new Fault("zip", path, "size");
    entries.push({ path, size: fields.size, pieces: () => zipPieces(reader, path, name, method, fields) });
  }
  return entries;
}

async function* zipPieces(reader, path, name, method, fields) {
  const head = viewOf(await reader.read(fields.offset, fields.offset + 30));
  if (head.byteLength !== 30 || head.getUint32(0, true) !== ZIP_LOCAL) throw new Fault("zip", path, "entry");
  const nameBytes = head.getUint16(26, true);
  const start = fields.offset + 30 + nameBytes + head.getUint16(28, true);
  const local = await reader.read(fields.offset + 30, fields.offset + 30 + nameBytes);
  // Two names for one file would let two programs see two bundles.
  if (!sameBytes(local, name)) throw new Fault("zip", path, "name");
  const packed = piecesOf(reader, start, start + fields.packed);
  let total = 0;
  for await (const piece of method === 0 ? packed : inflated(packed, path)) {
    total += piece.length;
    if (total > fields.size) throw new Fault("zip", path, "size");
    yield piece;
  }
  if (total !== fields.size) throw new Fault("zip", path, "size");
}

async function* inflated(pieces, path) {
  const stream = new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }).pipeThrough(new DecompressionStream("deflate-raw"));
  const source = stream.getReader();
  try {
    for (;;) {
      const { value, done } = await source.read();
      if (done) return;
      yield value;
    }
  } catch {
    throw new Fault("zip", path, "packed");
  }
}

async function wholeOf(entry, limit) {
  if (entry.size > limit) throw new Fault("too-large", entry.path);
  const parts = [];
  for await (const piece of entry.pieces()) parts.push(piece);
  return joinBytes(...parts);
}
