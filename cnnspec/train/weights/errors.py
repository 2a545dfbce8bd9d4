"""Diagnostics of files with weights, and of weights that come from elsewhere."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownWeights(Diagnostic):
    """Weights come from a file, from a run's folder, or from a pretrained network that is known by its name."""

    code = "unknown-weights"
    message = "there are no weights '{name}': {problem}"
    bad = 'finetune { from("resnet81.safetensors") }'
    good = 'finetune { from("resnet18.safetensors") }'
    name: str
    problem: str


class NotWeights(Diagnostic):
    """A file is of none of the formats that hold weights: safetensors, PyTorch's ``.pth``, Keras' ``.h5`` and ``.keras``,
    NumPy's ``.npz``. What it is instead is told by its first bytes, whatever its name."""

    code = "not-weights"
    message = "'{path}' holds no weights: it is {what}"
    bad = 'finetune { from("resnet18.pth") }  # a web page that was saved under this name'
    good = 'finetune { from("resnet18.safetensors") }'
    path: str
    what: str


class BrokenWeights(Diagnostic):
    """A file with weights is damaged, cut short, or says of itself what cannot be.

    What a file declares (sizes, places, shapes) is checked against the file before memory is taken for it.
    """

    code = "broken-weights"
    message = "'{path}' is no whole {format} file: {problem}"
    bad = 'finetune { from("half_a_download.safetensors") }'
    good = 'finetune { from("resnet18.safetensors") }'
    path: str
    format: str
    problem: str


class WeightsRunCode(Diagnostic):
    """A pickle asks for something other than tensors, numbers and text.

    PyTorch's files are pickles, and a pickle can name any function to be called while it is read. Only the names that
    tensors need are known here, and they are not PyTorch's: nothing that a file asks for is run. Files of weights alone,
    as ``torch.save(model.state_dict(), …)`` writes them, need no other.
    """

    code = "weights-run-code"
    message = "'{path}' asks for '{name}' to be run or imported, which weights do not need"
    bad = 'finetune { from("from_a_stranger.pth") }'
    good = 'finetune { from("resnet18.safetensors") }'
    path: str
    name: str


class WholeModel(Diagnostic):
    """A file holds a network as an object of a program's classes, not its weights alone.

    To read it, the program that wrote it would have to be run. Where it can be, it can write the weights alone too.
    """

    code = "whole-model"
    message = "'{path}' holds a whole {kind}, with the class '{name}', not its weights alone"
    bad = 'torch.save(model, "net.pth")'
    good = 'torch.save(model.state_dict(), "net.pth")'
    path: str
    kind: str
    name: str


class SeveralStates(Diagnostic):
    """A file holds several sets of tensors, such as a network's and its moving average's, or none at all."""

    code = "several-states"
    message = "'{path}' {problem}"
    bad = 'torch.save({"student": a.state_dict(), "teacher": b.state_dict()}, "nets.pth")'
    good = 'torch.save(a.state_dict(), "student.pth")'
    path: str
    problem: str


class WeightsElsewhere(Diagnostic):
    """A file says that some of its tensors are in other files, or leads round in circles.

    Such links are not followed: they can point to any file of the machine.
    """

    code = "weights-elsewhere"
    message = "'{path}' does not hold '{name}' itself: it is {what}"
    bad = 'finetune { from("links.h5") }'
    good = 'finetune { from("whole.h5") }'
    path: str
    name: str
    what: str


class ReaderMissing(Diagnostic):
    """A format needs a library that is not installed: Keras' files are HDF5, which ``h5py`` reads."""

    code = "reader-missing"
    message = "'{path}' is a {format} file, and '{library}' is not installed, which reads them"
    bad = 'finetune { from("vgg16.h5") }  # without h5py'
    good = "pip install 'cnnspec[keras]'"
    path: str
    format: str
    library: str


class BadTensor(Diagnostic):
    """A tensor cannot be a weight: it holds whole numbers, complex ones, or values that are not finite."""

    code = "bad-tensor"
    message = "'{name}' of '{path}' {problem}"
    bad = 'finetune { from("diverged.pth") }  # with nan'
    good = 'finetune { from("best.pth") }'
    name: str
    path: str
    problem: str


class NothingPairs(Diagnostic):
    """None of a file's tensors has a name that the network's parameters have, under any of the names that its spec knows."""

    code = "nothing-pairs"
    message = "nothing of '{path}' pairs with a parameter of '{model}' by {names}"
    bad = 'use resnet18  finetune { from("vgg16.pth") }'
    good = 'use vgg16  finetune { from("vgg16.pth") }'
    path: str
    model: str
    names: str


class WeightsMissing(Diagnostic):
    """Parameters of the network have no counterpart in the file. Those that start anew are named with ``replace``."""

    code = "weights-missing"
    message = "'{path}' has nothing for {count} of {total} parameters of '{model}': {listed}"
    bad = 'use resnet18  finetune { from("backbone_without_head.pth") }'
    good = 'use resnet18  finetune { from("backbone_without_head.pth")  replace(head) }'
    path: str
    model: str
    count: int
    total: int
    listed: str


class WeightsShape(Diagnostic):
    """Tensors of the file have other shapes than the parameters that they belong to: mostly the head, of other classes."""

    code = "weights-shape"
    message = "{count} tensor{s} of '{path}' {has} another shape than in '{model}': {listed}"
    bad = 'use resnet18(classes = 10)  finetune { from("imagenet.pth") }'
    good = 'use resnet18(classes = 10)  finetune { from("imagenet.pth")  replace(head) }'
    path: str
    model: str
    count: int
    s: str
    has: str
    listed: str


class WeightsUnused(Diagnostic):
    """Tensors of the file belong to no parameter of the network. Those that are not needed are named with ``ignore``."""

    code = "weights-unused"
    message = "'{model}' has no parameter for {count} tensor{s} of '{path}': {listed}"
    bad = 'use vgg16  finetune { from("vgg16_with_extras.pth") }'
    good = 'use vgg16  finetune { from("vgg16_with_extras.pth")  ignore("aux_classifier") }'
    path: str
    model: str
    count: int
    s: str
    listed: str


class IgnoredNothing(Diagnostic):
    """What is to be ignored is not in the file: mostly a name that was misspelt, or has changed."""

    code = "ignored-nothing"
    message = "'{path}' has nothing of the name '{pattern}' that could be ignored"
    bad = 'finetune { from("resnet18.pth")  ignore("fcc") }'
    good = 'finetune { from("resnet18.pth")  ignore("fc") }'
    path: str
    pattern: str


class IgnoredLoaded(Diagnostic):
    """What is to be ignored belongs to a parameter of the network, and would be loaded. ``ignore`` is for tensors that
    belong to none; a layer that is not to have what the file has for it starts anew, with ``replace``."""

    code = "ignored-loaded"
    message = "'{pattern}' is to be ignored, and covers {count} tensor{s} of '{path}' that would be loaded: {listed}"
    bad = 'finetune { from("resnet18.pth")  ignore("fc") }'
    good = 'finetune { from("resnet18.pth")  replace(head) }'
    path: str
    pattern: str
    count: int
    s: str
    listed: str


class NoOrder(Diagnostic):
    """Tensors cannot be paired by order where a file keeps none: safetensors and Keras' ``.weights.h5`` are sorted by name.

    Layers of equal shapes would be mixed up without a word. ``cnnspec weights FILE --for SPEC`` proposes names.
    """

    code = "no-order"
    message = "'{path}' cannot be paired by order: {format} files are sorted by name"
    bad = 'use resnet18  finetune { from("resnet18.safetensors", names = order) }'
    good = 'use resnet18  finetune { from("resnet18.pth", names = order) }'
    path: str
    format: str


class OrderApart(Diagnostic):
    """Paired by order, a file's layers and the network's are not of the same kinds and shapes one after another.

    Layers are compared in the file's order with those of the network in the order of its spec.
    """

    code = "order-apart"
    message = "'{path}' and '{model}' go apart at layer {number}: {theirs} there, {ours} here"
    bad = 'use resnet18  finetune { from("resnet34.pth", names = order) }'
    good = 'use resnet34  finetune { from("resnet34.pth", names = order) }'
    path: str
    model: str
    number: int
    theirs: str
    ours: str
