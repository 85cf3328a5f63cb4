"""Displacement cases with published counts: validation, calibration, forecasts from the counts."""

from havenline.evidence.cases.calibration import Calibration, calibrate
from havenline.evidence.cases.forecasting import ForecastScores, forecast, forecast_from
from havenline.evidence.cases.validation import Validation, validate

__all__ = [
    "Calibration",
    "ForecastScores",
    "Validation",
    "calibrate",
    "forecast",
    "forecast_from",
    "validate",
]
