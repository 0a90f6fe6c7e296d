"""What goes wrong while a decision is made: the table or its inputs are not what the model promised."""

from __future__ import annotations


class DecisionFault(Exception):
    """A decision cannot be made. The message names places of the table and types, never a value of the case.

    `code` is `wrong-type`, `not-allowed-value`, `several-rules`, `different-outputs`, `no-version`, `unknown-decision`,
    `several-results` or `expression`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Refused(Exception):
    """A cell, type or literal of a file that cannot be deployed; it becomes a finding at its place."""

    def __init__(self, code: str, message: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message = message
        self.message_en = message_en
