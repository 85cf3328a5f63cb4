"""The report: one self-contained HTML file for people who have two minutes."""

from __future__ import annotations

from havenline.report.briefing import render_report, write_report

__all__ = ["render_report", "write_report"]
