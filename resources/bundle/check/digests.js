"use strict";
// SHA-256 and SHA-512 over a stream (FIPS 180-4). Browsers can hash only what fits into memory at once.
// This file runs in the page and, for large files, alone in workers of the page.

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

const WORDS_512 = pairsOfWords(firstPrimes(80).map((prime) => fractionOfRoot(prime, 3)));
const START_512 = pairsOfWords(firstPrimes(8).map((prime) => fractionOfRoot(prime, 2)));
// 64-bit words are kept as two halves: the high ones, and the low ones.
const ROUNDS_HIGH = WORDS_512.filter((word, index) => index % 2 === 0);
const ROUNDS_LOW = WORDS_512.filter((word, index) => index % 2 === 1);
const ROUNDS_256 = ROUNDS_HIGH.slice(0, 64);
const START_256 = START_512.filter((word, index) => index % 2 === 0);

class BlockHash {
  constructor(blockBytes, lengthBytes, start) {
    this.block = new Uint8Array(blockBytes);
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
      this.compress(this.block, 0, size);
      this.filled = 0;
    }
    const end = data.length - ((data.length - at) % size);
    this.compress(data, at, end);
    this.block.set(data.subarray(end));
    this.filled = data.length - end;
    return this;
  }

  digest() {
    const size = this.block.length;
    this.block[this.filled++] = 0x80;
    if (this.filled > size - this.lengthBytes) {
      this.block.fill(0, this.filled);
      this.compress(this.block, 0, size);
      this.filled = 0;
    }
    this.block.fill(0, this.filled);
    // Sizes stay below 2^53 bytes, so the upper words of the length are zero.
    const view = new DataView(this.block.buffer);
    view.setUint32(size - 8, Math.floor(this.total / 0x20000000));
    view.setUint32(size - 4, (this.total * 8) % 0x100000000);
    this.compress(this.block, 0, size);
    const out = new DataView(new ArrayBuffer(this.state.length * 4));
    this.state.forEach((word, index) => out.setInt32(index * 4, word));
    return new Uint8Array(out.buffer);
  }
}

// compress takes whole blocks, from one place up to another. Plain variables and 32-bit arrays only: that is
// what browsers turn into machine code, ten times as fast as arrays taken apart or views of each block.
class Sha256 extends BlockHash {
  constructor() {
    super(64, 8, START_256);
    this.schedule = new Int32Array(64);
  }

  compress(bytes, start, end) {
    const w = this.schedule;
    const k = ROUNDS_256;
    const s = this.state;
    for (let at = start; at < end; at += 64) {
      for (let t = 0, p = at; t < 16; t++, p += 4)
        w[t] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
      for (let t = 16; t < 64; t++) {
        const x = w[t - 15];
        const y = w[t - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
      }
      let a = s[0];
      let b = s[1];
      let c = s[2];
      let d = s[3];
      let e = s[4];
      let f = s[5];
      let g = s[6];
      let h = s[7];
      for (let t = 0; t < 64; t++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + (g ^ (e & (f ^ g))) + k[t] + w[t]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      s[0] += a;
      s[1] += b;
      s[2] += c;
      s[3] += d;
      s[4] += e;
      s[5] += f;
      s[6] += g;
      s[7] += h;
    }
  }
}

function addHalves(state, at, high, low) {
  const sum = (state[at + 1] >>> 0) + (low >>> 0);
  state[at] = (state[at] + high + ((sum / 0x100000000) | 0)) | 0;
  state[at + 1] = sum | 0;
}

class Sha512 extends BlockHash {
  constructor() {
    super(128, 16, START_512);
    this.high = new Int32Array(80);
    this.low = new Int32Array(80);
  }

  // Sums of low halves stay exact in a double; what passes 2^32 is carried into the high half.
  compress(bytes, start, end) {
    const wh = this.high;
    const wl = this.low;
    const kh = ROUNDS_HIGH;
    const kl = ROUNDS_LOW;
    const s = this.state;
    let low = 0;
    for (let at = start; at < end; at += 128) {
      for (let t = 0, p = at; t < 16; t++, p += 8) {
        wh[t] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
        wl[t] = (bytes[p + 4] << 24) | (bytes[p + 5] << 16) | (bytes[p + 6] << 8) | bytes[p + 7];
      }
      for (let t = 16; t < 80; t++) {
        const xh = wh[t - 15];
        const xl = wl[t - 15];
        const yh = wh[t - 2];
        const yl = wl[t - 2];
        const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
        const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
        const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
        const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
        low = (s0l >>> 0) + (s1l >>> 0) + (wl[t - 7] >>> 0) + (wl[t - 16] >>> 0);
        wh[t] = (s0h + s1h + wh[t - 7] + wh[t - 16] + ((low / 0x100000000) | 0)) | 0;
        wl[t] = low | 0;
      }
      let ah = s[0];
      let al = s[1];
      let bh = s[2];
      let bl = s[3];
      let ch = s[4];
      let cl = s[5];
      let dh = s[6];
      let dl = s[7];
      let eh = s[8];
      let el = s[9];
      let fh = s[10];
      let fl = s[11];
      let gh = s[12];
      let gl = s[13];
      let hh = s[14];
      let hl = s[15];
      for (let t = 0; t < 80; t++) {
        const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
        const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
        low = (hl >>> 0) + (s1l >>> 0) + ((gl ^ (el & (fl ^ gl))) >>> 0) + (kl[t] >>> 0) + (wl[t] >>> 0);
        const t1h = (hh + s1h + (gh ^ (eh & (fh ^ gh))) + kh[t] + wh[t] + ((low / 0x100000000) | 0)) | 0;
        const t1l = low | 0;
        const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
        const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
        const mh = (ah & bh) | (ch & (ah | bh));
        const ml = (al & bl) | (cl & (al | bl));
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
        low = (t1l >>> 0) + (s0l >>> 0) + (ml >>> 0);
        ah = (t1h + s0h + mh + ((low / 0x100000000) | 0)) | 0;
        al = low | 0;
      }
      addHalves(s, 0, ah, al);
      addHalves(s, 2, bh, bl);
      addHalves(s, 4, ch, cl);
      addHalves(s, 6, dh, dl);
      addHalves(s, 8, eh, el);
      addHalves(s, 10, fh, fl);
      addHalves(s, 12, gh, gl);
      addHalves(s, 14, hh, hl);
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
