"use strict";
// SHA-256 and SHA-512 over a stream (FIPS 180-4). Browsers can hash only what fits into memory at once.

// The constants are the fractional parts of square and cube roots of the first primes, as the standard says:
// computed here exactly, so that no digit of them can be mistyped.
function firstPrimes(count) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return primes;
}

function fractionOfRoot(prime, degree) {
  const value = BigInt(prime) << BigInt(64 * degree);
  const power = BigInt(degree);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= value) low = middle;
    else high = middle;
  }
  return low & 0xffffffffffffffffn;
}

function pairsOfWords(values) {
  const words = new Int32Array(values.length * 2);
  values.forEach((value, index) => {
    words[2 * index] = Number(value >> 32n);
    words[2 * index + 1] = Number(value & 0xffffffffn);
  });
  return words;
}

const ROUNDS_512 = pairsOfWords(firstPrimes(80).map((prime) => fractionOfRoot(prime, 3)));
const START_512 = pairsOfWords(firstPrimes(8).map((prime) => fractionOfRoot(prime, 2)));
const ROUNDS_256 = ROUNDS_512.filter((word, index) => index % 2 === 0).slice(0, 64);
const START_256 = START_512.filter((word, index) => index % 2 === 0);

class BlockHash {
  constructor(blockBytes, lengthBytes, start) {
    this.block = new Uint8Array(blockBytes);
    this.view = new DataView(this.block.buffer);
    this.lengthBytes = lengthBytes;
    this.state = start.slice();
    this.filled = 0;
    this.total = 0;
  }

  update(data) {
    const size = this.block.length;
    this.total += data.length;
    let at = 0;
    if (this.filled) {
      const part = data.subarray(0, size - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      at = part.length;
      if (this.filled < size) return this;
      this.compress(this.view, 0);
      this.filled = 0;
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    for (; at + size <= data.length; at += size) this.compress(view, at);
    this.block.set(data.subarray(at));
    this.filled = data.length - at;
    return this;
  }

  digest() {
    const size = this.block.length;
    this.block[this.filled++] = 0x80;
    if (this.filled > size - this.lengthBytes) {
      this.block.fill(0, this.filled);
      this.compress(this.view, 0);
      this.filled = 0;
    }
    this.block.fill(0, this.filled);
    // Sizes stay below 2^53 bytes, so the upper words of the length are zero.
    this.view.setUint32(size - 8, Math.floor(this.total / 0x20000000));
    this.view.setUint32(size - 4, (this.total * 8) % 0x100000000);
    this.compress(this.view, 0);
    const out = new DataView(new ArrayBuffer(this.state.length * 4));
    this.state.forEach((word, index) => out.setInt32(index * 4, word));
    return new Uint8Array(out.buffer);
  }
}

class Sha256 extends BlockHash {
  constructor() {
    super(64, 8, START_256);
    this.schedule = new Int32Array(64);
  }

  compress(view, at) {
    const w = this.schedule;
    const k = ROUNDS_256;
    const state = this.state;
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15];
      const y = w[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

class Sha512 extends BlockHash {
  constructor() {
    super(128, 16, START_512);
    this.schedule = new Int32Array(160);
  }

  // 64-bit words are kept as two halves, high before low; sums of low halves stay exact in a double.
  compress(view, at) {
    const w = this.schedule;
    const k = ROUNDS_512;
    const s = this.state;
    for (let t = 0; t < 32; t++) w[t] = view.getInt32(at + 4 * t);
    for (let t = 32; t < 160; t += 2) {
      const xh = w[t - 30];
      const xl = w[t - 29];
      const yh = w[t - 4];
      const yl = w[t - 3];
      const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
      const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
      const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
      const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
      const low = (s0l >>> 0) + (s1l >>> 0) + (w[t - 13] >>> 0) + (w[t - 31] >>> 0);
      w[t] = (s0h + s1h + w[t - 14] + w[t - 32] + ((low / 0x100000000) | 0)) | 0;
      w[t + 1] = low | 0;
    }
    let [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl] = s;
    for (let t = 0; t < 160; t += 2) {
      const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
      const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
      const chl = (el & fl) ^ (~el & gl);
      let low = (hl >>> 0) + (s1l >>> 0) + (chl >>> 0) + (k[t + 1] >>> 0) + (w[t + 1] >>> 0);
      const t1h = (hh + s1h + ((eh & fh) ^ (~eh & gh)) + k[t] + w[t] + ((low / 0x100000000) | 0)) | 0;
      const t1l = low | 0;
      const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
      const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
      low = (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0);
      const t2h = (s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + ((low / 0x100000000) | 0)) | 0;
      const t2l = low | 0;
      hh = gh;
      hl = gl;
      gh = fh;
      gl = fl;
      fh = eh;
      fl = el;
      low = (dl >>> 0) + (t1l >>> 0);
      eh = (dh + t1h + ((low / 0x100000000) | 0)) | 0;
      el = low | 0;
      dh = ch;
      dl = cl;
      ch = bh;
      cl = bl;
      bh = ah;
      bl = al;
      low = (t1l >>> 0) + (t2l >>> 0);
      ah = (t1h + t2h + ((low / 0x100000000) | 0)) | 0;
      al = low | 0;
    }
    const ends = [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl];
    for (let i = 0; i < 16; i += 2) {
      const low = (s[i + 1] >>> 0) + (ends[i + 1] >>> 0);
      s[i] = (s[i] + ends[i] + ((low / 0x100000000) | 0)) | 0;
      s[i + 1] = low | 0;
    }
  }
}

function sha256(...parts) {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function sha512(...parts) {
  const hash = new Sha512();
  for (const part of parts) hash.update(part);
  return hash.digest();
}
