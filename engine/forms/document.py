"""A document that a process prints, such as a slip with its stub or a numbered notice: a form that nobody fills in.

The file (`<name>.document.json`) is form-js JSON whose texts may hold `${…}`, where `get(institutionNames, code, code)` is an
institution's full name. The properties at its top say the rest:

process         key of the process whose cases print it
posts           posts at the case's institution that may print it
availableWhen   condition; without it the document can always be printed
issuer          text that gives the code of the institution in whose name it is issued, the case's own when absent
numbered        text for the head's right side, the case's number when absent
copies          names of the copies (联次), each on a page of its own; `copy` is the number of the copy, from 1
mark, markWhen  word across the head, and when it stands there, such as `ended`
signatures      user tasks whose decisions are printed as signatures
letterhead      true: the institution's name in red (红头)
closing         text that gives the day: issuer and day at the end on the right; `true` is the day of printing
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import ExpressionError, Finding, InvalidModel
from engine.expressions import Expression, Template, compile_template
from engine.forms.component import MAX_LABEL, Component
from engine.forms.findings import Findings
from engine.forms.model import FormModel
from engine.forms.paper import FormPaper, Language
from engine.forms.parser import read_form
from engine.forms.rights import READ_ONLY
from engine.forms.situation import Situation, is_true
from engine.forms.tree import Field, Ornament, Wording, data_key, data_nodes, walk
from engine.printing import Block

MOST_COPIES, MOST_NAMES = 6, 40
COPY, ENDED, NAMES = "copy", "ended", "institutionNames"
"""Names in the document's expressions: the number of the copy, whether the case has ended, full names of institutions by code."""


@dataclass(frozen=True, kw_only=True)
class DocumentForm:
    """One document of a process. Threads may share it."""

    form: FormModel
    process: str
    posts: tuple[str, ...]
    available: Expression | None
    issuer: Template | None
    """Gives the code of the institution in whose name it is issued; None: the case's."""
    numbered: Template | None
    copies: tuple[Wording, ...]
    """Empty for a document of one copy without a name."""
    mark: Wording | None
    mark_when: Expression | None
    signatures: tuple[str, ...]
    letterhead: bool
    closing: Template | None
    """Gives the day at the end; None: nothing stands there."""

    @property
    def id(self) -> str:
        """The name that the API knows it by."""
        return self.form.id

    @property
    def names(self) -> frozenset[str]:
        """The variables that it reads."""
        found = {data_key(node) for node in data_nodes(self.form.nodes)}
        columns = {node.key for node in walk(self.form.nodes) if isinstance(node, Field) and "." in node.name} - found
        for node in walk(self.form.nodes):
            found |= node.hide.names if node.hide is not None else frozenset()
            if isinstance(node, Ornament):
                for text in _texts(node):
                    found |= {name for part in compile_template(text).expressions for name in part.names - part.tested}
        for condition in (self.available, self.mark_when):
            found |= condition.names - condition.tested if condition is not None else frozenset()
        for template in (self.issuer, self.numbered, self.closing):
            found |= template.names if template is not None else frozenset()
        return frozenset(found - columns - {COPY, ENDED, NAMES})

    def can_be_printed(self, names: Mapping[str, Any]) -> bool:
        """Whether its condition holds; one that cannot be evaluated does not."""
        return self.available is None or is_true(self.available, names)

    def marked(self, names: Mapping[str, Any]) -> bool:
        """Whether its mark stands on it."""
        return self.mark is not None and (self.mark_when is None or is_true(self.mark_when, names))

    def blocks(self, names: Mapping[str, Any], copy: int, language: Language, files: Mapping[str, str]) -> tuple[Block, ...]:
        """What the copy of that number says; `files` are names of attachments by their ids."""
        situation = Situation.of(self.form.grant(READ_ONLY), {**names, COPY: copy})
        return FormPaper(replace(situation, names=_Open(situation.names)), language, files, prose=True).blocks()


class _Open(dict[str, Any]):
    """Names of which those that nobody has given are null, so that a half-filled case can be printed."""

    def __missing__(self, name: str) -> None:
        return None


def parse_document(content: bytes | str, resource: str) -> tuple[DocumentForm | None, list[Finding]]:
    """The document of a file, None when a finding is an error. `resource` is the file's name in the deployment."""
    findings = Findings(resource)
    document = _read(content, findings, stored=False)
    refused = any(finding.level == "error" for finding in findings.items)
    return (None if refused else document), findings.items


def read_stored_document(content: bytes, resource: str) -> DocumentForm:
    """The document of a file that was deployed. Raises InvalidModel when it would lack something that the file says."""
    findings = Findings(resource)
    document = _read(content, findings, stored=True)
    if document is None or findings.items:
        raise InvalidModel(findings.items)
    return document


def _read(content: bytes | str, findings: Findings, *, stored: bool) -> DocumentForm | None:
    form, source = read_form(content, findings, stored=stored)
    if form is None or source is None:
        return None
    about = Component(source, form.id, findings)
    for node in walk(form.nodes):
        if isinstance(node, Ornament):
            _check_texts(node, findings)
    process = about.properties.get("process")
    posts = _listed(about, "posts")
    if not isinstance(process, str) or not process:
        about.error("document-process", "文书要写明 process：哪个流程打印它。", "A document must name its process.")
        process = ""
    if not posts:
        about.error("document-posts", "文书要写明 posts：哪些岗位可以打印。", "A document must name who may print it.")
    return DocumentForm(
        form=form,
        process=process,
        posts=posts,
        available=about.expression(about.properties, "availableWhen"),
        issuer=_template(about, "issuer"),
        numbered=_template(about, "numbered"),
        copies=tuple(_copies(about)),
        mark=about.wording(about.properties, ("mark",), "markEn", MAX_LABEL),
        mark_when=about.expression(about.properties, "markWhen"),
        signatures=_listed(about, "signatures"),
        letterhead=about.flag(about.properties, "letterhead"),
        closing=_closing(about),
    )


def _texts(node: Ornament) -> Iterator[str]:
    yield from (str(text) for name in ("text", "textEn") if (text := node.component.get(name)))


def _check_texts(node: Ornament, findings: Findings) -> None:
    for text in _texts(node):
        try:
            compile_template(text)
        except ExpressionError as error:
            findings.error(
                "document-text",
                node.id,
                f"文字里的 ${{…}} 不是表达式：{error}",
                f"The text holds a ${{…}} that is no expression: {error}",
            )


def _template(about: Component, key: str) -> Template | None:
    text = about.properties.get(key)
    if text is None or text == "":
        return None
    try:
        return compile_template(text)
    except ExpressionError as error:
        about.error("document-text", f"“{key}”不是带表达式的文字：{error}", f"'{key}' is no text with expressions: {error}")
        return None


def _closing(about: Component) -> Template | None:
    given = about.properties.get("closing")
    if given in (False, "false"):
        return None
    return compile_template("${date(now)}") if given in (True, "true") else _template(about, "closing")


def _listed(about: Component, key: str) -> tuple[str, ...]:
    """A list of names, which form editors keep as one text with commas."""
    given = about.properties.get(key)
    if given is None or given == "":
        return ()
    parts: Sequence[Any] = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else ()
    names = [part.strip() for part in parts if isinstance(part, str) and part.strip()]
    if not names or len(names) != len(parts) or len(names) > MOST_NAMES or len(set(names)) != len(names):
        about.error(
            "document-names",
            f"“{key}”要是用逗号分开、不重复的名字，最多 {MOST_NAMES} 个。",
            f"'{key}' must be at most {MOST_NAMES} different names with commas between them.",
        )
    return tuple(names)


def _copies(about: Component) -> Iterator[Wording]:
    given = about.properties.get("copies")
    if given is None:
        return
    if not isinstance(given, list) or not 0 < len(given) <= MOST_COPIES:
        about.error(
            "document-copies", f"copies 要列出 1 到 {MOST_COPIES} 联。", f"'copies' must be a list of 1 to {MOST_COPIES} copies."
        )
        return
    for item in given:
        parts = item if isinstance(item, Mapping) else {}
        wording = about.wording(parts, ("name",), "", MAX_LABEL)
        if wording is None:
            about.error("document-copies", "每一联要有 name。", "Every copy needs a name.")
            continue
        english = about.text(parts, "nameEn", MAX_LABEL)
        yield Wording(zh=wording.zh, en=english or wording.zh)
