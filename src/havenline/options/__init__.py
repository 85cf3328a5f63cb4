"""Options: named sets of levers, and how each lever changes the drivers."""

from havenline.options.delay import delayed
from havenline.options.drawn import with_line
from havenline.options.schedule import Schedule, build_schedule, chosen_options

__all__ = ["Schedule", "build_schedule", "chosen_options", "delayed", "with_line"]
