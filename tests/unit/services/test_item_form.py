"""Values of a form are checked all at once, as they will be when they are saved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.records import ItemDetails, Place, WhenTaken
from hrd_desktop.services.fields import FIELD_NAMES, as_texts, with_fields
from hrd_desktop.services.item_form import field_problems


def reasons(details: ItemDetails, values: dict[str, str]) -> dict[str, object]:
    return {name: error.fields["reason"] for name, error in field_problems(details, values).items()}


def test_every_wrong_field_is_named() -> None:
    values = {"latitude": "91", "kind": "poem", "review_on": "soon", "title": "fine"}
    found = reasons(ItemDetails(), values)
    assert set(found) == {"latitude", "kind", "review_on"}
    assert found["latitude"] == "decimal-degrees"


def test_half_a_position_is_no_position() -> None:
    assert reasons(ItemDetails(), {"latitude": "1"}) == {"longitude": "both-or-none"}
    placed = ItemDetails(place=Place(latitude=1.0, longitude=2.0))
    assert reasons(placed, {"latitude": ""}) == {"latitude": "both-or-none"}
    assert reasons(placed, {"latitude": "", "longitude": ""}) == {}


def test_what_hangs_on_a_wrong_time_is_not_blamed() -> None:
    values = {"collected_precision": "day", "collected": "2026-13", "collected_zone": "+01:00"}
    assert set(reasons(ItemDetails(), values)) == {"collected"}
    assert reasons(ItemDetails(), values | {"collected": "2026-12"}) == {}


def test_what_an_item_has_already_is_never_wrong() -> None:
    details = ItemDetails(collected=WhenTaken("2026-03", "+01:00"), place=Place(latitude=1.0, longitude=2.0))
    assert reasons(details, as_texts(details)) == {}


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), st.text(max_size=12)))
def test_what_has_no_problem_can_be_set(values: dict[str, str]) -> None:
    ordered = {name: values[name] for name in FIELD_NAMES if name in values}
    if not field_problems(ItemDetails(), values):
        with_fields(ItemDetails(), ordered)
        return
    try:
        made = with_fields(ItemDetails(), ordered)
    except FieldValueError:
        return
    assert (made.place.latitude is None) != (made.place.longitude is None)
