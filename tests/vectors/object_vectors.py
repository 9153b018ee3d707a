"""Vectors of sections 3, 4 and 5 of vault-format.md: keys, objects, lengths, a database."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from vector_bytes import BYTES_NOTE, KIND_NOTE, TIME_US, Json, b64, fill, hkdf, put, sha256, xor

CHUNK = 16_384
COMPARTMENT_KEY = fill("compartment-0-key", 32)
VAULT_ID = fill("vault-id", 16)
NAME = fill("object-name", 16)
FILE_KEY = fill("file-key", 32)
LABELS = {"sheaf/v1/records": 48, "sheaf/v1/derived": 48, "sheaf/v1/object-headers": 32}


def keys() -> Json:
    vectors = []
    for seed in ("compartment-0-key", "compartment-1-key"):
        for label, size in LABELS.items():
            vectors.append(
                {
                    "compartment_key": fill(seed, 32).hex(),
                    "vault_id": VAULT_ID.hex(),
                    "label": label,
                    "key": hkdf(fill(seed, 32), VAULT_ID, label, size).hex(),
                }
            )
    return {
        "_format": "Section 3. Byte strings in hex; the length of 'key' is that of the table. For the two"
        " databases the hex of 'key' is what stands between the quotation marks of PRAGMA key.",
        "vectors": vectors,
    }


# --- 4.3 padded length --------------------------------------------------------------------------------------


def padded_length(length: int) -> int:
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return ((length + mask) & ~mask) + 4095 & ~4095


def body_length(size: int) -> int:
    return 56 + size + 16 * (size // CHUNK + 1)


def padding() -> Json:
    lengths = {4168, 4169, 5000, 10_000, 100_000, 1_000_000, 123_456_789, 10**10, 10**12 + 7}
    for power in [*range(13, 36), 40, 45, 50, 52]:
        lengths |= {2**power - 1, 2**power, 2**power + 1}
    sizes = [
        0,
        1,
        4023,
        4024,
        4025,
        4024 + 4096,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        40_000,
        65_536,
        10**6,
        5 * 2**30,
        2**52 - 1,
    ]
    return {
        "_format": "Section 4.3. 'lengths': [L, padded length of L]. 'sizes': [size of the content, body"
        " length, length of the whole object].",
        "lengths": [[n, padded_length(n)] for n in sorted(lengths)],
        "sizes": [[s, body_length(s), padded_length(4096 + body_length(s))] for s in sizes],
    }


# --- 4.1 header ---------------------------------------------------------------------------------------------


def header_inside(
    size: int = 40_000,
    media: bytes = b"image/jpeg",
    original: bytes = b"IMG_0001.JPG",
    role: int = 1,
    flags: int = 0,
    record: bytes = fill("record-id", 16),
    sequence: int = 0,
    modified_us: int = TIME_US - 10**12,
) -> bytes:
    inside = struct.pack("<HBBI", 1, role, flags, 0) + NAME + record + FILE_KEY
    inside += struct.pack("<Q", size) + sha256(fill("content", min(size, 40_000)))
    inside += (
        struct.pack("<qqQHH", TIME_US, modified_us, sequence, len(media), len(original)) + media + original
    )
    return inside.ljust(2000, b"\0")


def seal_header(inside: bytes, salt: bytes, vault_id: bytes = VAULT_ID, version: int = 1) -> bytes:
    header_key = hkdf(COMPARTMENT_KEY, VAULT_ID, "sheaf/v1/object-headers", 32)
    okm = hkdf(header_key, salt, "sheaf/v1/object-header", 44)
    return salt + AESGCM(okm[:32]).encrypt(okm[32:], inside, struct.pack("<I", version) + vault_id)


def seal_both(inside: bytes, seed: str) -> bytes:
    return seal_header(inside, fill(seed + " 0", 32)) + seal_header(inside, fill(seed + " 1", 32))


def header_fields(inside: bytes) -> Json:
    media_size, name_size = struct.unpack_from("<HH", inside, 136)
    ingested, modified, sequence = struct.unpack_from("<qqQ", inside, 112)
    return {
        "role": inside[2],
        "flags": inside[3],
        "name": inside[8:24].hex(),
        "record_id": inside[24:40].hex(),
        "file_key": inside[40:72].hex(),
        "size": int.from_bytes(inside[72:80], "little"),
        "sha256": inside[80:112].hex(),
        "ingested_us": ingested,
        "modified_us": modified,
        "sequence": sequence,
        "media_type": inside[140 : 140 + media_size].decode("ascii"),
        "original_name": inside[140 + media_size : 140 + media_size + name_size].hex(),
    }


def headers() -> Json:
    base = header_inside()
    good = seal_both(base, "header")
    blobs: Json = {"header": b64(good)}
    length = padded_length(4096 + body_length(40_000))
    vectors: list[Json] = []

    def add(
        note: str,
        expect: Json,
        data: bytes | None = None,
        patch: list[Json] | None = None,
        file_name: bytes = NAME,
        file_length: int = length,
    ) -> None:
        entry: Json = {"note": note, "file_name": file_name.hex(), "file_length": file_length}
        entry["bytes"] = [{"blob": "header"}] if data is None else [{"base64": b64(data)}]
        vectors.append(entry | ({"patch": patch} if patch else {}) | expect)

    def opened(inside: bytes, *good_copies: int) -> Json:
        return {"opens": header_fields(inside), "good_copies": list(good_copies)}

    def inside(note: str, change: Callable[[bytes], bytes], kind: str) -> None:
        add(note, {"kind": kind}, seal_both(change(base), note))

    add("valid", opened(base, 0, 1))
    longest = header_inside(8, b"a" * 127, bytes(range(1, 256)) * 4 + b"abcd", 1, 1)
    add(
        "valid: longest media type and name, not UTF-8",
        opened(longest, 0, 1),
        seal_both(longest, "longest"),
        file_length=8192,
    )
    least = header_inside(0, b"", b"", 3, 0, bytes(16), 42, -(2**63))
    add(
        "valid: snapshot, empty, nothing known",
        opened(least, 0, 1),
        seal_both(least, "least"),
        file_length=8192,
    )
    add("salt of copy 0 changed", opened(base, 1), patch=[{"at": 0, "xor": "01"}])
    add("tag of copy 0 changed", opened(base, 1), patch=[{"at": 2047, "xor": "80"}])
    add("ciphertext of copy 1 changed", opened(base, 0), patch=[{"at": 3000, "xor": "01"}])
    add("copies exchanged: their place is not bound", opened(base, 0, 1), good[2048:] + good[:2048])
    add(
        "longer than the padded length: allowed in compartment 1 only",
        {"kind": "damaged", "compartment_1": True},
        file_length=65_536,
    )
    add(
        "tag of both copies changed",
        {"kind": "not-ours"},
        patch=[{"at": 2047, "xor": "01"}, {"at": 4095, "xor": "01"}],
    )
    add("file has another name", {"kind": "misplaced"}, file_name=xor(NAME, 15))
    for note, wrong in (
        ("below 8,192", 4096),
        ("no multiple of 4,096", length + 1),
        ("too long", length + 4096),
        ("too short", length - 4096),
    ):
        add("length of the file " + note, {"kind": "damaged"}, file_length=wrong)
    other_vault = seal_header(base, fill("other 0", 32), fill("other-id", 16)) * 2
    add("additional data of another vault", {"kind": "not-ours"}, other_vault)
    add(
        "additional data of version 2",
        {"kind": "not-ours"},
        seal_header(base, fill("v2 0", 32), version=2) * 2,
    )
    inside("header version 0", lambda d: put(d, 0, b"\0\0"), "damaged")
    inside("header version 2", lambda d: put(d, 0, b"\2\0"), "newer-format")
    inside("role 0", lambda d: put(d, 2, b"\0"), "damaged")
    inside("role 5", lambda d: put(d, 2, b"\5"), "damaged")
    inside("unknown flag", lambda d: put(d, 3, b"\2"), "damaged")
    inside("zero byte 4", lambda d: put(d, 4, b"\1"), "damaged")
    inside("zero byte 7", lambda d: put(d, 7, b"\1"), "damaged")
    inside(
        "media type longer than 127",
        lambda d: put(d, 136, struct.pack("<H", 128) + b"\0\0" + b"a" * 128),
        "damaged",
    )
    inside(
        "name longer than 1,024",
        lambda d: put(d, 136, b"\0\0" + struct.pack("<H", 1025) + b"a" * 1025),
        "damaged",
    )
    inside("media type with a control character", lambda d: put(d, 140, b"\x1f"), "damaged")
    inside("media type not ASCII", lambda d: put(d, 140, b"\x80"), "damaged")
    moved, later = put(base, 8, bytes(16)), put(base, 0, b"\2\0")
    salts = fill("judged 0", 32), fill("judged 1", 32)
    for note, first, second, expect in (
        ("copy 0 of another object, copy 1 sound", moved, base, opened(base, 1)),
        ("copy 0 sound, copy 1 of a newer version", base, later, opened(base, 0)),
        ("copy 0 of another object, copy 1 of a newer version", moved, later, {"kind": "newer-format"}),
        ("copy 0 with role 0, copy 1 of another object", put(base, 2, b"\0"), moved, {"kind": "misplaced"}),
    ):
        add(note, expect, seal_header(first, salts[0]) + seal_header(second, salts[1]))
    huge = 2**52
    for note, size, expect in (("below 2^52", huge - 1, None), ("of 2^52", huge, "damaged")):
        sized = put(base, 72, struct.pack("<Q", size))
        add(
            "size " + note,
            {"kind": expect} if expect else opened(sized, 0, 1),
            seal_both(sized, "size " + note),
            file_length=padded_length(4096 + body_length(size)),
        )
    inside("byte after the name", lambda d: put(d, 140 + 22, b"\1"), "damaged")
    inside("last byte", lambda d: put(d, 1999, b"\1"), "damaged")
    return {
        "_format": "Section 4.1 and 4.4. 'bytes' are the first 4,096 bytes of an object named 'file_name' of"
        " 'file_length' bytes; 'good_copies' the copies that open. 'compartment_1' true: the same"
        " object is valid"
        " in compartment 1. " + BYTES_NOTE + " " + KIND_NOTE,
        "header_key": hkdf(COMPARTMENT_KEY, VAULT_ID, "sheaf/v1/object-headers", 32).hex(),
        "vault_id": VAULT_ID.hex(),
        "blobs": blobs,
        "vectors": vectors,
    }


# --- 4.2 body -----------------------------------------------------------------------------------------------


def chunk_keys(salt: bytes, vault_id: bytes = VAULT_ID, name: bytes = NAME) -> tuple[bytes, int, bytes]:
    info = (
        b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
        + salt
        + b"sheaf/v1/object-body"
        + vault_id
        + name
    )
    okm = HKDFExpand(hashes.SHA512(), 76, info).derive(FILE_KEY)
    return okm[:32], int.from_bytes(okm[32:44], "big"), okm[44:]


def seal_chunk(salt: bytes, number: int, data: bytes) -> bytes:
    key, base, _ = chunk_keys(salt)
    return AESGCM(key).encrypt((base ^ number).to_bytes(12, "big"), data, None)


def seal_body(content: bytes, salt: bytes, vault_id: bytes = VAULT_ID, name: bytes = NAME) -> bytes:
    key, base, commitment = chunk_keys(salt, vault_id, name)
    chunks = [content[i : i + CHUNK] for i in range(0, len(content) + 1, CHUNK)]
    sealed = [AESGCM(key).encrypt((base ^ k).to_bytes(12, "big"), c, None) for k, c in enumerate(chunks)]
    return salt + commitment + b"".join(sealed)


def bodies() -> Json:
    salt = fill("body-salt", 24)
    blobs: Json = {}
    vectors: list[Json] = []

    def add(note: str, parts: list[Json], size: int, expect: Json, patch: list[Json] | None = None) -> None:
        entry: Json = {
            "note": note,
            "bytes": parts,
            "size": size,
            "sha256": sha256(fill("content", size)).hex(),
        }
        vectors.append(entry | ({"patch": patch} if patch else {}) | expect)

    bad = {"kind": "damaged"}
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 40_000):
        blobs[f"body {size}"] = b64(seal_body(fill("content", size), salt))
        add(
            f"valid, {size} bytes",
            [{"blob": f"body {size}"}],
            size,
            {"opens": [{"fill": "content", "size": size}], "salt": salt.hex()},
        )
    whole, first, second = "body 40000", 56 + 16_400, 56 + 2 * 16_400
    for note, at in (
        ("salt", 0),
        ("commitment", 24),
        ("first byte of chunk 0", 56),
        ("tag of chunk 0", first - 1),
        ("chunk 1", first + 5),
        ("tag of the last chunk", len(seal_body(fill("content", 40_000), salt)) - 1),
    ):
        add(f"one bit of the {note}", [{"blob": whole}], 40_000, bad, [{"at": at, "xor": "01"}])
    add("truncated after chunk 1", [{"blob": whole, "from": 0, "to": second}], 40_000, bad)
    add("truncated inside the last chunk", [{"blob": whole, "from": 0, "to": second + 100}], 40_000, bad)
    add("truncated after chunk 0, the header agreeing", [{"blob": whole, "from": 0, "to": first}], CHUNK, bad)
    add("empty last chunk missing", [{"blob": f"body {CHUNK}", "from": 0, "to": first}], CHUNK, bad)
    add("commitment alone", [{"blob": "body 0", "from": 0, "to": 56}], 0, bad)
    add("salt alone", [{"blob": "body 0", "from": 0, "to": 24}], 0, bad)
    add(
        "chunks 0 and 1 exchanged",
        [
            {"blob": whole, "from": 0, "to": 56},
            {"blob": whole, "from": first, "to": second},
            {"blob": whole, "from": 56, "to": first},
            {"blob": whole, "from": second},
        ],
        40_000,
        bad,
    )
    add(
        "chunk 1 in place of chunk 0",
        [
            {"blob": whole, "from": 0, "to": 56},
            {"blob": whole, "from": first, "to": second},
            {"blob": whole, "from": first},
        ],
        40_000,
        bad,
    )
    extra = seal_chunk(salt, 3, b"x").hex()
    add(
        "a full chunk 2 and a chunk 3 that is right in itself, in place of the last",
        [{"blob": whole, "from": 0, "to": second}, {"hex": extra}],
        40_000,
        bad,
    )
    add("one byte appended to the last chunk", [{"blob": whole}, {"hex": "00"}], 40_001, bad)
    other_name = seal_body(fill("content", 1), salt, name=fill("other-name", 16))
    add("body of another object name", [{"hex": other_name.hex()}], 1, bad)
    other_vault = seal_body(fill("content", 1), salt, vault_id=fill("other-id", 16))
    add("body of another vault", [{"hex": other_vault.hex()}], 1, bad)
    add("size of the header one less", [{"blob": "body 1"}], 0, bad)
    add("size of the header one more", [{"blob": "body 1"}], 2, bad)
    other_content = seal_body(b"y", salt)
    add("right in itself, SHA-256 of the header another", [{"hex": other_content.hex()}], 1, bad)
    return {
        "_format": "Section 4.2. 'bytes' are the body (from offset 4,096 of an object to where its padding"
        " would begin), 'size' and 'sha256' what the header says, 'opens' the content. Valid"
        " vectors name the salt, so that they can be"
        " made again. " + BYTES_NOTE + " " + KIND_NOTE,
        "file_key": FILE_KEY.hex(),
        "vault_id": VAULT_ID.hex(),
        "object_name": NAME.hex(),
        "context": (b"sheaf/v1/object-body" + VAULT_ID + NAME).hex(),
        "blobs": blobs,
        "vectors": vectors,
    }


# --- 5 a database page --------------------------------------------------------------------------------------


def empty_database(application_id: int, user_version: int, pages: int = 1) -> bytes:
    """Page 1 of an SQLite file with an empty schema and 80 reserved bytes (SQLite file format, 1.3, 1.6).

    Of more than one page all the others are on the free list, whose first trunk is page 2.
    """
    head = b"SQLite format 3\0" + struct.pack(">HBBBBBB", 4096, 1, 1, 80, 64, 32, 32)
    trunk, free = (2, pages - 1) if pages > 1 else (0, 0)
    form = 4 if pages == 1 else 0
    head += (
        struct.pack(">12I", 1, pages, trunk, free, 0, form, 0, 0, 1, user_version, 0, application_id)
        + bytes(20)
        + struct.pack(">II", 1, 3_045_000)
    )
    return (head + struct.pack(">BHHHB", 13, 0, 0, 4096 - 80, 0)).ljust(4096 - 80, b"\0")


def seal_page(key: bytes, number: int, content: bytes, iv: bytes) -> bytes:
    """SQLCipher 4: 16 bytes of salt, AES-256-CBC, IV, HMAC-SHA-512 over ciphertext, IV and page number."""
    raw, salt = key[:32], key[32:]
    mac_key = hashlib.pbkdf2_hmac("sha512", raw, bytes(b ^ 0x3A for b in salt), 2, 32)
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(iv)).encryptor()
    start = salt if number == 1 else b""
    sealed = encryptor.update(content[len(start) :]) + encryptor.finalize() + iv
    return start + sealed + hmac.digest(mac_key, sealed + struct.pack("<I", number), "sha512")


def fixed_database(label: str, application_id: int, pages: int) -> Json:
    """Section 7.1: a database as it is made in the reserve; the whole is given by its SHA-256."""
    key = hkdf(COMPARTMENT_KEY, VAULT_ID, label, 48)
    trunks = -(-(pages - 1) // 997)
    contents = [empty_database(application_id, 0, pages)]
    leaf = trunks + 2
    for trunk in range(2, trunks + 2):
        leaves = list(range(leaf, min(leaf + 996, pages + 1)))
        leaf += len(leaves)
        listed = leaves[:1] + leaves[:0:-1]
        following = trunk + 1 if trunk <= trunks else 0
        page = struct.pack(f">{len(listed) + 2}I", following, len(listed), *listed)
        contents.append(page.ljust(4096 - 80, b"\0"))
    contents += [bytes(4096 - 80)] * (pages - 1 - trunks)
    sealed = [
        seal_page(key, number, content, fill(f"{label} {number}", 16))
        for number, content in enumerate(contents, start=1)
    ]
    return {
        "label": label,
        "key": key.hex(),
        "application_id": application_id,
        "pages": pages,
        "trunks": trunks,
        "first_two_pages": b64(b"".join(sealed[:2])),
        "sha256": sha256(b"".join(sealed)).hex(),
    }


def database() -> Json:
    """Whole databases, made without the library."""
    vectors = []
    for label, application_id in (("sheaf/v1/records", 0x53484652), ("sheaf/v1/derived", 0x53484644)):
        key = hkdf(COMPARTMENT_KEY, VAULT_ID, label, 48)
        page = seal_page(key, 1, empty_database(application_id, 7), fill(label + "-iv", 16))
        vectors.append(
            {
                "label": label,
                "key": key.hex(),
                "user_version": 7,
                "application_id": application_id,
                "base64": b64(page),
            }
        )
    return {
        "_format": "Section 5. 'base64' is a whole database of one page with an empty schema, sealed without"
        " SQLCipher; opened with 'key' (raw key ‖ salt, hex) it has these two pragmas. Section 7.1: 'fixed'"
        " are databases as they are made in the reserve, of 'pages' pages, 'trunks' of them trunks of the"
        " free list; the IV of page n is fill(label + ' ' + n, 16), and 'sha256' is that of the whole file.",
        "vectors": vectors,
        "fixed": [
            fixed_database("sheaf/v1/records", 0x53484652, 256),
            fixed_database("sheaf/v1/derived", 0x53484644, 1100),
        ],
    }
