"""What a network is: operators, graphs, layers, families, specs, and their lowering to torch."""
