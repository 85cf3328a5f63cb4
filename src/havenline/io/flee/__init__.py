"""Reading folders in Flee's format as they are, every fault named in one report."""
