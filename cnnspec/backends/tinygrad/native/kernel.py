"""A kernel in C as an operation of tinygrad's: scheduled, planned, compiled, cached and captured like its own."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from tinygrad import Device, Tensor, dtypes
from tinygrad.renderer import Estimates
from tinygrad.uop.ops import KernelInfo, Ops, ProgramInfo, UOp

from .activations import ACTIVATIONS
from .threads import thread_count
from .tiles import MACHINES

Shape = tuple[int, ...]
Gradients = tuple[Tensor | None, ...]


@dataclass(frozen=True)
class Kernel:
    """``body`` is the C inside of ``void name(float* restrict p0, …, int part)``; ``PARTS`` is how many parts there are.

    The first ``writes`` of its arguments are written, the others read. ``library`` names the files of C before it, and
    ``defined`` is what is defined for them;
    ``parts`` is 0 where there are as many as threads.
    """

    name: str
    library: tuple[str, ...]
    body: str
    writes: int
    flops: int = 0
    parts: int = 0
    defined: str = ""

    def source(self, arguments: int, parts: int) -> str:
        """The whole text: the compiler's only input, and the key of the compile cache."""
        names = ", ".join(
            f"{'' if i < self.writes else 'const '}float* restrict p{i}" for i in range(arguments)
        )
        files = "\n".join(_file(name) for name in ("vectors.h", *self.library))
        return f"#define PARTS {parts}\n{self.defined}\n{files}\nvoid {self.name}({names}, int part) {{\n{self.body}\n}}\n"


@functools.cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def before(activation: int, y: Tensor, g: Tensor) -> Tensor:
    """The gradient before an activation, from its result and the gradient after it."""
    if activation == ACTIVATIONS["relu"]:
        g = (y > 0).where(g, 0)
    elif activation:
        g = ((y > 0) & (y < 6)).where(g, 0)
    return g.contiguous()


def fields(struct: Any, **more: int) -> str:
    """The initialiser of a C struct with the fields of a dataclass, by name, and some more."""
    named = {**dataclasses.asdict(struct), **more}
    return ", ".join(f".{name} = {value}" for name, value in named.items())


def variants(line: Callable[[int, int], str]) -> str:
    """C for each kind of machine of ``vectors.h``: ``line`` takes its vectors' length and number of registers."""
    cases = (f"#elif VL == {v} && REGISTERS == {r}\n{line(v, r)}\n" for v, r in MACHINES)
    return "#if 0\n" + "".join(cases) + "#endif"


def run(
    kernel: Kernel,
    outputs: Sequence[Shape],
    inputs: Sequence[Tensor],
    gradient: Callable[..., Gradients] | None = None,
) -> tuple[Tensor, ...]:
    """What the kernel writes, float32 of these shapes.

    ``gradient`` takes the first output, its gradient, and the inputs, and gives the inputs' gradients. It must
    hold no tensor itself: one that is alive could not share its memory with others.
    """
    device = inputs[0].device
    # A program reads buffers from their start, one element after the other.
    read = [tensor.contiguous() for tensor in inputs]
    written = [Tensor.empty(*shape, dtype=dtypes.float32, device=device) for shape in outputs]

    def backward(g: Any, call: Any) -> tuple[Any, ...]:
        assert gradient is not None
        made = Tensor(call.src[1].after(call))
        found = gradient(made, Tensor(g), *(Tensor(source) for source in call.src[1 + len(outputs) :]))
        return (*(None for _ in outputs), *(None if each is None else each.uop for each in found))

    made = written[0].custom_kernel(
        *written[1:],
        *read,
        fxn=functools.partial(_program, kernel, str(device)),
        grad_fxn=None if gradient is None else backward,
    )
    return tuple(made[: len(outputs)])


def _program(kernel: Kernel, device: str, *arguments: UOp) -> UOp:
    parts = kernel.parts or thread_count()
    part = dataclasses.replace(UOp.variable("core_id", 0, parts - 1).arg, slot=len(arguments))
    slots = tuple(range(len(arguments)))
    memory = sum(4 * int(argument.max_numel()) for argument in arguments)
    info = ProgramInfo(
        kernel.name,
        global_size=(parts, 1, 1),
        local_size=(1, 1, 1),
        vars=(UOp.variable("core_id", 0, parts - 1).replace(arg=part),),
        globals=slots,
        outs=slots[: kernel.writes],
        ins=slots[kernel.writes :],
        target=_target(device),
    )
    sink = UOp.sink(
        *arguments, arg=KernelInfo(kernel.name, estimates=Estimates(kernel.flops, memory, memory))
    )
    source = UOp(Ops.SOURCE, arg=kernel.source(len(arguments), parts))
    return UOp(Ops.PROGRAM, src=(sink, UOp(Ops.LINEAR, src=arguments), source), arg=info)


@functools.cache
def _target(device: str) -> Any:
    return Device[device].renderer.target
