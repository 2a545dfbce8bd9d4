"""A small network in which a text of a person's stands wherever one can stand."""

from __future__ import annotations

from networks import Builder

from cnnspec.ir import Graph, GraphOutput


def named(text: str) -> Graph:
    b = Builder(text, 1, 8, 8)
    with b.scope("part", text):
        b("conv", 2, 3, name=text.replace(".", "_") + "?"), b("relu")
    b("conv", 2, 3)
    return b.graph(GraphOutput(text, b.at))
