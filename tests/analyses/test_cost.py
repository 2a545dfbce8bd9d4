"""Parameters and multiply-adds against published counts (torchvision 0.28.0)."""

from __future__ import annotations

import pytest
from networks import Builder, alexnet, resnet, vgg16

from cnnspec.analyses.cost import FLOPS_PER_MAC, ParameterCount, cost


@pytest.mark.parametrize(
    ("graph", "params", "macs"),
    [
        (alexnet(), 61_100_840, 714_188_480),
        (vgg16(), 138_357_544, 15_470_264_320),
        (vgg16(2), 134_268_738, 15_466_176_512),
        (resnet(), 11_689_512, 1_814_073_344),
        (resnet("bottleneck", (3, 4, 6, 3)), 25_557_032, 4_089_184_256),
    ],
    ids=["alexnet", "vgg16", "vgg16, 2 classes", "resnet18", "resnet50"],
)
def test_totals_are_the_published_ones(graph, params, macs):
    costs = cost(graph)
    assert (costs.count.total, costs.total_macs, costs.total_flops) == (params, macs, FLOPS_PER_MAC * macs)
    assert sum(costs.params) == params
    assert len(costs.params) == len(costs.macs) == len(graph.nodes)


def test_roles_are_told_apart():
    b = Builder("small", 3, 8, 8)
    b("conv", 4, 3), b("bn"), b("flatten"), b("linear", 2)
    assert cost(b.graph()).count == ParameterCount(
        total=112 + 8 + 290, trainable=112 + 8 + 290, weights=108 + 288, biases=4 + 2, norm=8, buffers=8
    )


def test_per_node():
    b = Builder("small", 3, 8, 8)
    b("conv", 4, 3), b("relu"), b("flatten"), b("linear", 2)
    costs = cost(b.graph())
    assert costs.params == (0, 112, 0, 0, 290)
    assert costs.macs == (0, 4 * 36 * 27, 0, 0, 288)
