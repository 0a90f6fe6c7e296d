"""What a file is, told by its content; and the names that files are given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.files import FILE_TYPES, Unreadable, media_type, plain_name
from tests.forms.pictures import jpeg, pdf, png


def test_each_type_is_told_by_its_content() -> None:
    assert [media_type(content) for content in (jpeg(), png(), pdf())] == ["image/jpeg", "image/png", "application/pdf"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "attachment-type"),
        (b"MZ\x90\0" + b"\0" * 100, "attachment-type"),
        (b"<html><script>alert(1)</script></html>", "attachment-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "attachment-type"),
        (b"PK\x03\x04" + b"\0" * 100, "attachment-type"),
        (b"GIF89a" + b"\0" * 100, "attachment-type"),
        (b"\n" + pdf(), "attachment-type"),
        (pdf()[:-10], "attachment-damaged"),
        (b"%PDF-x" + pdf()[6:], "attachment-damaged"),
        (png()[:-12], "attachment-damaged"),
        (png(0, 2), "attachment-damaged"),
        (png(60_000, 60_000), "attachment-pixels"),
        (jpeg()[:20], "attachment-damaged"),
        (jpeg(0, 0), "attachment-damaged"),
        (jpeg(30_000, 30_000), "attachment-pixels"),
        (b"\xff\xd8\xff" + b"\xff" * 50, "attachment-damaged"),
    ],
)
def test_what_is_none_of_them_or_no_whole_one_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        media_type(content)
    assert refusal.value.code == code


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-"]), st.binary(max_size=300))
def test_any_bytes_are_answered(begin: bytes, rest: bytes) -> None:
    try:
        assert media_type(begin + rest) in FILE_TYPES
    except Unreadable as refusal:
        assert refusal.code.startswith("attachment-")  # noqa: PT017


@pytest.mark.parametrize(
    ("name", "kind", "plain"),
    [
        ("知情同意书.jpg", "image/jpeg", "知情同意书.jpg"),
        ("scan.JPEG", "image/jpeg", "scan.jpeg"),
        ("virus.exe", "image/png", "virus.exe.png"),
        ("../../etc/passwd", "application/pdf", "etc passwd.pdf"),
        ("C:\\temp\\a.pdf", "application/pdf", "C temp a.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "application/pdf", "a b Set-Cookie x.pdf"),
        ("gpj.\u202eexe.pdf", "application/pdf", "gpj. exe.pdf"),
        ("", "image/png", "file.png"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("长" * 300, "image/png", "长" * 116 + ".png"),
    ],
)
def test_names_are_made_harmless(name: str, kind: str, plain: str) -> None:
    assert plain_name(name, kind) == plain


@given(st.text(max_size=200), st.sampled_from(sorted(FILE_TYPES)))
def test_any_name_becomes_a_name(name: str, kind: str) -> None:
    plain = plain_name(name, kind)
    assert plain.isprintable()
    assert 4 < len(plain) <= 120
    assert plain.endswith(FILE_TYPES[kind][2])
    assert not set(plain) & set('\\/:*?"<>|')
