"""The tree that both surfaces parse to, on one screen.

Every node is frozen; its ``span`` takes no part in equality, so that the tree of a ``.cnn``
text equals the tree of the YAML that says the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..source import Span
from ..source.values import Value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tree(Value):
    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


# Expressions


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Literal(Tree):
    """A number, a string, ``true`` or ``false``. ``1`` and ``1.0`` and ``true`` are different."""

    value: int | float | str | bool
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", type(self.value).__name__)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Tree):
    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribute(Tree):
    """``in.channels``, ``backbone.stage4``."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index(Tree):
    """``widths[0]``."""

    of: Expression
    at: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sequence(Tree):
    """``[1, 2]`` (``brackets`` is "[") or ``(1, 2)`` ("("): equal in meaning, kept as written."""

    items: tuple[Expression, ...]
    brackets: str = "["


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unary(Tree):
    operator: str  # - + not
    operand: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary(Tree):
    operator: str  # or and == != < <= > >= + - * / // %
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Argument(Tree):
    """``64`` or ``stride = 2``."""

    value: Expression
    name: str | None = None
    name_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Tree):
    """``conv(64, 3)``, ``relu``: a layer, block or model in a body; a function in an expression.

    In a body, ``relu`` and ``relu()`` are the same tree.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    name_span: Span | None = field(default=None, compare=False, repr=False)


Expression = Literal | Name | Attribute | Index | Sequence | Unary | Binary | Call

# Statements: a body is a path that one tensor walks


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Label(Tree):
    """``stem: conv(64, 7)``."""

    name: str
    statement: Statement
    name_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Group(Tree):
    """``{ … }``: statements in a row, as one."""

    body: Body


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Path(Tree):
    """``x -> relu -> conv(64, 3)``: starts from the tensor ``start``."""

    start: Expression
    steps: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Let(Tree):
    """``let out = width * 4`` or ``let skip = in -> conv(64, 1)``: a value, or a tensor."""

    name: str
    value: Expression | Path
    name_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Repeat(Tree):
    count: Expression
    body: Body


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class For(Tree):
    """``for width, depth in [(64, 3), (128, 4)] { … }``."""

    names: tuple[str, ...]
    values: Expression
    body: Body


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class If(Tree):
    """``orelse`` is None where there is no ``else``; ``else if`` is a body of one ``If``."""

    condition: Expression
    body: Body
    orelse: Body | None = None
    else_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Join(Tree):
    """``add { | … | … }``: ``call`` joins the tracks; an empty track is the identity."""

    call: Call
    tracks: tuple[Body, ...]
    track_spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Output(Tree):
    """``output box: linear(4)``; ``auxiliary``: an output that exists only in training."""

    name: str
    statement: Statement
    auxiliary: bool = False
    name_span: Span | None = field(default=None, compare=False, repr=False)


Statement = Call | Label | Group | Path | Let | Repeat | For | If | Join | Output
Body = tuple[Statement, ...]

# Top level


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Parameter(Tree):
    """``stride = 1`` in a head; ``default`` is None where the caller must give a value."""

    name: str
    default: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Model(Tree):
    """``model vgg16(classes = 1000) { input 3 x 224 x 224 … }``; ``input`` is C, H, W."""

    name: str
    parameters: tuple[Parameter, ...]
    input: tuple[Expression, ...]
    body: Body
    name_span: Span | None = field(default=None, compare=False, repr=False)
    input_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Block(Tree):
    name: str
    parameters: tuple[Parameter, ...]
    body: Body
    name_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Use(Tree):
    """``use resnet18(classes = 10)`` or ``use "blocks.cnn"``; ``arguments`` is None without parentheses."""

    target: str
    is_path: bool
    arguments: tuple[Argument, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Section(Tree):
    """A part of the experiment.

    ``loss cross_entropy`` has one call (``form`` "call"); ``train (epochs = 3)`` is arguments
    ("arguments"); ``metrics { accuracy  top(5) }`` is a list of calls ("list").
    """

    name: str
    form: str
    calls: tuple[Call, ...] = ()
    arguments: tuple[Argument, ...] = ()
    name_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quantity(Tree):
    """``5M``, ``8GB``, ``99``: a number, and its unit or ""."""

    number: int | float
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assertion(Tree):
    """``assert params <= 5M``: what must hold of the network. ``bound`` is one quantity, or one a size:
    two of a height and width, three of a shape."""

    measure: Call
    operator: str
    bound: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comment(Tree):
    """A comment kept for ``fmt``; ``text`` with its ``#``. ``alone`` on its line, or after code."""

    text: str
    alone: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spec(Tree):
    """One file. Source order lives in the spans, so both surfaces give equal trees."""

    uses: tuple[Use, ...] = ()
    model: Model | None = None
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    comments: tuple[Comment, ...] = field(default=(), compare=False)
