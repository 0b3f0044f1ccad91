"""How people ask: the REST service, its store and the command line."""
