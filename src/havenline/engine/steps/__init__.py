"""Every step of a day, a file each."""
