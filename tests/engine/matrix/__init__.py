"""The matrix of approvals (`test_matrix.py`)."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.engine.matrix.play", "tests.engine.matrix.watch")
