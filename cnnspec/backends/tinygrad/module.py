"""A graph's parameters as tensors, and its forward pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from tinygrad import Device, Tensor, dtypes

from ...ir import Graph, Node, ParameterSpec, show
from .feed import write
from .places import place_of
from .plan import DEFAULT, Plan, plan
from .recompute import Recomputed
from .spread import Spread
from .weights_fit import check_weights

if TYPE_CHECKING:
    import numpy as np

    from ...ir.op import Role

_PATIENCE_MS = 24 * 3600e3
PRECISIONS = {"float32": dtypes.float32, "bf16": dtypes.bfloat16, "fp16": dtypes.float16}
"""What layers can compute in."""


@dataclass(slots=True)
class Pass:
    """What ops may ask of a forward pass (``cnnspec.ir.Run``)."""

    training: bool
    spread: Spread

    def uniform(self, like: Tensor, shape: tuple[int, ...]) -> Tensor:
        return self.spread.uniform(like, shape)


class Module:
    """``graph`` on ``device``; ``parameters`` maps full names (``conv1.weight``) to tensors, buffers too.

    It can be called as a tinygrad model can, and ``tinygrad.nn.state`` takes it as one: ``get_parameters`` gives all tensors
    (optimizers tell buffers apart and realize them), ``get_state_dict`` the same by name.
    """

    def __init__(
        self,
        graph: Graph,
        seed: int,
        device: str | tuple[str, ...],
        passes: Collection[str] = DEFAULT,
        precision: str = "float32",
    ) -> None:
        """``device`` is a canonical name, or several that share each batch."""
        if precision not in PRECISIONS:
            raise ValueError(f"there is no precision '{precision}'; there are: {', '.join(PRECISIONS)}")
        self.spread = Spread((device,) if isinstance(device, str) else device)
        for name in self.spread.names:
            _be_patient(name)
        self.graph = graph
        self.device = self.spread.first
        self._type = PRECISIONS[precision]
        self.parameters: dict[str, Tensor] = {}
        self.roles: dict[str, Role] = {}
        self.trained: dict[str, Tensor] = {}
        self._passes, self._place = passes, place_of(*self.spread.names)
        self._plans = self._planned()
        for name, spec in graph.named_parameters():
            self._add(name, spec, seed)

    def _add(self, name: str, spec: ParameterSpec, seed: int) -> None:
        tensor = self.spread.place(initial_value(name, spec, seed)).is_param_(spec.trainable)
        self.parameters[name], self.roles[name] = tensor, spec.role
        if spec.trainable:
            self.trained[name] = tensor

    def _planned(
        self, still: Collection[int] = (), trained: Collection[str] | None = None
    ) -> dict[bool, Plan]:
        """How layers are computed, in training and after it."""
        training = plan(self.graph, self._place, True, self._passes, still, trained)
        return {True: training, False: plan(self.graph.without_auxiliary(), self._place, False, self._passes)}

    @property
    def trainable(self) -> list[Tensor]:
        """The parameters that get gradients."""
        return list(self.trained.values())

    @property
    def buffers(self) -> list[Tensor]:
        """The running statistics."""
        return [tensor for name, tensor in self.parameters.items() if self.roles[name] == "buffer"]

    def __call__(self, x: Tensor, training: bool = False) -> Tensor | dict[str, Tensor]:
        """The raw output for a batch ``x`` (N, C, H, W), float32; outputs by name where there are several.

        In ``training`` auxiliary outputs are among them, dropout drops, and norms go by the batch: their running
        statistics are assigned, so realize ``buffers`` too. Raises :class:`TypeError` and :class:`ValueError` where ``x``
        is no such batch.
        """
        if not isinstance(x, Tensor):
            raise TypeError(f"a network takes a tinygrad Tensor, not {type(x).__name__}")
        if tuple(x.shape[1:]) != self.graph.input_shape:
            wanted, found = show(self.graph.input_shape), show(tuple(x.shape))
            raise ValueError(f"{self.graph.name} takes batches of N x {wanted}, not {found}")
        outputs = self.forward(x, training)
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def _asdict(self) -> dict[str, Tensor]:
        """Where ``tinygrad.nn.state`` finds the tensors of an object."""
        return self.parameters

    def sharing(self, parameters: Mapping[str, Tensor]) -> Module:
        """The same network with other tensors for its parameters and buffers, such as averages of them."""
        other = copy(self)
        other.parameters = dict(parameters)
        other.trained = {name: parameters[name] for name in self.trained}
        return other

    def staged(self, trained: Collection[str], still: Collection[int]) -> Module:
        """The same network as it is in a part of training: only ``trained`` get gradients, the layers ``still`` (by number)
        compute as after training."""
        other = copy(self)
        other.trained = {name: tensor for name, tensor in self.parameters.items() if name in trained}
        other._plans = other._planned(still, trained)
        return other

    def over(self, graph: Graph) -> Module:
        """A network of some of the same layers, with the same tensors for their parameters."""
        other = copy(self)
        names = [name for name, _ in graph.named_parameters()]
        other.graph = graph
        other.parameters = {name: self.parameters[name] for name in names}
        other.trained = {name: self.parameters[name] for name in names if name in self.trained}
        other._plans = other._planned()
        return other

    def forward(self, x: Tensor, training: bool) -> dict[str, Tensor]:
        """Outputs by name for a batch ``x`` (N, C, H, W); auxiliary ones only in training.

        In training, running statistics are assigned: realize ``buffers`` along with the outputs.
        """
        outputs = self._plans[training].forward(x.cast(self._type), self._of, Pass(training, self.spread))
        return {name: output.cast(dtypes.float32) for name, output in outputs.items()}

    def recomputing(self) -> Recomputed:
        """A training pass that keeps little of what it computes, for one use."""
        return Recomputed(self._plans[True], self._of, self._of_again, self.spread.uniform, self._type)

    def _of_again(self, node: Node) -> dict[str, Tensor]:
        """The parameters for a second time, in which running statistics stay."""
        found = self._of(node)
        return {
            n: t.contiguous() if self.roles[f"{node.name}.{n}"] == "buffer" else t for n, t in found.items()
        }

    def _of(self, node: Node) -> dict[str, Tensor]:
        return {spec.name: self._seen(spec, self.parameters[name]) for name, spec in node.named_parameters}

    def _seen(self, spec: ParameterSpec, tensor: Tensor) -> Tensor:
        """A parameter as its layer sees it: norms compute in float32 whatever their inputs are."""
        return tensor.cast(self._type) if spec.role in ("weight", "bias") else tensor

    def state(self) -> dict[str, np.ndarray]:
        """All parameters and buffers, as float32 arrays on the host."""
        return {name: tensor.numpy() for name, tensor in self.parameters.items()}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Overwrite all parameters; tensors keep their buffers, so compiled steps stay valid.

        Parameters that only auxiliary outputs need may be missing. Raises :class:`SpecError` and
        changes nothing where names or shapes differ.
        """
        check_weights(self.graph, state)
        for name in self.parameters.keys() & state.keys():
            write(self.parameters[name], state[name].astype("float32", copy=False))


def initial_value(name: str, spec: ParameterSpec, seed: int) -> np.ndarray:
    """The first value of a parameter: float32, from a stream of its own (``seed`` and full name).

    So it is the same on every device and whatever other layers there are.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))
    return np.asarray(spec.initialiser.sample(generator, spec.shape, spec.fans)).astype(np.float32)


def _be_patient(device: str) -> None:
    """Let a single kernel take longer than the 30 s after which tinygrad calls a device hung."""
    if hasattr(Device[device], "wait_timeout_ms"):
        Device[device].wait_timeout_ms = _PATIENCE_MS  # type: ignore[attr-defined]
