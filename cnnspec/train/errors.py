"""Diagnostics of training, evaluation and prediction."""

from __future__ import annotations

from ..source import Diagnostic


class NoData(Diagnostic):
    """Training and evaluation need a ``data`` section that says where images and labels come from."""

    code = "no-data"
    message = "'{model}' has no section 'data', so there is nothing to {verb}"
    bad = "model net { input 1 x 8 x 8  flatten  linear(10) }"
    good = "model net { input 1 x 8 x 8  flatten  linear(10) }  data digits"
    model: str
    verb: str


class NoTrainingImages(Diagnostic):
    """The training part of the data is empty."""

    code = "no-training-images"
    message = "there are no images to train on"
    bad = "data digits(validation = 0.5, test = 0.5)"
    good = "data digits(validation = 0.1, test = 0.1)"


class TargetsMissing(Diagnostic):
    """The loss compares outputs with something that the data does not have: classes, numbers, boxes."""

    code = "targets-missing"
    message = "'{loss}' takes {wanted}, and the data has {found}"
    bad = 'data csv("houses.csv", numbers = ["price"])  loss cross_entropy'
    good = 'data csv("houses.csv", label = "kind")  loss cross_entropy'
    loss: str
    wanted: str
    found: str


class EmptySplit(Diagnostic):
    """The part of the data that was asked for holds no images."""

    code = "empty-split"
    message = "there are no images in the split '{split}'"
    bad = "cnnspec evaluate RUN --split test  # data with test = 0"
    good = "cnnspec evaluate RUN --split validation"
    split: str


class LossNotFinite(Diagnostic):
    """The loss became infinite or not a number, after which no step can mend the weights.

    Mostly the learning rate is too high: weights grow, outputs overflow. Other causes are single batches with very
    large gradients, a deep network without normalization, an initialiser with too large values, or pixels far out of range.
    What was saved before is whole, and ``evaluate`` can measure it; to resume would come to the same step again.
    """

    code = "loss-not-finite"
    message = "the {which} loss is no longer finite, in epoch {epoch}, step {step}{kept}"
    bad = "optimizer sgd(lr = 100)"
    good = "optimizer sgd(lr = 0.01)"
    which: str
    epoch: int
    step: int
    kept: str = ""


class LossDiverged(Diagnostic):
    """The loss is a thousand times what it was at first: weights grow from step to step, and nothing is learnt any more.

    The causes are those of ``loss-not-finite``, caught earlier.
    """

    code = "loss-diverged"
    message = "the loss has grown to {loss}, from {first} at first, in epoch {epoch}, step {step}{kept}"
    bad = "optimizer sgd(lr = 10)"
    good = "optimizer sgd(lr = 0.01)"
    epoch: int
    step: int
    loss: str
    first: str
    kept: str = ""


class PixelsNotFinite(Diagnostic):
    """An image of the data holds values that are no numbers (nan), or infinite ones; they would spoil all weights."""

    code = "pixels-not-finite"
    message = "'{image}' holds values that are not finite"
    bad = 'data npz("scans.npz")  # with nan where nothing was measured'
    good = 'data npz("scans.npz")  # with 0 there'
    image: str


class OutOfMemory(Diagnostic):
    """The device has not enough memory for a batch of this network with all that training keeps."""

    code = "out-of-memory"
    message = "not enough memory on {device} for a batch of {batch}"
    bad = "train(batch = 4096)"
    good = "train(batch = 64)"
    device: str
    batch: int


class BatchNotDivisible(Diagnostic):
    """Several devices share a batch evenly, so that their gradients count the same."""

    code = "batch-not-divisible"
    message = "a batch of {batch} cannot be split evenly among {devices} devices"
    bad = "cnnspec train SPEC --devices 3  # train (batch = 64)"
    good = "cnnspec train SPEC --devices 4  # train (batch = 64)"
    batch: int
    devices: int


class RunInUse(Diagnostic):
    """Another process trains in this folder at the moment. ``cnnspec watch RUN`` follows it."""

    code = "run-in-use"
    message = "another process trains in '{path}'"
    bad = "cnnspec train --resume runs/lenet-1  # while it runs"
    good = "cnnspec watch runs/lenet-1"
    path: str


class NothingToResume(Diagnostic):
    """What a run saves to be gone on with (``resume.safetensors``) is gone, though epochs of it were finished."""

    code = "nothing-to-resume"
    message = "cannot go on with '{path}': {reason}"
    bad = "cnnspec train --resume RUN  # after resume.safetensors was deleted"
    good = "cnnspec train SPEC"
    path: str
    reason: str


class CannotProlong(Diagnostic):
    """A run can have more epochs where its schedule does not follow from their number: what was trained so far would
    have been trained otherwise else. It cannot have fewer than were begun."""

    code = "cannot-prolong"
    message = "'{path}' cannot have {epochs} epochs: {problem}"
    bad = "cnnspec train --resume RUN --epochs 20  # schedule cosine"
    good = "cnnspec train --resume RUN --epochs 20  # schedule step(5)"
    path: str
    epochs: int
    problem: str


class RunChanged(Diagnostic):
    """To go on with a run would not continue what was begun: its spec, its data or what was asked for differs.

    A run is one experiment. Start a new one for the changed spec; or put things back as they were.
    """

    code = "run-changed"
    message = "cannot go on with '{path}': {what} changed since"
    bad = "cnnspec train --resume RUN  # after RUN/spec was edited"
    good = "cnnspec train SPEC  # a new run"
    path: str
    what: str


class UnknownDevice(Diagnostic):
    """The device does not exist, or its driver does not work here."""

    code = "unknown-device"
    message = "cannot use the device '{device}': {reason}"
    bad = "cnnspec train SPEC --device GPU"
    good = "cnnspec train SPEC --device CUDA"
    device: str
    reason: str


class ToolchainMissing(Diagnostic):
    """Computing on the CPU compiles its kernels, which needs a C compiler."""

    code = "toolchain-missing"
    message = "{reason}"
    bad = "cnnspec train SPEC  # without a C compiler"
    good = "pip install 'cnnspec[cpu]'"
    reason: str


class RunExists(Diagnostic):
    """The folder for the run is there already. Runs are never overwritten."""

    code = "run-exists"
    message = "'{path}' exists already and {reason}"
    bad = "cnnspec train SPEC --out runs/lenet-1  # twice"
    good = "cnnspec train SPEC"
    path: str
    reason: str


class NotARun(Diagnostic):
    """The path is not a folder that ``cnnspec train`` wrote: those hold a ``run.json``."""

    code = "not-a-run"
    message = "'{path}' is not a run folder: {reason}"
    bad = "cnnspec evaluate runs"
    good = "cnnspec evaluate runs/lenet-1"
    path: str
    reason: str


class RunDamaged(Diagnostic):
    """A file of a run folder is missing, cut short or was changed by hand."""

    code = "run-damaged"
    message = "'{path}' {reason}"
    bad = "cnnspec evaluate RUN  # with half of RUN copied"
    good = "cnnspec evaluate RUN"
    path: str
    reason: str


class ClassesChanged(Diagnostic):
    """The data has other classes (or labels, or numbers) than when the network was trained, so outputs would be misnamed.

    Other data, which ``--data`` names, may lack classes; it may not have one that the network does not know.
    """

    code = "classes-changed"
    message = "the data has {found}, but the run was trained on {expected}"
    bad = "cnnspec evaluate RUN  # a class folder was renamed since"
    good = "cnnspec evaluate RUN --data photos/  # with folders called as in training"
    found: str
    expected: str


class TrainingImagesChanged(Diagnostic):
    """The data is another than when the network was trained, and what was drawn for training would be drawn otherwise now.

    Images that the network was trained on could then be among those it is tested on. Put the data back as it was; or keep
    the parts apart from the start, in folders ``train``, ``validation`` and ``test``, which may grow without harm.
    """

    code = "training-images-changed"
    message = "the training images are not those of the run ({then} then, {now} now), so '{split}' may hold some of them"
    bad = "cnnspec evaluate RUN  # after images were added to a folder without parts"
    good = "cnnspec evaluate RUN"
    split: str
    then: int
    now: int


class NoPicture(Diagnostic):
    """A preview needs a picture: a training image of the spec's data, or one named on the command line."""

    code = "no-picture"
    message = "there is no picture to show the steps on: the spec has no data"
    bad = "cnnspec preview SPEC  # without a section data"
    good = "cnnspec preview SPEC --image photo.jpg"


class PictureUnusable(Diagnostic):
    """A picture given to ``predict`` is missing, unreadable or no picture. The others are still predicted."""

    code = "picture-unusable"
    message = "'{path}' {reason}"
    bad = "cnnspec predict RUN notes.txt"
    good = "cnnspec predict RUN photo.jpg"
    path: str
    reason: str


class TooFewOutputs(Diagnostic):
    """The data has more classes than the network has outputs, so some could never be predicted."""

    code = "too-few-outputs"
    message = "the data has {classes} classes, but '{layer}' gives only {outputs} output{s}"
    bad = "input 1 x 8 x 8  flatten  linear(5)  data digits"
    good = "input 1 x 8 x 8  flatten  linear(10)  data digits"
    classes: int
    layer: str
    outputs: int
    s: str


class LayerNotShown(Diagnostic):
    """Feature maps can be shown of layers that give maps of several pixels: convolutions, pooling, activations."""

    code = "layer-not-shown"
    message = "'{name}' {reason}, in '{model}'"
    bad = "cnnspec report RUN --layers conv9"
    good = "cnnspec report RUN --layers conv1,conv2"
    model: str
    name: str
    reason: str


class PackageMissing(Diagnostic):
    """What is asked for needs a package that is not installed."""

    code = "package-missing"
    message = "{what} need the package {package}, which is not installed"
    bad = "cnnspec report RUN --tensorboard"
    good = "pip install 'cnnspec[tensorboard]'"
    package: str
    what: str
