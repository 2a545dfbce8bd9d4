"""A network of cnnspec in a training loop of one's own, in plain tinygrad: handwritten digits, in about a minute.

python examples/api.py
"""

from pathlib import Path

from sklearn.datasets import load_digits
from tinygrad import Context, Tensor, TinyJit, nn

import cnnspec

EPOCHS, BATCH, TRAINED = 4, 64, 1472

digits = load_digits()
network = cnnspec.load(Path(__file__).parent / "digits.cnn")
print(network.summary(depth=1))

module = network.lower(device="CPU", seed=0)
images = Tensor(digits.images[:, None].astype("float32") / 16, device="CPU").realize()
labels = Tensor(digits.target.astype("int32"), device="CPU").realize()
optimizer = nn.optim.Adam(nn.state.get_parameters(module), lr=2e-3)


@TinyJit
def step(rows: Tensor) -> Tensor:
    optimizer.zero_grad()
    loss = module(images[rows], training=True).sparse_categorical_crossentropy(labels[rows])
    loss.backward()
    return loss.realize(*optimizer.schedule_step())


for epoch in range(1, EPOCHS + 1):
    order = Tensor.randperm(TRAINED, device="CPU").reshape(-1, BATCH)
    with Context(TRAINING=1):
        losses = [step(order[i].contiguous().realize()).item() for i in range(order.shape[0])]
    right = (module(images[TRAINED:]).argmax(axis=1) == labels[TRAINED:]).float().mean()
    print(f"epoch {epoch}  loss {sum(losses) / len(losses):.3f}  accuracy {right.item():.1%}")

nn.state.safe_save(nn.state.get_state_dict(module), "digits.safetensors")
