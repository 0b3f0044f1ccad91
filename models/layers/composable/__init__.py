"""Stems, stages and heads as parts of a spec, so that networks can be composed without code.

A part is a frozen pydantic model with the knobs of one kind of block, stem or head, and a ``build``
that calls the function of `models.layers` which describes it. No block is written here.
"""
