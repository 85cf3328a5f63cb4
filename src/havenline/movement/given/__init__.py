"""Where people go when their number is given: the default rules on displacement cases."""

from havenline.movement.given.model import simulate_given
from havenline.movement.given.parameters import GivenParameters, default_parameters

__all__ = ["GivenParameters", "default_parameters", "simulate_given"]
