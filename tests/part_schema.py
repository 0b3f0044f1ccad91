"""What the schemas of parts of networks promise."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]


def check_part_schema(name: str, schema: Fields) -> None:
    """A part is described, and so is each knob, within bounds."""
    assert schema["description"]
    assert schema["additionalProperties"] is False
    for knob, its in schema["properties"].items():
        if knob in {"kind", "block"}:
            assert knob in schema["required"]
            continue
        assert its.get("description", "").endswith("."), f"{name}.{knob} has no description"
        assert "default" in its or its["examples"], f"{name}.{knob} is as large as anything"
        for leaf in (its, *its.get("anyOf", ()), its.get("items", {})):
            if leaf.get("type") in {"integer", "number"} and "enum" not in leaf:
                assert "minimum" in leaf, f"{name}.{knob} is unbounded"
                assert leaf.keys() & {"maximum", "exclusiveMaximum"}, f"{name}.{knob} is unbounded"
            if leaf.get("type") == "array":
                assert leaf.keys() >= {"minItems", "maxItems"}, f"{name}.{knob} has any length"
