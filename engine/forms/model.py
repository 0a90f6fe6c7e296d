"""A form as the engine knows it: compiled once at deployment, asked for every task.

view       what the browser draws for one person at one step
readable   the values that person may read
paper      the form as it is printed for that person
validate   the accepted delta of a submission, or every error at once
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from marshmallow import Schema

from engine.forms import view as viewing
from engine.forms.paper import FormPaper, Language
from engine.forms.rights import AS_THE_FORM_SAYS, FieldRights, Grant
from engine.forms.schema import compile_schema
from engine.forms.situation import Situation
from engine.forms.submission import Submission, Terms
from engine.forms.tree import Check, Field, Node, Ornament, Rows, Wording, attachment_ids, walk
from engine.printing import Sheet


@dataclass(frozen=True, kw_only=True)
class FormModel:
    """One form. Threads may share it."""

    id: str
    """The form key that user tasks name."""
    title: Wording
    copy_name: Wording | None
    """Which copy of the slip it prints as (联次)."""
    nodes: tuple[Node, ...]
    checks: tuple[Check, ...]
    schema: Schema = field(init=False, repr=False, compare=False)
    _grants: dict[FieldRights, Grant] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", compile_schema(self.nodes))

    @property
    def names(self) -> frozenset[str]:
        """Every name that rights may use: fields, row lists and sections with a path."""
        return frozenset(node.name for node in walk(self.nodes) if not isinstance(node, Ornament) and node.name)

    def unknown_names(self, rights: FieldRights) -> tuple[str, ...]:
        """Names in a step's rights that the form does not have, or that cannot be required: for the deployment gate."""
        fillable = frozenset(node.name for node in walk(self.nodes) if isinstance(node, Field | Rows))
        asked = (rights.write or frozenset()) | rights.hidden
        lists = frozenset(node.name for node in walk(self.nodes) if isinstance(node, Rows))
        filled = rights.required | rights.demanded
        return tuple(sorted((asked - self.names) | (filled - fillable) | (rights.rows.keys() - lists)))

    def rows_without_columns(self, rights: FieldRights) -> tuple[str, ...]:
        """Row lists whose rows a step lets be added or written on though it lets no column be written."""
        lists = (
            node for node in walk(self.nodes) if isinstance(node, Rows) and {"add", "edit"} & rights.rows.get(node.name, set())
        )
        columns = self.grant(replace(rights, rows={}))
        return tuple(sorted(node.name for node in lists if columns.access(node) != "write"))

    def label(self, name: str) -> str:
        """What the form calls a variable; its name where no field of the form is it alone."""
        found = (node.label.zh for node in walk(self.nodes) if isinstance(node, Field) and node.name == name)
        return next(found, None) or name

    def writable(self, rights: FieldRights | None) -> frozenset[str]:
        """Names of the variables that the person may write through the form."""
        grant = self.grant(rights)
        fields = (node for node in walk(self.nodes) if isinstance(node, Field | Rows) and grant.access(node) == "write")
        return frozenset(field.name.partition(".")[0] for field in fields)

    def grant(self, rights: FieldRights | None) -> Grant:
        """What some rights allow with the nodes; None: as the form says. A model has few different rights: they are kept."""
        wanted = rights or AS_THE_FORM_SAYS
        known = self._grants.get(wanted)
        if known is None:
            known = self._grants[wanted] = Grant(self.nodes, wanted)
        return known

    def view(self, rights: FieldRights | None, data: Mapping[str, Any]) -> dict[str, Any]:
        """The form as JSON for the browser (`Form` of the API). `rights` None: as the form says.

        `data` are the variables at the task; conditions may name them and the runtime's reserved names.
        """
        situation = Situation.of(self.grant(rights), data)
        copy = self.copy_name
        return {
            "id": self.id,
            "title": self.title.zh,
            "titleEn": self.title.en,
            "copy": copy.zh if copy else None,
            "copyEn": copy.en if copy else None,
            "components": viewing.components(situation),
            "checks": viewing.checks(self.checks, situation),
        }

    @cached_property
    def takes_files(self) -> bool:
        """Whether the form has a file field."""
        return any(isinstance(node, Field) and node.files is not None for node in walk(self.nodes))

    def file_field(self, name: str, rights: FieldRights | None) -> Field | None:
        """The file field of that name in rights, None when there is none or the person may not write it."""
        found = next((node for node in walk(self.nodes) if isinstance(node, Field) and node.files and node.name == name), None)
        return found if found is not None and self.grant(rights).access(found) == "write" else None

    def attachments(self, values: Mapping[str, Any]) -> frozenset[str]:
        """Ids of the attachments that the form's file fields name in `values`."""
        return frozenset(attachment_ids(self.nodes, values))

    def readable(self, rights: FieldRights | None, data: Mapping[str, Any]) -> dict[str, Any]:
        """The values of `data` that belong to the form and that the person may read; money as text such as `12.50`."""
        return viewing.readable_values(Situation.of(self.grant(rights), data))

    def paper(
        self, rights: FieldRights | None, data: Mapping[str, Any], *, language: Language, files: Mapping[str, str]
    ) -> Sheet:
        """The form as it is printed for the person; `files` are names of attachments by their ids."""
        situation = Situation.of(self.grant(rights), data)
        paper = FormPaper(situation, language, files)
        copy = None if self.copy_name is None else paper.words(self.copy_name)
        return Sheet(title=paper.words(self.title), copy=copy, blocks=paper.blocks())

    def validate(
        self,
        submitted: Mapping[str, Any],
        *,
        current: Mapping[str, Any],
        rights: FieldRights | None,
        required: Collection[str] = (),
        partial: bool = False,
        draft: bool = False,
        demo: bool,
        now: datetime,
        files: Collection[str] = (),
        employs: Callable[[str], bool] = lambda number: True,
    ) -> dict[str, Any]:
        """The accepted delta: typed JSON values without floats, only keys that were sent and that change.

        `current` are the variables at the task, `required` the names that the chosen outcome demands (writable therefore),
        `demo` admits identity numbers of the demo district. Of a `partial` submission nothing is required but these names
        and what their values make necessary; what was filled must be right all the same. A draft is checked for rights,
        shapes and sizes only, and its values come back as they were typed. `files` are the attachments that may be named
        newly, `employs` tells whether somebody works here under a staff number. Raises InvalidForm with every field error.
        """
        allowed = rights or AS_THE_FORM_SAYS
        demanded = allowed.demanded | frozenset(required)
        situation = Situation.of(self.grant(replace(allowed, demanded=demanded)), {"now": now.isoformat(), **current})
        names = frozenset(required) if partial else allowed.required | frozenset(required)
        terms = Terms(required=names, partial=partial, draft=draft, demo=demo, now=now, files=frozenset(files), employs=employs)
        return Submission(situation, self.schema, terms).accept(submitted, self.checks)
