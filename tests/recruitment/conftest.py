"""The demo community with the recruitment plan deployed, prepared once for all its tests."""

from __future__ import annotations

from tests.counties import county_fixtures
from tests.recruitment.plans import prepared

prepared_file, county, both = county_fixtures(prepared)
