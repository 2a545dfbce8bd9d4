"""Bytes of activations on networks small enough to count by hand."""

from __future__ import annotations

from networks import Builder, several_outputs, vgg16

from cnnspec.analyses.memory import BYTES, memory
from cnnspec.ir import GraphOutput


def test_a_chain_needs_its_widest_layer_with_what_it_reads():
    b = Builder("chain", 2, 4, 4)
    b("conv", 8, 1), b("conv", 4, 1), b("conv", 1, 1)
    found = memory(b.graph())
    assert found.activations_inference == BYTES * 16 * (8 + 4)
    assert found.activations_training == BYTES * 16 * (2 + 8 + 4)


def test_a_skip_keeps_its_tensor_alive():
    b = Builder("skip", 4, 4, 4)
    entry = b("conv", 4, 1)
    b("conv", 8, 1), b("conv", 4, 1)
    b("add", of=(b.at, entry))
    assert memory(b.graph()).activations_inference == BYTES * 16 * (4 + 8 + 4)


def test_flatten_shares_its_inputs_buffer_and_dropout_does_outside_training():
    b = Builder("views", 4, 4, 4)
    b("flatten"), b("dropout", 0.5), b("linear", 2)
    assert memory(b.graph()).activations_inference == BYTES * (64 + 2)


def test_dropout_keeps_its_mask_where_a_gradient_arrives():
    kept = []
    for first in ("conv", "identity"):
        b = Builder("drop", 4, 4, 4)
        b(first, *((4, 1) if first == "conv" else ())), b("flatten"), b("dropout", 0.5), b("linear", 2)
        kept.append(memory(b.graph()).activations_training // (BYTES * 64))
    # The convolution's input, the mask, and the dropped tensor that the linear layer reads again.
    assert kept == [3, 1]


def test_relu_keeps_its_output_once_gelu_its_input():
    kept = {}
    for activation in ("relu", "gelu"):
        b = Builder("net", 1, 4, 4)
        b("conv", 2, 1), b(activation), b("conv", 1, 1)
        kept[activation] = memory(b.graph()).activations_training // (BYTES * 16)
    assert kept == {"relu": 1 + 2, "gelu": 1 + 2 + 2}


def test_parameters_include_running_statistics():
    b = Builder("norm", 3, 4, 4)
    b("bn")
    assert memory(b.graph()).parameters == BYTES * 3 * 4


def test_heads_of_training_do_not_count_at_inference():
    graph = several_outputs()
    main = graph.without_auxiliary()
    assert memory(graph).activations_inference == memory(main).activations_inference
    assert memory(graph).activations_training > memory(main).activations_training


def test_outputs_stay_alive():
    b = Builder("two", 1, 4, 4)
    early = b("conv", 4, 1)
    b("conv", 1, 1), b("conv", 8, 1)
    alone, both = b.graph(), b.graph(GraphOutput("early", early), GraphOutput("late", b.at))
    assert memory(alone).activations_inference == BYTES * 16 * (1 + 8)
    assert memory(both).activations_inference == BYTES * 16 * (4 + 1 + 8)


def test_vgg16():
    found = memory(vgg16())
    assert found.parameters == BYTES * 138_357_544
    assert found.activations_inference == BYTES * 2 * 64 * 224 * 224
