"""What parameters about truces and onward movement rest on, held against past cases."""
