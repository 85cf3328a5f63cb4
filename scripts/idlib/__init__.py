"""Parts of the script that builds idlib-2020, and the ground that idlib-2019 shares with it."""
