"""The answer: indicators, comparison of options, planning sheet, tidy files."""

from havenline.outcomes.compare import Comparison, bands, compare, exceedance
from havenline.outcomes.errors import round_to_error
from havenline.outcomes.indicators import INDICATORS, Indicator, per_future
from havenline.outcomes.planning import planning_table, write_planning
from havenline.outcomes.tidy import write_tidy

__all__ = [
    "INDICATORS",
    "Comparison",
    "Indicator",
    "bands",
    "compare",
    "exceedance",
    "per_future",
    "planning_table",
    "round_to_error",
    "write_planning",
    "write_tidy",
]
