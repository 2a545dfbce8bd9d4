"""How fast images come, against a PyTorch DataLoader that does the same with Pillow; and what it costs in memory.

    python benchmarks/data.py [--images N] [--workers N] [--runs N] [--side ours|opencv|torch] [--memory N]

A folder of 256 x 256 JPEGs is made, then read through a random resized crop to 224, a flip and a colour jitter (0.4, 0.4,
0.4, 0.1), in batches of 64, normalised, as floats on the device. "pillow" is ours without the extra `fast`, "opencv" with
it, "torch" a DataLoader with as many worker processes whose data set makes torchvision's transforms on Pillow images, by
torchvision's formulas. The sides are processes that take turns; medians of images a second. `--memory` goes through
so many images by each of our engines and tells how much the process grew. `--epoch` times an epoch of LeNet on
Fashion-MNIST with rotate and translate against one without, taking turns.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

BATCH = 64
SIDES = ("pillow", "opencv", "torch")


def make_photos(folder: Path, count: int) -> None:
    """JPEGs with the look of photographs: parts of scikit-learn's two, scaled to 256 x 256."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    sources = [Image.fromarray(image) for image in load_sample_images().images]
    draw = random.Random(0)
    for number in range(count):
        source, side = sources[number % 2], draw.randint(200, 420)
        left, top = draw.randint(0, source.width - side), draw.randint(0, source.height - side)
        part = source.resize((256, 256), Image.Resampling.BILINEAR, (left, top, left + side, top + side))
        target = folder / f"class{number % 2}"
        target.mkdir(exist_ok=True)
        part.save(target / f"{number}.jpg", quality=90)


# Ours


def ours(folder: Path, workers: int, name: str) -> Callable[[], int]:
    from tinygrad import Device, Tensor, TinyJit

    from cnnspec.backends import toolchain
    from cnnspec.backends.tinygrad.feed import place, write
    from cnnspec.train.augment import AUGMENTATIONS
    from cnnspec.train.augment.draws import Draws
    from cnnspec.train.data import Fitting
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.data.preparing import pipelines
    from cnnspec.train.imaging import engine as engines
    from cnnspec.train.pipeline.feed import Feed
    from cnnspec.train.registries import DATA_SOURCES
    from cnnspec.train.steps import Scaler

    chosen = engines.engine(name)
    engines.engine = lambda _=None: chosen  # type: ignore[assignment]
    for module in ("cnnspec.train.data.pictures",):
        sys.modules[module].engine = engines.engine  # type: ignore[attr-defined]
    device = toolchain.check_device("CPU")
    make = AUGMENTATIONS.make
    steps = (
        make("random_resized_crop", size=224),
        make("flip"),
        make("color_jitter", brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1),
    )
    splits = DATA_SOURCES.make("folder", path=str(folder), mode="rgb", validation=0.0, test=0.0).load(
        (3, 224, 224), 0
    )
    pipeline, _ = pipelines(steps, (), Fitting((3, 224, 224), "resize", "rgb"))
    feed = Feed(splits.train, pipeline, BATCH, workers)
    scaler = Scaler(Normalization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)), device)
    standing = place(feed.empty(), device)
    scaled = TinyJit(lambda: scaler(standing).contiguous().realize())
    images = len(splits.train) // BATCH * BATCH
    epoch = 0

    def take() -> int:
        nonlocal epoch
        epoch += 1
        order = np.random.RandomState(epoch).permutation(len(splits.train))[:images].reshape(-1, BATCH)
        for fed in feed.batches(list(order), lambda _, rows: Draws.of(0, epoch, rows)):
            write(standing, fed.images)
            done: Tensor = scaled()
        Device[device].synchronize()
        assert done.shape == (BATCH, 3, 224, 224)
        return images

    return take


# PyTorch's DataLoader, with the transforms that torchvision makes of Pillow images


def torch_side(folder: Path, workers: int) -> Callable[[], int]:
    import torch
    from torch.utils.data import DataLoader

    torch.set_num_threads(workers)
    dataset = Photos(sorted(folder.glob("*/*.jpg")))
    loader = DataLoader(
        dataset,
        BATCH,
        shuffle=True,
        num_workers=workers,
        drop_last=True,
        persistent_workers=True,
        prefetch_factor=2,
    )

    def take() -> int:
        images = 0
        for batch in loader:
            images += len(batch)
        assert batch.shape == (BATCH, 3, 224, 224)
        return images

    return take


class Photos:
    """A map-style data set: RandomResizedCrop, RandomHorizontalFlip, ColorJitter, ToTensor, Normalize."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> object:
        import torch
        from PIL import Image

        with open(self.paths[index], "rb") as stream:
            image = Image.open(stream).convert("RGB")
        left, top, width, height = crop_of(image.width, image.height)
        image = image.crop((left, top, left + width, top + height)).resize(
            (224, 224), Image.Resampling.BILINEAR
        )
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        array = np.array(jittered(image), copy=True)
        tensor = torch.from_numpy(array).permute(2, 0, 1).contiguous().to(torch.float32).div(255)
        mean = torch.tensor((0.485, 0.456, 0.406)).view(3, 1, 1)
        std = torch.tensor((0.229, 0.224, 0.225)).view(3, 1, 1)
        return tensor.sub_(mean).div_(std)


def crop_of(width: int, height: int) -> tuple[int, int, int, int]:
    for _ in range(10):
        area = width * height * random.uniform(0.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            return random.randint(0, width - w), random.randint(0, height - h), w, h
    return 0, 0, width, height


def jittered(image: object) -> object:
    from PIL import Image, ImageEnhance

    def hue(picture: object, turn: float) -> object:
        h, s, v = picture.convert("HSV").split()  # type: ignore[attr-defined]
        values = np.array(h, dtype=np.uint8)
        values += np.array(int(turn * 255) % 256, dtype=np.uint8)
        return Image.merge("HSV", (Image.fromarray(values), s, v)).convert("RGB")

    changes = [
        lambda p: ImageEnhance.Brightness(p).enhance(random.uniform(0.6, 1.4)),
        lambda p: ImageEnhance.Contrast(p).enhance(random.uniform(0.6, 1.4)),
        lambda p: ImageEnhance.Color(p).enhance(random.uniform(0.6, 1.4)),
        lambda p: hue(p, random.uniform(-0.1, 0.1)),
    ]
    random.shuffle(changes)
    for change in changes:
        image = change(image)
    return image


# Taking turns


def serve(side: str, folder: Path, workers: int) -> None:
    """An epoch for each line on standard input; seconds and images on standard output."""
    take = torch_side(folder, workers) if side == "torch" else ours(folder, workers, side)
    take()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        images = take()
        print(f"{time.perf_counter() - started} {images}", flush=True)


def compared(folder: Path, sides: list[str], workers: int, runs: int) -> None:
    command = [sys.executable, __file__, "--folder", str(folder), "--workers", str(workers), "--serve"]
    processes = {
        side: subprocess.Popen([*command, side], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for side in sides
    }
    for process in processes.values():
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    speeds: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(runs):
        for side, process in processes.items():
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            seconds, images = map(float, process.stdout.readline().split())
            speeds[side].append(images / seconds)
    for process in processes.values():
        process.kill()
    base = statistics.median(speeds["torch"]) if "torch" in speeds else None
    print(f"{'side':<8} {'images/s':>9} {'quartiles':>15}" + (f" {'/ torch':>8}" if base else ""))
    for side, found in speeds.items():
        low, middle, high = statistics.quantiles(found, n=4) if len(found) > 1 else found * 3
        ratio = f" {middle / base:>8.2f}" if base else ""
        print(f"{side:<8} {middle:>9.0f} {f'{low:.0f} – {high:.0f}':>15}{ratio}")


def memory(folder: Path, workers: int, images: int) -> None:
    """The peak of the process after the first epochs, and after all."""
    for side in ("pillow", "opencv"):
        code = [
            sys.executable,
            __file__,
            "--folder",
            str(folder),
            "--workers",
            str(workers),
            "--grow",
            side,
            str(images),
        ]
        print(subprocess.run(code, capture_output=True, text=True, check=True).stdout.strip())


def grow(side: str, folder: Path, workers: int, images: int) -> None:
    take, done, first = ours(folder, workers, side), 0, 0.0
    while done < images:
        done += take()
        first = first or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    last = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{side}: peak {first:.0f} MB after one epoch, {last:.0f} MB after {done:,} images")


# An epoch of LeNet


LENET = """
model lenet(classes = 10) {
  input 1 x 28 x 28
  conv(6, 5, padding = 2)  relu  maxpool(2)  conv(16, 5)  relu  maxpool(2)
  flatten  linear(120)  relu  linear(84)  relu  linear(classes)
}
data fashion_mnist(PATH)
STEPS
optimizer sgd(lr = 0.02, momentum = 0.9)
train (epochs = 1, batch = 64)
"""


def epochs(path: str, runs: int) -> None:
    """Seconds of an epoch's steps with augmentation and without, taking turns in one process."""
    loops = {
        name: lenet(path, steps)
        for name, steps in (("plain", ""), ("augmented", "augment { rotate(10)  translate(0.1) }"))
    }
    found: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(runs + 1):
        for name, run in loops.items():
            seconds = run(number + 1)
            if number:
                found[name].append(seconds)
    for name, seconds_list in found.items():
        low, middle, high = statistics.quantiles(seconds_list, n=4)
        print(f"{name:<10} {middle:.3f} s an epoch ({low:.3f} – {high:.3f})")
    ratio = statistics.median(a / b for a, b in zip(found["augmented"], found["plain"], strict=True))
    print(f"augmented / plain, the median of pairs: {ratio:.3f}")


def lenet(path: str, steps: str) -> Callable[[int], float]:
    from cnnspec.backends import toolchain
    from cnnspec.elaborate import Loader, elaborate
    from cnnspec.source import Source
    from cnnspec.train.beginning import about, run_info
    from cnnspec.train.loop import Loop
    from cnnspec.train.lowering import Lowering
    from cnnspec.train.opening import open_all
    from cnnspec.train.reporter import Reporter
    from cnnspec.train.run import ResolvedSpec, RunFolder
    from cnnspec.train.sections import bind_experiment
    from cnnspec.train.training import build_loop

    toolchain.check_device("CPU")
    text = LENET.replace("PATH", f'"{path}"' if path else "").replace("STEPS", steps)
    module = Loader().link(Source("lenet.cnn", text), None)
    experiment = bind_experiment(module, elaborate(module))
    opened = open_all(experiment, Path(), "CPU", 1, Reporter())
    spec = ResolvedSpec({"spec.cnn": text}, "spec.cnn", Path())
    info = run_info(experiment, spec, opened)
    folder = RunFolder.new(
        Path(tempfile.mkdtemp()) / "run", info, spec.files, about(spec.files, opened, Lowering())
    )
    loop: Loop = build_loop(experiment, opened, folder, Reporter())

    def run(epoch: int) -> float:
        started = time.perf_counter()
        loop.state.place.epoch, loop.state.place.batch = epoch, 0
        loop._train()
        return time.perf_counter() - started

    return run


def folders(given: str | None, images: int) -> Iterator[Path]:
    if given:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory() as made:
        make_photos(Path(made), images)
        yield Path(made)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=1024)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--memory", type=int, default=0)
    parser.add_argument("--epoch", metavar="FASHION_MNIST", nargs="?", const="")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--grow", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.epoch is not None:
        epochs(given.epoch, given.runs)
        return
    for folder in folders(given.folder, given.images):
        if given.serve:
            serve(given.serve, folder, given.workers)
        elif given.grow:
            grow(given.grow[0], folder, given.workers, int(given.grow[1]))
        elif given.memory:
            memory(folder, given.workers, given.memory)
        else:
            compared(folder, given.sides.split(","), given.workers, given.runs)


if __name__ == "__main__":
    main()
