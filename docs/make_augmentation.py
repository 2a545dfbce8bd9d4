"""Makes the pictures of docs/augmentation.md: ``python docs/make_augmentation.py``.

The photograph is scikit-learn's flower (by dany13, CC BY 2.0), scaled to the size that the lecture's has.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "images" / "augmentation"
SIZE = (297, 169)


def main() -> int:
    from PIL import Image
    from sklearn.datasets import load_sample_image

    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "flower.png"
        Image.fromarray(load_sample_image("flower.jpg")).resize(
            SIZE, Image.Resampling.LANCZOS, (0, 30, 640, 30 + 640 * SIZE[1] / SIZE[0])
        ).save(photo)
        for name in ("augmentation",):
            spec = ROOT / "examples" / f"{name}.cnn"
            code = cnnspec(
                [
                    "preview",
                    str(spec),
                    "--image",
                    str(photo),
                    "-o",
                    str(PICTURES / f"{name}.png"),
                    "--count",
                    "5",
                ]
            )
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
