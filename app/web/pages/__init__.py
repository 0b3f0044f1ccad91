"""One noun per file: what the pages of a noun are made of, and the routes that show them."""
