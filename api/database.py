"""Flask-SQLAlchemy over the engine's tables and the engine's ONE SQLAlchemy engine.

The extension by itself would open a second engine without the engine's settings, at a path of its own choosing. Its
session serves reading only: on SQLite its transactions never ask for the writer's lock.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine as SqlEngine

from engine.store.base import Base

ENGINE_KEY = "liandong.engine"
"""Where the application keeps the process engine, in `app.extensions`."""


class _EngineDatabase(SQLAlchemy):
    """The extension, told to use what the process engine has opened."""

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        """The engine has chosen its own; the extension's would make folders."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> SqlEngine:
        opened: SqlEngine = app.extensions[ENGINE_KEY].database.engine
        return opened.execution_options(liandong_reading=True)


db = _EngineDatabase(model_class=Base, disable_autonaming=True)


def connect(app: Flask) -> None:
    """Gives `app`, which holds the process engine already, its reading session."""
    app.config["SQLALCHEMY_DATABASE_URI"] = str(app.extensions[ENGINE_KEY].database.url)
    db.init_app(app)
