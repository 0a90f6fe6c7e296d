from __future__ import annotations

import re
from pathlib import Path

from tests.house.findings import codes
from tests.house.sources import read

PAGE = Path("docs/reference/findings.md")


def test_the_reference_of_findings_explains_every_code_and_no_other() -> None:
    known = {code: sorted(map(str, paths)) for code, paths in codes().items()}
    explained = re.findall(r"^\| `([a-z-]+)` \| (?:error|warning|error or warning) \| .+ \|$", read(PAGE), re.MULTILINE)
    missing = {code: paths for code, paths in known.items() if code not in explained}

    assert missing == {}, f"Add a row to {PAGE} that says what the designer is to do"
    assert sorted(set(explained) - set(known)) == []
    assert len(explained) == len(set(explained))
