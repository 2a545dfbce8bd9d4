"""Cross-entropy that cares less for what is right already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Float, OpError, arg
from ..registries import LOSSES, of_argument, weight_argument
from ..tasks import ClassTask
from .base import Comparison, positive_argument, target_argument

if TYPE_CHECKING:
    from ..data.targets import Targets
    from ..tasks import Task


@LOSSES.register("focal")
class Focal(Comparison):
    """Cross-entropy in which examples that are told well already count little, the mean over images:

    ``-a (1 - p)^gamma log(p)``

    where p is the probability of what is true, and a is ``alpha`` for yes, 1 - ``alpha`` for no, or 1 where no ``alpha`` is
    given. Lin et al. 2017, equations 4 and 5. For data where most examples are easy, such as many of a common class. With
    an output a class p is by softmax, and there is no ``alpha``; for labels, and two classes by a single output, p is by
    sigmoid, as in torchvision's ``sigmoid_focal_loss``, and the mean is over outputs too. ``gamma`` 0 is cross-entropy.
    """

    kinds = ("classes", "labels")
    bounded = "softmax"
    class_outputs = ("each", "single")
    also_called = (
        "focal_loss",
        "FocalLoss",
        "sigmoid_focal_loss",
        "binary_focal_crossentropy",
        "BinaryFocalCrossentropy",
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
    )
    examples = ("focal(gamma = 1)", "focal(alpha = 0.25, target = labels)")

    gamma: float = arg(Float(0), "how little examples count that are told well; 0 for all alike", 2.0)
    alpha: float | None = arg(
        Float(0, 1),
        "what an image counts where the answer is yes, 1 - alpha where it is no; without it both count 1",
        None,
    )
    positive: str | None = positive_argument()
    target: str | None = target_argument(*kinds)
    of: str | None = of_argument()
    weight: float = weight_argument()

    def fitted(self, task: Task, targets: Targets) -> Focal:
        if self.alpha is None or not isinstance(task, ClassTask) or task.single:
            return self
        problem = "'alpha' weighs yes against no, and here each class has an output"
        hints = ("give classes weights with: cross_entropy(class_weights = balanced)",)
        raise OpError(BadValue(call=self.call_name, problem=problem, hints=hints), "alpha")

    def __call__(self, outputs: Any, targets: Any) -> Any:
        if targets.ndim == 1:
            return self._focused(_lead(outputs, targets)).mean()
        losses = self._focused(outputs * (targets * 2 - 1))
        return (losses if self.alpha is None else losses * self._shares(targets)).mean()

    def _focused(self, score: Any) -> Any:
        """The loss where the probability of what is true is the sigmoid of ``score``.

        Both logarithms are softplus: a power of 1 - p would have an infinite derivative where p rounds to 1.
        """
        return (score.softplus() * -self.gamma).exp() * (-score).softplus()

    def _shares(self, targets: Any) -> Any:
        assert self.alpha is not None
        return targets * (2 * self.alpha - 1) + (1 - self.alpha)


def _lead(outputs: Any, targets: Any) -> Any:
    """(N,): the score of the true class minus the log of the sum of the others' exponentials.

    Softmax gives the true class the sigmoid of this, so that 1 - p needs no subtraction.
    """
    true = targets.reshape(-1, 1)._one_hot_along_dim(outputs.shape[1])
    # First of all the highest of the others is taken off, so that nothing small is added to what is large.
    shifted = outputs - true.where(float("-inf"), outputs).max(1, keepdim=True).detach()
    # The true class is left out before exp, whose overflow would make the gradient nan.
    others = true.where(float("-inf"), shifted).exp().sum(1).log()
    return true.where(shifted, 0).sum(1) - others
