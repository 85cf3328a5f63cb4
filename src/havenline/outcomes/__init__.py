"""The answer: indicators, comparison of options, planning sheet, tidy files."""

from havenline.outcomes.comparison import Comparison, bands, compare, exceedance
from havenline.outcomes.delay import price_of_delay, price_of_inaction
from havenline.outcomes.discovery import discover
from havenline.outcomes.errors import round_to_error
from havenline.outcomes.indicators import INDICATORS, Indicator, per_future
from havenline.outcomes.pareto import pareto
from havenline.outcomes.planning import planning_table, write_planning
from havenline.outcomes.sensitivity import sensitivity, sensitivity_table
from havenline.outcomes.thresholds import limits_of, thresholds_met
from havenline.outcomes.tidy import write_tidy

__all__ = [
    "INDICATORS",
    "Comparison",
    "Indicator",
    "bands",
    "compare",
    "discover",
    "exceedance",
    "limits_of",
    "pareto",
    "per_future",
    "planning_table",
    "price_of_delay",
    "price_of_inaction",
    "round_to_error",
    "sensitivity",
    "sensitivity_table",
    "thresholds_met",
    "write_planning",
    "write_tidy",
]
