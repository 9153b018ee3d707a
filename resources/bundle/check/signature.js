// signer.pub and bag.sig: an OpenSSH public key and an SSH signature (PROTOCOL.sshsig), Ed25519 only.

const SIGNATURE_NAMESPACE = "sheaf-bundle";

class WireReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    if (this.at + count > this.bytes.length) throw new RangeError("short");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  number() {
    return viewOf(this.take(4)).getUint32(0);
  }

  string() {
    return this.take(this.number());
  }

  text() {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.string());
  }

  end() {
    if (this.at !== this.bytes.length) throw new RangeError("long");
  }
}

function wireString(bytes) {
  const head = new Uint8Array(4);
  viewOf(head).setUint32(0, bytes.length);
  return joinBytes(head, bytes);
}

function ed25519OfWire(bytes) {
  const reader = new WireReader(bytes);
  if (reader.text() !== "ssh-ed25519") throw new RangeError("kind");
  const key = reader.string();
  reader.end();
  if (key.length !== 32) throw new RangeError("size");
  return key;
}

function readSignerKey(text) {
  try {
    const match = text.match(/^signer ssh-ed25519 (\S+) (sheaf-log\/[0-9a-f]{32})\n$/);
    const wire = decodeBase64(match[1]);
    const key = ed25519OfWire(wire);
    if (match[2] !== keyOrigin("log", key)) throw new RangeError("origin");
    return { key, wire, origin: match[2] };
  } catch {
    throw new Fault("signature-form", "signer.pub");
  }
}

// OpenSSH's way to name a key, the one ssh-keygen -l prints.
const sshFingerprint = (key) => `SHA256:${encodeBase64(keyDigest(key)).replace(/=+$/, "")}`;

async function verifySshSignature(armored, signer, content) {
  let parts;
  try {
    const match = armored.match(
      /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\r?\n?$/,
    );
    const reader = new WireReader(decodeBase64(match[1].replace(/[\r\n]/g, "")));
    const magic = new TextDecoder().decode(reader.take(6));
    const version = reader.number();
    const key = ed25519OfWire(reader.string());
    const [namespace, reserved, algorithm] = [reader.text(), reader.string(), reader.text()];
    const inner = new WireReader(reader.string());
    reader.end();
    const kind = inner.text();
    const signature = inner.string();
    inner.end();
    parts = { magic, version, key, namespace, reserved, algorithm, kind, signature };
  } catch {
    throw new Fault("signature-form", "bag.sig");
  }
  const wellFormed = parts.magic === "SSHSIG" && parts.version === 1 && parts.kind === "ssh-ed25519";
  if (!wellFormed || parts.namespace !== SIGNATURE_NAMESPACE || parts.signature.length !== 64)
    throw new Fault("signature-form", "bag.sig");
  if (!sameBytes(parts.key, signer.key)) throw new Fault("signature", "bag.sig", "other-key");
  if (parts.algorithm !== "sha512" || parts.reserved.length) throw new Fault("signature-form", "bag.sig");
  const message = joinBytes(
    encodeText("SSHSIG"),
    wireString(encodeText(parts.namespace)),
    wireString(parts.reserved),
    wireString(encodeText(parts.algorithm)),
    wireString(sha512(content)),
  );
  const state = await verifyEd25519(signer.key, parts.signature, message);
  if (state === "wrong") throw new Fault("signature", "bag.sig", "mismatch");
  return state;
}
