"""What a step says of the rows of a list, beside its columns: whether they are added, edited and removed."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.forms import FieldRights, FormModel
from tests.forms.slip import Fill, parsed
from tests.forms.test_submission import refused


class TestRowRights:
    """What a step says of the rows of a list, beside its columns."""

    CURRENT: ClassVar[dict[str, Any]] = {
        "drugs": [{"drug": "a", "dose": 1, "route": "po"}, {"drug": "b", "dose": 2, "route": "iv"}]
    }
    KEPT: ClassVar[dict[str, Any]] = {"drug": "b", "dose": 2, "route": "iv", "speed": None}

    def rights(self, *words: str, write: str = "drugs.drug drugs.dose", hidden: str = "drugs.route") -> FieldRights:
        return FieldRights.of(write=write.split(), hidden=hidden.split(), rows={"drugs": words})

    def test_who_may_only_add_writes_on_new_rows_alone(self, fill: Fill, model: FormModel) -> None:
        rights, new = self.rights("add"), {"drug": "c", "dose": 3}
        shown = [{"#": 0, "drug": "a", "dose": 1}, {"#": 1, "drug": "b", "dose": 2}]
        assert model.readable(rights, self.CURRENT) == {"drugs": shown}
        assert len(fill({"drugs": [*shown, {}]}, rights=rights, current=self.CURRENT)["drugs"]) == len(shown)
        accepted = fill({"drugs": [{"#": 0}, {"#": 1, "dose": 2}, new]}, rights=rights, current=self.CURRENT)["drugs"]
        # The hidden column of the rows that are there stays.
        assert accepted == [
            {"drug": "a", "dose": 1, "route": "po", "speed": None},
            self.KEPT,
            {"drug": "c", "dose": 3, "route": None, "speed": None},
        ]
        for sent, wrong in (
            ([{"#": 0, "dose": 9}, {"#": 1}], [("drugs.0.dose", "read-only")]),
            ([{"#": 1}, new], [("drugs", "rows-kept")]),
            ([{"#": 0}, {"#": 1}, {"drug": "c", "route": "po"}], [("drugs.2.route", "unknown-field")]),
            ([{"#": 1}, {"#": 0}], [("drugs", "row-unknown")]),
            ([{"#": 0}, {"#": True}], [("drugs", "row-unknown")]),
            ([{"#": 0}, {"#": 2}], [("drugs", "row-unknown")]),
        ):
            assert refused(fill, {"drugs": sent}, rights=rights, current=self.CURRENT) == wrong

    def test_who_may_remove_keeps_unseen_columns_of_the_other_rows(self, fill: Fill, model: FormModel) -> None:
        rights = self.rights("remove", "edit")
        changed = fill({"drugs": [{"#": 1, "dose": 5}]}, rights=rights, current=self.CURRENT)
        assert changed == {"drugs": [{**self.KEPT, "dose": 5}]}
        assert refused(fill, {"drugs": [{"#": 0}, {"drug": "c"}]}, rights=rights, current=self.CURRENT) == [
            ("drugs", "rows-not-added")
        ]
        # Nothing but taking out: no column is written, and the list can be sent all the same.
        only = self.rights("remove", write="", hidden="drugs.route")
        assert model.writable(only) == {"drugs"}
        assert fill({"drugs": [{"#": 1}]}, rights=only, current=self.CURRENT) == {"drugs": [self.KEPT]}
        assert refused(fill, {"drugs": [{"#": 1, "dose": 7}]}, rights=only, current=self.CURRENT) == [
            ("drugs.0.dose", "read-only")
        ]

    def test_rows_may_be_fixed_though_every_column_is_written(self, fill: Fill, slip: dict[str, Any]) -> None:
        rights = self.rights("edit", write="drugs", hidden="")
        assert refused(fill, {"drugs": [{"drug": "c"}]}, rights=rights, current=self.CURRENT) == [("drugs", "rows-fixed")]
        next(item for item in slip["components"] if item.get("path") == "drugs")["allowAddRemove"] = False
        form = parsed(slip)
        assert refused(fill, {"drugs": [{"drug": "c"}]}, form=form, current=self.CURRENT) == [("drugs", "rows-fixed")]
        # The step's word counts before the form's.
        every = self.rights("add", "edit", "remove", write="drugs", hidden="")
        assert len(fill({"drugs": [{"drug": "c"}]}, form=form, rights=every, current=self.CURRENT)["drugs"]) == 1

    def test_rights_of_rows_that_cannot_be_are_told(self, model: FormModel) -> None:
        assert model.unknown_names(FieldRights.of(write=["drugs"], rows={"drugs": ["add"], "vital": ["add"]})) == ("vital",)
        assert model.rows_without_columns(FieldRights.of(write=["name"], rows={"drugs": ["add", "remove"]})) == ("drugs",)
