"""Charts: each defined once, for pages, iframes and static images alike (see README.md)."""
