// The self-opening page: keys from the passphrase, chunks opened on demand; docs/spec/self-opening.md.

const OPENING_TYPE = "sheaf-self-opening/v1";
const ID_BYTES = 16;
const SEAL_BYTES = 16;

const normalPassphrase = (text) => text.normalize("NFKC").toLowerCase().trim().split(/\s+/).join(" ");

async function openingKeys(header, headerText, passphrase) {
  const secret = await crypto.subtle.importKey("raw", encodeText(passphrase), "PBKDF2", false, ["deriveBits"]);
  const salt = decodeBase64(header.salt);
  const spread = { name: "PBKDF2", hash: "SHA-512", salt, iterations: header.iterations };
  const bits = await crypto.subtle.deriveBits(spread, secret, 512);
  const base = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveBits", "deriveKey"]);
  const labelled = (label) => ({
    name: "HKDF",
    hash: "SHA-512",
    salt: new Uint8Array(0),
    info: encodeText(`${OPENING_TYPE} ${label}`),
  });
  const check = new Uint8Array(await crypto.subtle.deriveBits(labelled("check"), base, 256));
  if (!sameBytes(check, decodeBase64(header.check))) throw new Fault("wrong-passphrase");
  const kind = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(labelled(`key\n${headerText}`), base, kind, false, ["decrypt"]);
}

function chunkNonce(index, last) {
  const nonce = new Uint8Array(12);
  // The counter ends at byte 10, the mark of the last chunk is byte 11.
  viewOf(nonce).setBigUint64(3, BigInt(index));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

// The sealed chunks: from the page itself, or from the file beside it.
function sealedInside(elements) {
  return (index) => decodeBase64(elements[index].textContent.trim());
}

async function sealedBeside(file, header) {
  const chunks = Math.max(1, Math.ceil(header.size / header.chunk_bytes));
  const id = new Uint8Array(await file.slice(0, ID_BYTES).arrayBuffer());
  if (!sameBytes(id, decodeBase64(header.id))) throw new Fault("other-file");
  if (file.size !== ID_BYTES + header.size + chunks * SEAL_BYTES) throw new Fault("damaged");
  const step = header.chunk_bytes + SEAL_BYTES;
  return async (index) => {
    const start = ID_BYTES + index * step;
    return new Uint8Array(await file.slice(start, start + step).arrayBuffer());
  };
}

// The opened content as a reader of any place in it. No byte is given before its chunk was authenticated;
// the last chunk is marked, so a shortened content cannot pass for a whole one.
function openedReader(header, key, sealed) {
  const size = header.chunk_bytes;
  const last = Math.max(1, Math.ceil(header.size / size)) - 1;
  let kept = { index: -1, bytes: null };
  const chunk = async (index) => {
    if (kept.index !== index) {
      const cipher = { name: "AES-GCM", iv: chunkNonce(index, index === last), tagLength: 128 };
      let bytes;
      try {
        bytes = new Uint8Array(await crypto.subtle.decrypt(cipher, key, await sealed(index)));
      } catch {
        throw new Fault("damaged");
      }
      if (bytes.length !== Math.min(size, header.size - index * size)) throw new Fault("damaged");
      kept = { index, bytes };
    }
    return kept.bytes;
  };
  return {
    size: header.size,
    async read(start, end) {
      const parts = [];
      for (let at = start; at < Math.min(end, header.size); ) {
        const index = Math.floor(at / size);
        const bytes = await chunk(index);
        const part = bytes.subarray(at - index * size, end - index * size);
        parts.push(part.slice());
        at += part.length;
      }
      return joinBytes(...parts);
    },
    verify: () => chunk(last),
  };
}
