"""Parts of the script that builds the crisis folder idlib-2020 from its sourced tables."""
