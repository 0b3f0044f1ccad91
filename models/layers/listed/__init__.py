"""Layers as parts of a spec, so that a network can be a plain list of them.

A layer is a frozen pydantic model with the knobs of one operator, or of a group of layers: a
residual group, branches, a repeat. Groups hold lists themselves.
"""
