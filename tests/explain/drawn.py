"""Networks with all that a working has to tell of: windows of all kinds, branches, gates, statistics."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnspec.elaborate import Loader, elaborate
from cnnspec.ir import Graph
from cnnspec.source import Source

ODD = st.sampled_from(["", ", padding = same", ", padding = (1, 0, 2, 1)", ", padding = 1"])
LAYER = st.one_of(
    st.builds(
        "conv(2, {}, stride = {}, dilation = {}{})".format, *[st.integers(1, 3)] * 2, st.integers(1, 2), ODD
    ),
    st.builds("conv(2, ({}, {}){})".format, *[st.integers(1, 3)] * 2, ODD),
    st.builds(
        "maxpool(({}, 2), {}, ceil_mode = {})".format,
        *[st.integers(1, 3)] * 2,
        st.sampled_from(["true", "false"]),
    ),
    st.builds("upsample({}, mode = {})".format, st.integers(1, 3), st.sampled_from(["nearest", "bilinear"])),
    st.builds("adaptive_avgpool(({}, {}))".format, *[st.integers(2, 5)] * 2),
    st.sampled_from(
        [
            "pad((0, 1, 2, 0))",
            "crop((1, 0, 0, 1))",
            "relu",
            "bn",
            "group_norm(1)",
            "dropout(0.5)",
            "conv(4, 3, groups = 2, padding = 1)",
            "conv(in.channels, (1, 2), groups = in.channels)",
            "sliced(0)",
            "sliced(1)",
            "shuffle(2)",
            "pad_channels(1, 2)",
            "gated",
            "avgpool(2, 1, padding = same)",
        ]
    ),
)
SLICED = "{ concat { | conv(1, 1) pad_channels(1) | conv(2, 3, padding = 1) } split(2, part) }"
GATE = "{ multiply { | | global_avgpool conv(in.channels, 1) sigmoid } }"
PATH = st.lists(LAYER, max_size=4).map(" ".join)


def graph_of(text: str) -> Graph:
    return elaborate(Loader().link(Source("drawn.cnn", text), None))


def drawn_graph(before: str, tracks: list[str], after: str) -> Graph:
    """Tracks are brought to one size, so that whatever is in them can be joined."""
    sized = " ".join(f"| {track} adaptive_maxpool((4, 3)) conv(2, 1)" for track in tracks)
    body = f"input 2 x 19 x 24 {before} part: {{ concat {{ {sized} }} }} {after} flatten linear(2)"
    return graph_of(f"model drawn {{ {body} }} block gated {GATE} block sliced(part) {SLICED}")
