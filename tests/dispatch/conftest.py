"""A demo community with the dispatch deployed: one to be copied in SQLite, and one in each kind of database."""

from __future__ import annotations

from tests.counties import county_fixtures
from tests.dispatch.community import prepared

prepared_file, county, both = county_fixtures(prepared)
