"""The documents of a deployment: read, and held against the processes that print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from sqlalchemy import select

from engine.assignment import Place
from engine.errors import Finding
from engine.forms import DocumentForm, parse_document
from engine.kernel import ProcessModel
from engine.kernel.analysis import Facts, known_names
from engine.store.tables import Post

Documents = Mapping[str, tuple[str, DocumentForm]]
"""Id of each document -> its file and what the file says."""


def read_documents(files: Mapping[str, bytes], findings: list[Finding]) -> Documents:
    """The documents that can be read; what is wrong with the others goes to `findings`."""
    documents: dict[str, tuple[str, DocumentForm]] = {}
    for name, content in files.items():
        document, found = parse_document(content, name)
        findings += found
        if document is None:
            continue
        if document.id in documents:
            findings.append(
                _finding(
                    "error",
                    "duplicate-document",
                    name,
                    document.id,
                    f"文书“{document.id}”在 {documents[document.id][0]} 里已经有了。",
                    f"The document '{document.id}' is in {documents[document.id][0]} already.",
                )
            )
        documents[document.id] = (name, document)
    return documents


def check_documents(documents: Documents, processes: Sequence[ProcessModel], facts: Facts) -> Iterator[Finding]:
    """What a document names and nothing in the deployment is: its process and steps (errors), variables (warnings)."""
    models, known = {model.id: model for model in processes}, known_names(processes, facts)
    for name, document in documents.values():
        model = models.get(document.process)
        if model is None:
            yield _finding(
                "error",
                "document-process",
                name,
                document.id,
                f"没有流程“{document.process}”，文书由谁打印？",
                f"There is no process '{document.process}' to print the document.",
            )
            continue
        steps = {element.id for element in model.elements.values() if element.type == "userTask"}
        for step in document.signatures:
            if step not in steps:
                yield _finding(
                    "error",
                    "document-signature",
                    name,
                    document.id,
                    f"流程“{model.id}”没有人工任务“{step}”，它的签署印不出来。",
                    f"The process '{model.id}' has no user task '{step}' whose signature could be printed.",
                )
        for variable in sorted(document.names - known[model.id]):
            near = get_close_matches(variable, known[model.id], 1, 0.75)
            meant, meant_en = (f"是不是“{near[0]}”？", f" Did you mean '{near[0]}'?") if near else ("", "")
            yield _finding(
                "warning",
                "unknown-name",
                name,
                document.id,
                f"没有任何步骤、表单或消息给“{variable}”赋值，文书上会空着。{meant}",
                f"No step, form or message gives '{variable}' a value; the document will have a gap there.{meant_en}",
            )


def unknown_posts(community: Place, documents: Documents) -> Iterator[Finding]:
    """Posts that may print a document and that the organisation does not have; none while there is no organisation."""
    posts = set(community.connection.execute(select(Post.code)).scalars())
    for name, document in documents.values() if posts else ():
        for post in sorted(set(document.posts) - posts):
            yield _finding("error", "unknown-post", name, document.id, f"没有岗位“{post}”。", f"There is no post '{post}'.")


def _finding(level: Literal["error", "warning"], code: str, resource: str, element: str, zh: str, en: str) -> Finding:
    return Finding(level=level, code=code, resource=resource, element=element, line=None, message=zh, message_en=en)
