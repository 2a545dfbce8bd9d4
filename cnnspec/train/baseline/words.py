"""Features ``sift``: which pieces of images occur how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Int, OpError, Shape, arg
from .descriptor import DESCRIPTORS, Descriptor, need

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from .descriptor import Batches, Describe

_PIECES = 100_000
"""Pieces of training images, at most, that the words are found among."""


@DESCRIPTORS.register("sift")
class Sift(Descriptor):
    """A bag of visual words: pieces on a grid are described by SIFT and counted by the word that each is nearest to.

    SIFT (Lowe, Distinctive Image Features from Scale-Invariant Keypoints, IJCV 2004) says of a piece where its edges run
    which way; colours play no part. Words are the means of k-means over pieces of training images; an image is how often
    each of them occurs in it, wherever that is: Csurka et al., Visual Categorization with Bags of Keypoints, 2004. Roots
    of shares are taken, so that frequent words don't drown others. Computed by OpenCV and scikit-learn.
    """

    words: int = arg(Int(2, 10_000), "how many words there are", 200)
    piece: int = arg(Int(4, 256), "side of a piece, in pixels", 16)
    step: int = arg(Int(1, 256), "pixels from a piece to the next one", 8)

    def check(self, shape: Shape) -> None:
        _, height, width = shape
        if min(height, width) < self.piece:
            problem = (
                f"pictures of {height} x {width} don't hold a piece of {self.piece} x {self.piece} pixels"
            )
            raise OpError(BadValue(call=self.call_name, problem=problem), "piece")
        need("cv2", "opencv-python-headless", "fast", "SIFT features")

    def fitted(self, images: Batches, seed: int) -> Describe:
        from sklearn.cluster import MiniBatchKMeans

        pieces_of = self._pieces()
        words = MiniBatchKMeans(self.words, random_state=seed, n_init=3, batch_size=4096)
        words.fit(_sample(images, pieces_of, self.words))

        def describe(batch: np.ndarray) -> np.ndarray:
            import numpy as np

            found = words.predict(np.concatenate([pieces_of(image) for image in batch]))
            return np.stack([_shares(each, self.words) for each in found.reshape(len(batch), -1)])

        return describe

    def _pieces(self) -> Callable[[np.ndarray], np.ndarray]:
        """What describes the pieces of an image (H, W, C): (P, 128) of float32."""
        import cv2
        import numpy as np

        from ..data.pictures import recoloured

        made: Any = cv2.SIFT_create()  # type: ignore[attr-defined]

        def pieces_of(image: np.ndarray) -> np.ndarray:
            height, width = image.shape[:2]
            # What a key point is described by is six times as wide as its size: four bins of 3/2 each.
            places = [
                cv2.KeyPoint(x, y, self.piece / 6, 0.0)
                for y in _centres(height, self.piece, self.step)
                for x in _centres(width, self.piece, self.step)
            ]
            gray = np.ascontiguousarray(recoloured(image[None], "gray")[0, ..., 0])
            found: np.ndarray = made.compute(gray, places)[1]
            return found

        return pieces_of


def _centres(length: int, piece: int, step: int) -> list[float]:
    """The middles of the pieces along a side, the rest of it shared by both ends."""
    count = (length - piece) // step + 1
    first = (length - piece - (count - 1) * step) / 2 + piece / 2
    return [first + step * i for i in range(count)]


def _sample(images: Batches, pieces_of: Callable[[np.ndarray], np.ndarray], words: int) -> np.ndarray:
    """Pieces of as many images as are needed for ``_PIECES`` of them; as many as words, if need be by repetition."""
    import numpy as np

    found: list[np.ndarray] = []
    for batch in images():
        found += [pieces_of(image) for image in batch]
        if sum(map(len, found)) >= _PIECES:
            break
    pieces = np.concatenate(found)
    return pieces if len(pieces) >= words else np.resize(pieces, (words, pieces.shape[1]))


def _shares(words: np.ndarray, count: int) -> np.ndarray:
    """(F,) of float32: the roots of the shares of each word."""
    import numpy as np

    return np.sqrt(np.bincount(words, minlength=count) / len(words)).astype(np.float32)
