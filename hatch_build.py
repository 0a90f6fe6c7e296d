"""Refuses to pack a distribution without the browser bundle, which is built and not committed.

An editable installation needs none: `make setup` comes before `make web`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserBundleHook(BuildHookInterface[Any]):
    """Looks for the bundle before anything is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises FileNotFoundError when the bundle is missing. `version` is `standard` or `editable`."""
        manifest = Path(self.root) / "api" / "static" / "manifest.json"
        if version != "editable" and not manifest.is_file():
            raise FileNotFoundError("Expected the browser bundle in api/static, but it is missing: run `make web` first.")
