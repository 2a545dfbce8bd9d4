"""A linear classifier on the features of a network that was trained on other classes: five shapes are learnt from many
pictures, three others from twenty each. In about a minute, with nothing to download.

python examples/features.py [FOLDER]
"""

import sys
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cnnspec.cli.main import main

SPEC = str(Path(__file__).parent / "shapes.cnn")
KNOWN, NEW = "[circle, square, triangle, star, cross]", "[ring, heart, moon]"
DATA = (
    "shapes(images = 6000, size = 32, per_class = 20, validation = 0, "
    f"classes = [circle, square, triangle, star, cross, ring, heart, moon], only = {NEW})"
)

folder = Path(sys.argv[1] if len(sys.argv) > 1 else mkdtemp())
run, file = str(folder / "run"), folder / "features.npz"


def command(*arguments: str) -> None:
    """Runs ``cnnspec`` with ``arguments``, as in a terminal."""
    if code := main(arguments):
        sys.exit(code)


command(
    *("train", SPEC, "--out", run, "--epochs", "6"),
    *("--set", "classes=5", "--set", f"data.only={KNOWN}", "--set", "data.noise=0.05"),
)
command("features", run, "--layer", "stage3", "--pool", "--data", DATA, "-o", str(file))

stored = np.load(file, allow_pickle=False)
features, labels = stored["features"], stored["labels"]
train, test = stored["part"] == "train", stored["part"] == "test"

classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
classifier.fit(features[train], labels[train])
accuracy = classifier.score(features[test], labels[test])
print(f"{', '.join(stored['classes'])} from {train.sum()} images: test accuracy {accuracy:.4f}")
