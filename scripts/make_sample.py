"""Make resources/sample: a small invented case, so that the program can be tried on something harmless."""

from __future__ import annotations

import math
import struct
import sys
import wave
from pathlib import Path

from PIL import Image, ImageDraw

STATEMENTS = {
    "statement-a.txt": (
        "Statement of A., written down on 14 March 2025 in the office of the village council.\n\n"
        "On the evening of 12 March two men in a grey pickup without a number plate stopped at the\n"
        "well. They asked for the names of those who had signed the petition about the mine. When I\n"
        "said that I did not know, one of them filmed my house and my daughter with a telephone.\n"
        "I agree that this is kept and shown to our lawyer. I do not agree that my name is published.\n"
    ),
    "إفادة-ب.txt": (
        "إفادة ب.، كُتبت في ١٥ آذار ٢٠٢٥.\n\n"
        "رأيتُ السيارة الرمادية نفسها أمام المدرسة صباح يوم ١٣ آذار. كان السائق يسأل عن لجنة المياه.\n"
    ),
    "ထွက်ဆိုချက်-ဂ.txt": ("ထွက်ဆိုချက် ဂ။ ၂၀၂၅ ခုနှစ် မတ်လ ၁၆ ရက်။\n\nမီးခိုးရောင်ကားကို ရေတွင်းအနားမှာ နှစ်ကြိမ် တွေ့ခဲ့ပါတယ်။\n"),
}

MESSAGE = (
    "From: unknown@mail.example\r\nTo: committee@water.example\r\n"
    "Date: Fri, 14 Mar 2025 22:41:07 +0000\r\nSubject: last warning\r\n"
    "Message-ID: <20250314224107.1@mail.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "We know where the meeting is on Sunday. Withdraw the petition.\r\n"
)

CONTACTS = (
    "\ufeffAlias,Real name,Role,Organisation,Languages,Emergency order,"
    "Channel 1 kind,Channel 1 value,Channel 1 safe,Channel 1 hours,Notes\r\n"
    "Lawyer,Invented Person,lawyer,Legal Aid Example,en es,1,"
    "phone,+34 600 000 001,yes,9:00 to 20:00,Call before sending anything\r\n"
    "A.,,witness,,ar,,signal,+34 600 000 002,no,after 21:00,The family telephone is not safe\r\n"
)


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = (value - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 2)


def _photograph(path: Path) -> None:
    """A drawing that stands for a photograph, with the metadata of an invented camera and position."""
    picture = Image.new("RGB", (960, 640), (183, 205, 219))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 420, 960, 640), fill=(176, 152, 116))
    draw.polygon([(0, 420), (230, 250), (470, 420)], fill=(134, 148, 128))
    draw.polygon([(330, 420), (640, 210), (960, 420)], fill=(118, 134, 116))
    draw.ellipse((120, 500, 300, 570), fill=(96, 84, 70))
    draw.rectangle((150, 455, 270, 535), fill=(140, 128, 112))
    draw.rectangle((520, 450, 800, 520), fill=(112, 114, 118))
    draw.rectangle((600, 400, 720, 455), fill=(112, 114, 118))
    draw.rectangle((614, 412, 706, 450), fill=(60, 68, 78))
    for left in (548, 716):
        draw.ellipse((left, 492, left + 56, 548), fill=(34, 34, 36))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Example", "Field 3", "Field 3 firmware 1.2"
    exif[0x0112] = 1
    exif.get_ifd(0x8769).update({0x9003: "2025:03:13 07:52:10", 0x9011: "+00:00", 0xA431: "SN-000417"})
    exif.get_ifd(0x8825).update(
        {1: "N", 2: _degrees(35.16532), 3: "W", 4: _degrees(2.93415), 29: "2025:03:13", 7: (7.0, 52.0, 10.0)}
    )
    picture.save(path, "JPEG", quality=82, exif=exif)


def _document(path: Path) -> None:
    """A PDF of one page with real text, written out by hand."""
    lines = [
        "Petition about the mine at the upper well",
        "",
        "1. The water has been cloudy since January.",
        "2. The company has answered none of our letters.",
        "3. We ask for an inspection before April.",
        "",
        "Signed by 41 households",
    ]
    text = "BT /F1 14 Tf 72 760 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Title (Petition) /Author (Water committee) /CreationDate (D:20250310120000Z) >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode("ascii")
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\n".encode("ascii")
    out += f"startxref\n{start}\n%%EOF\n".encode("ascii")
    path.write_bytes(bytes(out))


def _sound(path: Path) -> None:
    """Two seconds of a falling tone."""
    rate = 8000
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        samples = (
            int(9000 * math.sin(2 * math.pi * (520 - 90 * i / rate) * i / rate)) for i in range(2 * rate)
        )
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def main(folder: Path) -> None:
    """Write the sample into ``folder``."""
    evidence = folder / "evidence"
    for name in ("photos", "documents", "messages", "sound"):
        (evidence / name).mkdir(parents=True, exist_ok=True)
    _photograph(evidence / "photos" / "IMG_0412.jpg")
    for name, text in STATEMENTS.items():
        (evidence / "documents" / name).write_text(text, "utf-8", newline="\n")
    _document(evidence / "documents" / "petition.pdf")
    (evidence / "messages" / "warning.eml").write_bytes(MESSAGE.encode())
    _sound(evidence / "sound" / "voicemail.wav")
    (folder / "contacts.csv").write_bytes(CONTACTS.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
