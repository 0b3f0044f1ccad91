"""The catalogue: one paper lineage to a file, discovered by ``models.registry``."""
