"""Vectors of sections 2.2, 2.4 and 2.5 of vault-format.md: what is typed, and the root it gives."""

from __future__ import annotations

import unicodedata

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from vector_bytes import KIB64, KIND_NOTE, Json, fill, sha256

# --- 2.4 normalisation --------------------------------------------------------------------------------------

# Default_Ignorable_Code_Point of the Unicode Character Database, which `unicodedata` does not carry.
IGNORABLE = [
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]
OLD_JAMO = [(0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB)]
# RFC 5892, 2.6: disallowed; and the contextual ones, which the texts below meet only where the rule fails.
EXCEPTIONS = {0x0640, 0x07FA, 0x302E, 0x302F, *range(0x3031, 0x3036), 0x303B}
CONTEXTUAL = {0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB}
PVALID_EXCEPTIONS = {0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007}
FREEFORM = {
    "Ll",
    "Lu",
    "Lo",
    "Nd",
    "Lm",
    "Mn",
    "Mc",
    "Lt",
    "Nl",
    "No",
    "Me",
    "Zs",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
}


def freeform_allows(char: str) -> bool:
    """RFC 8264, section 8, for FreeformClass, without the contextual rules."""
    code = ord(char)
    if code in PVALID_EXCEPTIONS:
        return True
    if code in EXCEPTIONS or code in CONTEXTUAL:
        return False
    if any(low <= code <= high for low, high in IGNORABLE + OLD_JAMO):
        return False
    category = unicodedata.category(char)
    if category in ("Cc", "Cn", "Cs", "Co"):
        return False
    return unicodedata.normalize("NFKC", char) != char or category in FREEFORM


def normalise(text: str) -> bytes | None:
    """The bytes of a passphrase, or None for *unusable passphrase*."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    text = text.translate({0x6CC: 0x64A, 0x649: 0x64A, 0x6A9: 0x643, 0x640: None, 0x200C: None, 0x200D: None})
    text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    text = unicodedata.normalize("NFC", text)
    if not text or not all(freeform_allows(c) for c in text):
        return None
    data = text.encode("utf-8")
    return data if len(data) <= 4096 else None


def normalisation() -> Json:
    texts = {
        "plain": "correct horse battery staple",
        "case kept": "Correct HORSE",
        "spaces kept": "  two  spaces ",
        "only spaces": "   ",
        "no-break space": "a\u00a0b",
        "ideographic space": "a\u3000b",
        "narrow no-break space": "a\u202fb",
        "Arabic-Indic digits": "\u0660\u0661\u0669",
        "Persian digits": "\u06f0\u06f1\u06f9",
        "mixed digits": "\u0661\u06f12\u0967",
        "Devanagari digits": "\u0966\u0967\u096f",
        "fullwidth digits": "\uff10\uff11\uff19",
        "mathematical bold digits": "\U0001d7ce\U0001d7d7",
        "Bengali digits": "\u09e6\u09ef",
        "superscript two is no decimal digit": "x\u00b2",
        "circled one is no decimal digit": "\u2460",
        "fullwidth letters kept": "\uff21\uff42",
        "ligature kept": "\ufb01",
        "Farsi yeh": "\u0645\u0631\u062f\u0645\u06cc",
        "Arabic yeh": "\u0645\u0631\u062f\u0645\u064a",
        "alef maksura": "\u0645\u0631\u062f\u0645\u0649",
        "Persian keheh": "\u06a9\u062a\u0627\u0628",
        "Arabic kaf": "\u0643\u062a\u0627\u0628",
        "tatweel": "\u0643\u0640\u0640\u062a\u0627\u0628",
        "ZWNJ": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "ZWJ": "\u0644\u200d\u0627",
        "Farsi yeh and hamza compose after step 3": "\u06cc\u0654",
        "tatweel between letter and mark": "\u0627\u0640\u0653",
        "ZWJ between letter and mark": "e\u200d\u0301",
        "NFC": "caf\u00e9",
        "NFD": "cafe\u0301",
        "two marks in the other order": "a\u0323\u0307 a\u0307\u0323",
        "Angstrom sign": "\u212b",
        "Hangul syllables": "\ud55c\uae00",
        "conjoining Hangul composes": "\u1112\u1161",
        "Cyrillic": "\u041f\u0440\u0430\u0432\u0434\u0430 42",
        "Burmese": "\u1019\u103c\u1014\u103a\u1019\u102c",
        "emoji": "\U0001f511\U0001f30d",
        "emoji with skin tone": "\U0001f44d\U0001f3fd",
        "eszett": "stra\u00dfe",
        "emoji family joined by ZWJ": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "euro": "\u20ac5",
        "4,096 bytes": "\u00e9" * 2048,
        "quotes and dashes kept": "\u201cx\u201d \u2013 y",
    }
    refused = {
        "empty": "",
        "tab": "a\tb",
        "line feed": "a\nb",
        "NUL": "a\x00b",
        "delete": "a\x7f",
        "C1 control": "a\x85",
        "only dropped characters": "\u0640\u200c\u200d",
        "4,097 bytes": "a" * 4097,
        "soft hyphen": "a\u00adb",
        "left-to-right mark": "a\u200eb",
        "right-to-left mark": "a\u200fb",
        "Arabic letter mark": "\u0627\u061c",
        "bidi override": "a\u202eb",
        "isolate": "\u2066a\u2069",
        "byte order mark": "\ufeffa",
        "zero width space": "a\u200bb",
        "word joiner": "a\u2060b",
        "private use": "\ue000",
        "variation selector 16 (heart emoji)": "\u2764\ufe0f",
        "unassigned": "a\u0378",
        "noncharacter": "\ufdd0",
        "line separator": "a\u2028b",
        "old Hangul jamo alone": "\u1112",
        "Hangul filler": "\u3164",
        "middle dot outside Catalan": "a\u00b7b",
        "geresh after Latin": "a\u05f3",
        "Katakana middle dot alone": "a\u30fbb",
        "tag character": "\U000e0041",
    }
    # Characters with a contextual rule (RFC 5892, appendix A), which `normalise` always refuses.
    in_context = {
        "middle dot in Catalan": "col\u00b7lecci\u00f3",
        "Hebrew geresh": "\u05d2\u05f3",
        "Hebrew gershayim": "\u05e6\u05d4\u05f4\u05dc",
        "Katakana middle dot": "\u30a2\u30fb\u30a4",
        "Greek keraia": "\u0375\u03b1",
    }
    valid, bad = [], []
    for note, text in texts.items():
        data = normalise(text)
        if data is None:
            raise AssertionError(note)
        valid.append({"note": note, "text": text, "utf8": data.hex()})
    for note, text in refused.items():
        if normalise(text) is not None:
            raise AssertionError(note)
        bad.append({"note": note, "text": text, "kind": "unusable-passphrase"})
    for note, text in in_context.items():
        valid.append({"note": note, "text": text, "utf8": text.encode("utf-8").hex()})
    # Assigned after Unicode 14.0, hence refused, whatever this interpreter knows of them.
    newer = {
        "15.0": ("shaking face emoji", "\U0001fae8"),
        "15.0 too": ("Kawi digit zero", "\U00011f50"),
        "15.1": ("ideograph of extension I", "\U0002ebf0"),
        "16.0": ("Garay digit zero", "\U00010d40"),
    }
    for version, (note, text) in newer.items():
        entry = {"note": note, "text": text, "assigned_in": version.split()[0]}
        bad.append({**entry, "kind": "unusable-passphrase"})
    return {
        "_format": "Section 2.4. 'text' is what is typed; 'utf8' is the hex of the bytes for Argon2id;"
        " 'assigned_in' the version of Unicode, above 14.0, that has the character. " + KIND_NOTE,
        "vectors": valid + bad,
    }


# --- 2.5 recovery code --------------------------------------------------------------------------------------

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def group(text: str, size: int) -> str:
    return "-".join(text[i : i + size] for i in range(0, len(text), size))


def code_number(code: bytes) -> int:
    check = int.from_bytes(sha256(b"sheaf/v1/recovery-code" + code)[:3], "big") >> 4
    return int.from_bytes(code, "big") << 20 | check


def letters(number: int) -> str:
    return group("".join(CROCKFORD[number >> 5 * i & 31] for i in reversed(range(36))), 4)


def recovery() -> Json:
    codes = {"zeros": bytes(20), "ones": b"\xff" * 20, "counting": bytes(range(20))}
    codes.update({f"fill {i}": fill(f"recovery-{i}", 20) for i in range(4)})
    valid, accepted, passphrases = [], [], []
    for note, code in codes.items():
        number = code_number(code)
        digits = group(f"{number:055d}", 5)
        valid.append(
            {
                "note": note,
                "code": code.hex(),
                "letters": letters(number),
                "digits": digits,
                "credential_bytes": (b"\0" + code).hex(),
            }
        )
    code = bytes.fromhex("0000108421") + fill("recovery-messy", 15)  # its letters begin 0000 1111
    number = code_number(code)
    text, digits = letters(number), group(f"{number:055d}", 5)
    bare = text.replace("-", "")
    for note, spelling in {
        "no hyphens": bare,
        "lower case": text.lower(),
        "spaces": text.replace("-", " "),
        "O for 0": text.replace("0", "O"),
        "o for 0": text.replace("0", "o"),
        "I for 1": text.replace("1", "I"),
        "l for 1": text.replace("1", "l"),
        "hyphen U+2010": text.replace("-", "\u2010"),
        "en dash": text.replace("-", "\u2013"),
        "horizontal bar U+2015": text.replace("-", "\u2015"),
        "minus sign": text.replace("-", "\u2212"),
        "no-break and ideographic spaces": f"\u00a0{text}\u3000",
        "other groups": group(bare, 7),
        "on three lines, a tab before each": "\r\n".join("\t" + line for line in group(bare, 12).split("-")),
        "marks of direction around": f"\u200f\u202b{text}\u202c\u200e",
        "zero width space, soft hyphen, byte order mark": (
            f"\ufeff{bare[:4]}\u200b{bare[4:9]}\u00ad{bare[9:]}"
        ),
        "joiners": "\u200d".join(bare[:12]) + "\u200c" + bare[12:],
        "variation selector 16 after digits": text.replace("1", "1\ufe0f"),
        "Arabic-Indic digits in letters": text.translate({48 + i: 0x660 + i for i in range(10)}),
        "digits, no hyphens": digits.replace("-", ""),
        "digits, spaces": digits.replace("-", "  "),
        "digits, Persian": digits.translate({48 + i: 0x6F0 + i for i in range(10)}),
        "digits, Devanagari": digits.translate({48 + i: 0x966 + i for i in range(10)}),
        "digits, fullwidth": digits.translate({48 + i: 0xFF10 + i for i in range(10)}),
    }.items():
        accepted.append({"note": note, "text": spelling, "code": code.hex()})
    wrong = f"{number ^ 1:055d}"
    for note, spelling in {
        "checksum wrong by its lowest bit": letters(number ^ 1),
        "checksum wrong, digits": group(wrong, 5),
        "one character of the code wrong": letters(number ^ 1 << 100),
        "35 characters": bare[:-1],
        "37 characters": bare + "0",
        "leading zero dropped from digits": group(digits.replace("-", "")[1:], 5),
        "56 digits": "0" + digits.replace("-", ""),
        "U is not in the alphabet": xor_letter(bare, "U"),
        "O in the digits form": digits.replace("0", "O", 1),
        "number + 2^180, digits": f"{number + (1 << 180):055d}",
        "line separator inside": bare[:4] + "\u2028" + bare[4:],
        "form feed inside": bare[:4] + "\f" + bare[4:],
        "NUL inside": bare[:4] + "\0" + bare[4:],
        "variation selector 15 inside": bare[:4] + "\ufe0e" + bare[4:],
        "combining mark inside": bare[:4] + "\u0301" + bare[4:],
        "a character of Unicode 15.0 that is unseen": bare[:4] + "\U00013439" + bare[4:],
        "dotless i for 1": text.replace("1", "\u0131"),
        "long s for S": xor_letter(bare, "\u017f"),
        "fullwidth letters": xor_letter(bare, "\uff21"),
        "underscore": text.replace("-", "_"),
    }.items():
        passphrases.append({"note": note, "text": spelling})
    return {
        "_format": "Section 2.5. 'codes': 20 bytes and their two forms. 'accepted': other spellings of a"
        " code. 'passphrases': texts that are no recovery code and hence passphrases (or unusable"
        " ones).",
        "codes": valid,
        "accepted": accepted,
        "passphrases": passphrases,
    }


def xor_letter(bare: str, letter: str) -> str:
    return bare[:9] + letter + bare[10:]


# --- 2.2 credential to root ---------------------------------------------------------------------------------


def stretch(credential: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib).derive(
        credential
    )


def kdf() -> Json:
    salt = fill("argon-salt", 32)
    code = fill("recovery-0", 20)
    cases: list[tuple[str, str, bytes, int, int, int, bytes | None]] = [
        ("passphrase", "correct horse battery staple", b"correct horse battery staple", KIB64, 1, 1, None),
        ("two passes, two lanes", "\u0661\u06f2\u06cc", b"12\xd9\x8a", KIB64, 2, 2, None),
        ("memory not a multiple of 4 lanes", "x", b"x", KIB64 + 1, 1, 4, None),
        ("with a key file", "x", b"x", KIB64, 1, 1, fill("key-file", 1000)),
        ("recovery code", letters(code_number(code)), b"\0" + code, KIB64, 1, 1, None),
        ("recovery code with a key file", letters(code_number(code)), b"\0" + code, KIB64, 1, 1, b"\0"),
    ]
    vectors = []
    for note, text, credential, memory_kib, passes, lanes, key_file in cases:
        stretched = stretch(credential, salt, memory_kib, passes, lanes)
        vectors.append(
            {
                "note": note,
                "text": text,
                "credential_bytes": credential.hex(),
                "salt": salt.hex(),
                "memory_kib": memory_kib,
                "passes": passes,
                "lanes": lanes,
                "key_file": None if key_file is None else key_file.hex(),
                "stretched": stretched.hex(),
                "root": (stretched if key_file is None else stretched + sha256(key_file)).hex(),
            }
        )
    return {
        "_format": "Section 2.2. 'text' typed → 'credential_bytes' → 'stretched' → 'root'; byte strings in"
        " hex, 'key_file' null where there is none.",
        "vectors": vectors,
    }
