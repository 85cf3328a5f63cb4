"""The crisis as frozen arrays: places, roads, travel, sides of lines, facts by day."""
