"""Pictures through the real decoder: metadata, turning, sizes, damage."""

from __future__ import annotations

import io
from pathlib import Path

import pillow_heif
import pytest
import segno
from PIL import Image

from hrd_desktop.decode.client import Decoder
from hrd_desktop.domain.decoded import Disclosure, FieldName, Pixels, disclosure_of
from hrd_desktop.domain.errors.decode import FileNotUnderstood, FormatNotRead
from tests.unit.decode.made_files import Bytes, exif_jpeg, picture

N = FieldName


def _colour(pixels: Pixels, x: int, y: int) -> str:
    at = y * pixels.stride + 4 * x
    red, green, blue, alpha = pixels.rgba[at : at + 4]
    assert alpha == 255 and green < 60
    return "red" if red > blue else "blue"


pillow_heif.register_heif_opener()


def test_every_field_of_a_photograph(decoder: Decoder) -> None:
    found = decoder.probe(Bytes(exif_jpeg()), "image/jpeg")
    assert found.media_type_found == "image/jpeg"
    assert {(field.name, field.value) for field in found.fields} == {
        (N.DEVICE_MAKE, "Maker"),
        (N.DEVICE_MODEL, "Model 7"),
        (N.SOFTWARE, "Firmware 1.0"),
        (N.AUTHOR, "Jo"),
        (N.AUTHOR, "Zoë"),
        (N.ORIENTATION, "6"),
        (N.TIME_ORIGINAL, "2023-05-06T07:08:09.25+02:00"),
        (N.DEVICE_SERIAL, "SN-12345"),
        (N.LENS_SERIAL, "LENS-9"),
        (N.DEVICE_OWNER, "Owner Name"),
        (N.MAKER_NOTE, "17"),
        (N.COMMENT, "said over"),
        (N.LATITUDE, "-33.51"),
        (N.LONGITUDE, "-70.25"),
        (N.ALTITUDE, "-12.5"),
        (N.DIRECTION, "271.5"),
        (N.GPS_TIME, "2023-05-06T05:08:09Z"),
        (N.WIDTH, "30"),
        (N.HEIGHT, "40"),
    }
    assert found.position == (-33.51, -70.25)
    assert (found.width, found.height) == (30, 40)


def test_what_gives_away_places_devices_and_people_is_listed(decoder: Decoder) -> None:
    found = decoder.probe(Bytes(exif_jpeg()), "image/jpeg")
    listed = {
        kind: {field.name for field in found.disclosing(kind)}
        for kind in (Disclosure.POSITION, Disclosure.DEVICE, Disclosure.PERSON, Disclosure.HIDDEN_CONTENT)
    }
    assert listed == {
        Disclosure.POSITION: {N.LATITUDE, N.LONGITUDE, N.ALTITUDE, N.DIRECTION, N.GPS_TIME},
        Disclosure.DEVICE: {N.DEVICE_SERIAL, N.LENS_SERIAL, N.MAKER_NOTE},
        Disclosure.PERSON: {N.AUTHOR, N.DEVICE_OWNER},
        Disclosure.HIDDEN_CONTENT: {N.COMMENT},
    }
    assert all(
        disclosure_of(name) is Disclosure.POSITION for name in FieldName if name.value.startswith("gps.")
    )


def test_nothing_found_shows_in_a_log(decoder: Decoder) -> None:
    found = decoder.probe(Bytes(exif_jpeg()), "image/jpeg")
    shown = repr(found) + repr(found.fields) + repr(decoder.thumbnail(Bytes(exif_jpeg()), "image/jpeg", 16))
    assert "SN-12345" not in shown and "33.5" not in shown and len(shown) < 2000


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "BMP", "JPEG", "AVIF", "HEIF"])
def test_every_format_gives_pixels(kind: str, decoder: Decoder) -> None:
    pixels = decoder.picture(Bytes(picture(kind)), "image/x", 100)
    assert (pixels.width, pixels.height, pixels.stride, pixels.complete) == (40, 30, 160, True)
    assert len(pixels.rgba) == 4 * 40 * 30
    assert (_colour(pixels, 5, 15), _colour(pixels, 35, 15)) == ("red", "blue")


# Where the left (red) and the right (blue) half of the stored picture end up (EXIF 2.32, 4.6.4).
@pytest.mark.parametrize(
    ("orientation", "red_at", "blue_at"),
    [
        (1, (5, 15), (35, 15)),
        (2, (35, 15), (5, 15)),
        (3, (35, 15), (5, 15)),
        (4, (5, 15), (35, 15)),
        (5, (15, 5), (15, 35)),
        (6, (15, 5), (15, 35)),
        (7, (15, 35), (15, 5)),
        (8, (15, 35), (15, 5)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_pictures_come_upright(
    kind: str, orientation: int, red_at: tuple[int, int], blue_at: tuple[int, int], decoder: Decoder
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = Bytes(picture(kind, exif=exif))
    pixels = decoder.picture(file, "image/x", 100)
    assert (pixels.width, pixels.height) == ((30, 40) if orientation >= 5 else (40, 30))
    assert (_colour(pixels, *red_at), _colour(pixels, *blue_at)) == ("red", "blue")
    found = decoder.probe(file, "image/x")
    assert (found.width, found.height) == (pixels.width, pixels.height)


def test_large_pictures_shrink_and_small_ones_stay(decoder: Decoder) -> None:
    large = decoder.thumbnail(Bytes(picture("JPEG", (1600, 800))), "image/jpeg", 100)
    assert (large.width, large.height) == (100, 50)
    small = decoder.thumbnail(Bytes(picture("PNG", (8, 4))), "image/png", 100)
    assert (small.width, small.height) == (8, 4)


def test_deep_grey_is_scaled_not_cut(decoder: Decoder) -> None:
    image = Image.new("I;16", (2, 1))
    image.putpixel((0, 0), 1000)
    image.putpixel((1, 0), 60_000)
    out = io.BytesIO()
    image.save(out, "TIFF")
    pixels = decoder.picture(Bytes(out.getvalue()), "image/tiff", 10)
    assert (pixels.rgba[0], pixels.rgba[4]) == (0, 255)


def test_transparency_is_kept(decoder: Decoder) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (2, 2), (10, 20, 30, 40)).save(out, "PNG")
    assert decoder.picture(Bytes(out.getvalue()), "image/png", 10).rgba[:4] == bytes((10, 20, 30, 40))


def test_half_a_photograph_is_shown_and_called_incomplete(decoder: Decoder) -> None:
    whole = picture("JPEG", (640, 480))
    pixels = decoder.picture(Bytes(whole[: len(whole) // 2]), "image/jpeg", 640)
    assert not pixels.complete
    assert (pixels.width, pixels.height) == (640, 480)
    assert _colour(pixels, 5, 5) == "red"


def test_xmp_and_iptc_are_read(decoder: Decoder) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" '
        'exif:GPSLatitude="43,28.5N" aux:SerialNumber="777">'
        "<exif:GPSLongitude>11,53,6.0E</exif:GPSLongitude>"
        "<dc:creator><r:Seq><r:li>Ann</r:li><r:li>Ben</r:li></r:Seq></dc:creator></r:Description></r:RDF>"
        "</x:xmpmeta>"
    )
    found = decoder.probe(Bytes(picture("JPEG", xmp=xmp.encode())), "image/jpeg")
    assert found.position == (43.475, 11.885)
    assert found.all_of(N.AUTHOR) == ("Ann", "Ben")
    assert found.all_of(N.DEVICE_SERIAL) == ("777",)


def test_damaged_metadata_does_not_hide_the_picture(decoder: Decoder) -> None:
    broken = exif_jpeg().replace(b"Exif\0\0", b"Exif\0\0??", 1)
    assert broken != exif_jpeg()
    found = decoder.probe(Bytes(broken), "image/jpeg")
    assert found.width is not None and found.position is None
    assert decoder.thumbnail(Bytes(broken), "image/jpeg", 16).complete


def test_what_is_no_picture_is_refused(decoder: Decoder) -> None:
    with pytest.raises(FileNotUnderstood):
        decoder.picture(Bytes(b"\x89PNG\r\n\x1a\nnot really"), "image/png", 16)
    with pytest.raises(FormatNotRead):
        decoder.picture(Bytes(b"just text"), "image/png", 16)


def test_photographs_of_the_real_world(samples_dir: Path, decoder: Decoder) -> None:
    for path in sorted(samples_dir.glob("photos/DSCN00*.jpg")):
        position = decoder.probe(Bytes(path.read_bytes()), "image/jpeg").position
        assert position is not None
        assert position == pytest.approx((43.467, 11.884), abs=0.01)
    portrait = Bytes((samples_dir / "photos" / "portrait_6.jpg").read_bytes())
    assert decoder.probe(portrait, "image/jpeg").find(N.ORIENTATION) == "6"
    upright = decoder.picture(portrait, "image/jpeg", 1000)
    assert (upright.width, upright.height) == (450, 600)
    heic = Bytes((samples_dir / "photos" / "iphone_13_pro_max.HEIC").read_bytes())
    found = decoder.probe(heic, "image/heic")
    assert found.find(N.DEVICE_MODEL) == "iPhone 13 Pro Max"
    assert found.find(N.TIME_ORIGINAL) == "2022-02-16T12:55:41.762+01:00"
    pixels = decoder.thumbnail(heic, "image/heic", 256)
    assert (pixels.width, pixels.height) == (192, 256)
    assert (found.width, found.height) == (3024, 4032)


def test_every_photograph_of_the_real_world_gives_pixels(samples_dir: Path, decoder: Decoder) -> None:
    for path in sorted(samples_dir.glob("photos/*")):
        pixels = decoder.thumbnail(Bytes(path.read_bytes()), "image/jpeg", 128)
        assert pixels.complete, path.name
        # A codec that fails in silence leaves an even surface.
        assert path.name == "BlueSquare.jpg" or len(set(pixels.rgba)) > 20, path.name


def qr_picture(text: str, turned: float = 0.0) -> bytes:
    """A photograph of a code: grey paper, turned a little, saved as JPEG."""
    out, photograph = io.BytesIO(), io.BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind="png", scale=5)
    code = Image.open(out).convert("L").point(lambda value: 40 + value * 3 // 4)
    code.rotate(turned, fillcolor=231, expand=True).convert("RGB").save(photograph, "JPEG", quality=60)
    return photograph.getvalue()


def test_the_text_of_a_qr_code_and_nothing_where_there_is_none(decoder: Decoder) -> None:
    key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    assert decoder.codes(Bytes(qr_picture(key, 11.0)), 1000) == key
    assert decoder.codes(Bytes(qr_picture(key)), 10) == key[:10]
    # What controls or reorders text never comes out of a code.
    assert decoder.codes(Bytes(qr_picture("a\u202eb\x1b[31m")), 1000) == "ab[31m"
    assert decoder.codes(Bytes(exif_jpeg()), 1000) == ""
    with pytest.raises(FormatNotRead):
        decoder.codes(Bytes(b"no picture at all"), 1000)
    with pytest.raises(FileNotUnderstood):
        decoder.codes(Bytes(b"\xff\xd8\xff\xe0" + bytes(64)), 1000)
