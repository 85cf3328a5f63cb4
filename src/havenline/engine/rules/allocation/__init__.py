"""Where people go when their number is given: the default rules on displacement cases."""

from havenline.engine.rules.allocation.model import simulate_given
from havenline.engine.rules.allocation.parameters import GivenParameters, default_parameters

__all__ = ["GivenParameters", "default_parameters", "simulate_given"]
