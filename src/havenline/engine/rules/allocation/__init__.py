"""Where people go when their number is given: the default rules on displacement cases."""

from havenline.engine.rules.allocation.model import Allocation
from havenline.engine.rules.allocation.parameters import AllocationParameters, default_parameters

__all__ = ["Allocation", "AllocationParameters", "default_parameters"]
