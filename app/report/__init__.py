"""What the command prints for people, one file for each noun; `tables.py` is how it looks."""
