"""What a person consents to, recorded and listed by command."""

from __future__ import annotations

from tests.e2e.cli import Argument, Done, Place


def contacts(place: Place, *words: Argument, expect: int = 0) -> Done:
    return place.run("contacts", place.vault, *words, "--passphrase-file", place.passfile, expect=expect)


def test_answers_are_recorded_and_the_latest_comes_first(place: Place) -> None:
    contacts(place, "add", "--alias", "The heron")
    asked = ("consent", "The heron", "--purpose", "publish-name")
    first = contacts(
        place, *asked, "--answer", "yes", "--given-on", "2026-01-02", "--form", "written",
        "--language", "ar", "--interpreter", "Stork", "--risks-explained", "--anonymity",
        "--capacity", "able", "--recorded-by", "me", "--withdrawn-on", "2026-02-03",
    ).text.strip()  # fmt: skip
    second = contacts(place, *asked, "--answer", "no").text.strip()
    contacts(
        place, "consent", "The heron", "--purpose", "un-body", "--answer", "impossible", "--reason", "held"
    )
    listed = contacts(place, "consents", "The heron", "--json").document["consents"]
    assert [(one["purpose"], one["decision"], one["stands"]) for one in listed] == [
        ("publish-name", "no", False),
        ("publish-name", "yes", False),
        ("un-body", "impossible", False),
    ]
    assert [one["id"] for one in listed[:2]] == [second, first]
    assert listed[1] == {
        "id": first,
        "purpose": "publish-name",
        "decision": "yes",
        "stands": False,
        "reason": "",
        "given_by": "self",
        "given_by_name": "",
        "given_on": "2026-01-02",
        "language": "ar",
        "interpreter": "Stork",
        "form": "written",
        "anonymity_asked": True,
        "expires_on": None,
        "withdrawn_on": "2026-02-03",
        "capacity": "able",
        "risks_explained": True,
        "recorded_by": "me",
        "note": "",
    }
    text = contacts(place, "consents", "The heron").text
    assert "2026-01-02  no longer stands" in text
    assert "impossible  held" in text


def test_what_is_refused(place: Place) -> None:
    contacts(place, "add", "--alias", "The heron")
    asked = ("consent", "The heron", "--purpose", "keep", "--answer")
    for wrong in (
        (*asked, "perhaps"),
        (*asked, "impossible"),
        (*asked, "yes", "--given-on", "soon"),
        (*asked, "yes", "--given-on", "2026-02-02", "--expires-on", "2026-02-01"),
        (*asked, "yes", "--language", "not a tag"),
        ("consent", "The heron", "--purpose", "everything", "--answer", "yes"),
    ):
        contacts(place, *wrong, expect=2)
    assert contacts(place, "consent", "Nobody", *asked[2:], "yes", expect=1).error_code == "not-found"
    assert contacts(place, "consents", "The heron", "--json").document == {"consents": []}
