// Both digests of one file. The browser's own hashing is the fastest, but takes a file only as a whole; what is
// larger goes through two workers piece by piece, and where there are none, through this page itself.

const WHOLE_BYTES = 64 << 20;

// One digest in a worker of its own. It has at most two pieces to do, so memory does not grow with the file.
class HashWorker {
  constructor(source, algorithm) {
    this.worker = new Worker(source);
    this.waiting = [];
    this.failed = null;
    this.worker.onmessage = ({ data }) => this.waiting.shift()?.done(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.failed = new Fault("worker");
      for (const { fail } of this.waiting.splice(0)) fail(this.failed);
    };
    this.worker.postMessage(algorithm);
    this.before = Promise.resolve();
  }

  ask(message, moved = []) {
    const answer = new Promise((done, fail) => {
      if (this.failed) fail(this.failed);
      else this.waiting.push({ done, fail });
    });
    // Whoever awaits it sees the failure; one that nobody awaits any more is no error of its own.
    answer.catch(() => {});
    if (!this.failed) this.worker.postMessage(message, moved);
    return answer;
  }

  async update(piece) {
    const { before } = this;
    this.before = this.ask(piece, [piece.buffer]);
    await before;
  }
}

const hexOfBoth = ([short, long]) => ({
  sha256: toHex(new Uint8Array(short)),
  sha512: toHex(new Uint8Array(long)),
});

async function hashWhole(entry, progress) {
  const whole = new Uint8Array(entry.size);
  let at = 0;
  for await (const piece of entry.pieces()) {
    if (at + piece.length > entry.size) throw new Fault("unreadable", entry.path);
    whole.set(piece, at);
    at += piece.length;
    await progress(piece.length);
  }
  if (at !== entry.size) throw new Fault("unreadable", entry.path);
  return hexOfBoth(await Promise.all(["SHA-256", "SHA-512"].map((name) => crypto.subtle.digest(name, whole))));
}

// The program of the workers is the text of the page's first script, which holds the digests and nothing else.
async function hashInWorkers(entry, progress) {
  const text = document.getElementById("digests").textContent;
  const source = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const workers = [];
  try {
    for (const algorithm of ["sha256", "sha512"]) workers.push(new HashWorker(source, algorithm));
    for await (const piece of entry.pieces()) {
      const { length } = piece;
      await Promise.all([workers[0].update(piece.slice()), workers[1].update(piece.slice())]);
      await progress(length);
    }
    return hexOfBoth(await Promise.all(workers.map((one) => one.ask("end"))));
  } finally {
    for (const { worker } of workers) worker.terminate();
    URL.revokeObjectURL(source);
  }
}

async function hashHere(entry, progress) {
  const hashes = [new Sha256(), new Sha512()];
  for await (const piece of entry.pieces()) {
    for (const hash of hashes) hash.update(piece);
    await progress(piece.length);
  }
  return hexOfBoth(hashes.map((hash) => hash.digest()));
}

// progress(count) is awaited with the bytes that are new; a negative count takes back what is begun anew.
async function hashFile(entry, progress) {
  if (entry.size <= WHOLE_BYTES && globalThis.crypto?.subtle) return hashWhole(entry, progress);
  if (entry.size <= PIECE_BYTES || !globalThis.Worker) return hashHere(entry, progress);
  let done = 0;
  try {
    return await hashInWorkers(entry, (count) => {
      done += count;
      return progress(count);
    });
  } catch (error) {
    // Faults of the file itself would come again; a browser that starts no workers here is no fault.
    if (error instanceof Fault && error.kind !== "worker") throw error;
    await progress(-done);
    return hashHere(entry, progress);
  }
}
