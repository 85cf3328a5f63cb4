"""What people do: flight, destination, journey, entry, return, harm; and the day's table."""
