"""The instructions of a modification, for those who bring them from outside."""

from __future__ import annotations

from engine.kernel.triggers import CancelElement, CancelToken, Instruction, Move, StartAfter, StartBefore, StartFlow

__all__ = ["CancelElement", "CancelToken", "Instruction", "Move", "StartAfter", "StartBefore", "StartFlow"]
