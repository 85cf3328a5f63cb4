"""What acts on people, a file each: front, truce, violence, border, aid and shelter."""
