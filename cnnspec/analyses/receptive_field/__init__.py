"""Theoretical receptive fields (Araujo, Norris and Sim 2019, "Computing receptive fields of
convolutional neural networks").

The field of an output element is the box of input pixels that can change it, as if the input went
on beyond its borders. ``intervals.py`` follows it along one axis, ``field.py`` holds both axes and joins them,
``channels.py`` tells channels of a tensor apart, ``network.py`` has the fields of all nodes.

Joins take the union of their tracks' fields, and so does a tensor of its channels': the field of a node is that of the
element that sees most, in whichever channel. A layer that reads some channels alone (a slice of a concatenation, and what
of it a grouped convolution mixes) has the field of these.

A channel gate (C x 1 x 1 into ``multiply``) is left out of the union, as it would make every field of
a squeeze-excite network the whole image. After global pooling or a linear layer the field is the whole
image, and so is the jump: one element stands for all of it. Statistics over the map (the mean and variance of a group
norm) are left out like gates: they tell every element the same. After a join with a track that sees all (a pooled
context that is added or concatenated) each element sees all, and the map keeps its jump. Fields are not cut at the
borders of the image. Channels of zeros see nothing.
"""

from .channels import joined_inputs
from .field import NOTHING, Field, image_size
from .intervals import Axis, Number
from .network import last_map, receptive_fields

__all__ = [
    "NOTHING",
    "Axis",
    "Field",
    "Number",
    "image_size",
    "joined_inputs",
    "last_map",
    "receptive_fields",
]
