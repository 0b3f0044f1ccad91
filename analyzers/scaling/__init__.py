"""How cost grows: networks scaled along depth, width and resolution, and what that takes."""
