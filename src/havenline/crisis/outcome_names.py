"""Names of outcomes that a crisis folder may use; what they mean is told where they are made.

A folder is checked without loading what makes outcomes, so the names stand here too; a test holds
them against the indicators of the answer and what a negotiation is about.
"""

from __future__ import annotations

INDICATORS = (
    "newly_displaced",
    "movements",
    "kept_in",
    "peak_unsheltered",
    "near_front",
    "near_border",
    "entries",
    "onward_attempts",
    "killed",
    "killed_all",
    "injured",
    "excess_deaths",
    "homes_damaged",
    "displaced_elsewhere",
    "displaced_present_elsewhere",
    "returned_elsewhere",
    "cost_usd",
    "cost_6m",
    "cost_6m_rebuilt",
    "cost_24m",
    "cost_24m_rebuilt",
    "displaced_by_option",
    "left_on_other_side",
    "returned_other_side",
    "harmed_left",
    "in_captured_places",
    "harmed_captured",
)
"""Indicators that a threshold may limit."""
SINCE_START = ("newly_displaced",)
"""Those that a threshold may limit since the start of the period."""
STAKES = (
    *INDICATORS,
    "ground_taken",
    "ground_regained",
    "fighting",
    "protected",
    "guarantee",
    "aid",
    "border",
    "listed_groups",
)
"""What a party of a negotiation may care about: outcomes of a run, and terms of a settlement."""
