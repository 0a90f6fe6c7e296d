"""Lanes say whose element is whose on the page; what they point to has to be there, and in one lane only."""

from __future__ import annotations

from lxml import etree

from engine.kernel.report import Report
from engine.kernel.source import NODES, children, local


def check_lanes(process: etree._Element, report: Report) -> None:
    """Warns of lane entries without an element, and of elements in two lanes beside each other."""
    known = {node.get("id") for node in process.iter(etree.Element) if local(node) in NODES}
    for lanes in process.iter("{*}laneSet"):
        owners: dict[str, etree._Element] = {}
        for lane in children(lanes, "lane"):
            for item in children(lane, "flowNodeRef"):
                name = (item.text or "").strip()
                if name not in known:
                    report.warning(
                        "lane",
                        item,
                        f"泳道“{_called(lane)}”列出的“{name}”不存在。",
                        f"The lane '{_called(lane)}' lists '{name}', which does not exist.",
                    )
                elif name in owners and owners[name] is not lane:
                    report.warning(
                        "lane",
                        item,
                        f"“{name}”同时列在泳道“{_called(owners[name])}”和“{_called(lane)}”中。",
                        f"'{name}' is listed in two lanes, '{_called(owners[name])}' and '{_called(lane)}'.",
                    )
                owners.setdefault(name, lane)


def _called(lane: etree._Element) -> str:
    return lane.get("name") or lane.get("id") or ""
