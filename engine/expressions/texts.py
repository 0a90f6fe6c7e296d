"""Functions on texts. Lengths and positions count code points; case follows Unicode without a language."""

from __future__ import annotations

from engine.expressions.faults import Fault
from engine.expressions.limits import MAX_TEXT
from engine.expressions.values import JSON, Meter, as_list, as_text, bounded_list, bounded_text, equal, text_of, wrong_type

SPACES = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
    "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What `trim` removes: what browsers call white space."""


def to_text(value: JSON) -> JSON:
    """The value as text: null is empty, numbers in plain digits, booleans `true` and `false`."""
    return bounded_text(text_of(value))


def lower(text: JSON) -> JSON:
    """In small letters."""
    return bounded_text(as_text(text).lower())


def upper(text: JSON) -> JSON:
    """In capital letters."""
    return bounded_text(as_text(text).upper())


def trim(text: JSON) -> JSON:
    """Without white space at both ends."""
    return as_text(text).strip(SPACES)


def contains(meter: Meter, container: JSON, wanted: JSON) -> JSON:
    """Whether a text contains a text, a list an equal item, a dict a key."""
    if type(container) is str:
        return as_text(wanted) in container
    if type(container) is dict:
        return as_text(wanted) in container
    if type(container) is not list:
        raise wrong_type("a list, dict or text", container)
    meter.spend(len(container))
    return any(equal(item, wanted, meter) for item in as_list(container))


def starts_with(text: JSON, start: JSON) -> JSON:
    """Whether the text begins so."""
    return as_text(text).startswith(as_text(start))


def ends_with(text: JSON, end: JSON) -> JSON:
    """Whether the text ends so."""
    return as_text(text).endswith(as_text(end))


def split(text: JSON, separator: JSON) -> JSON:
    """The parts of a text between the separators."""
    if not as_text(separator):
        raise Fault("wrong-arguments", "split() needs a separator of at least one character")
    return bounded_list([*as_text(text).split(as_text(separator))])


def join(values: JSON, separator: JSON = "") -> JSON:
    """The items of a list as one text with the separator between them."""
    between = as_text(separator)
    parts = [text_of(item) for item in as_list(values)]
    if sum(map(len, parts)) + len(between) * max(len(parts) - 1, 0) > MAX_TEXT:
        raise Fault("too-large", f"a text has more than {MAX_TEXT} characters", limit=MAX_TEXT)
    return between.join(parts)
