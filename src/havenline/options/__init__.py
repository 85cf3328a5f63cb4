"""Options: named sets of levers, and how each lever changes the drivers."""

from havenline.options.schedule import Schedule, build_schedule, chosen_options

__all__ = ["Schedule", "build_schedule", "chosen_options"]
