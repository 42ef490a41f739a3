"""Seconds per epoch of the same training in PyTorch, on the CPU.

Reads one JSON object from the command line: network ("mlp" or "cnn"), hidden, channels, batch, images, threads,
rounds. Prints one JSON object: seconds of each round (after a warm-up of a few batches) and the version.
Images are random bytes: speed does not depend on them. Scaling, shuffling and Adam are part of the time.
"""

import json
import sys
import time

import torch

case = json.loads(sys.argv[1])
torch.set_num_threads(case["threads"])
torch.manual_seed(0)


def build():
    layers = []
    width = 784
    if case["network"] == "cnn":
        channels = 1
        for out in case["channels"]:
            layers += [torch.nn.Conv2d(channels, out, 5, padding=2, bias=False), torch.nn.BatchNorm2d(out)]
            layers += [torch.nn.ReLU(), torch.nn.AvgPool2d(2)]
            channels = out
        side = 28 // 2 ** len(case["channels"])
        width = channels * side * side
    layers.append(torch.nn.Flatten())
    norm = case["network"] == "cnn"
    for out in case["hidden"]:
        layers.append(torch.nn.Linear(width, out, bias=not norm))
        if norm:
            layers.append(torch.nn.BatchNorm1d(out))
        layers.append(torch.nn.ReLU())
        width = out
    layers.append(torch.nn.Linear(width, 10))
    return torch.nn.Sequential(*layers)


pixels = torch.randint(0, 256, (case["images"], 1, 28, 28), dtype=torch.uint8)
labels = torch.randint(0, 10, (case["images"],))
model = build()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
loss_of = torch.nn.CrossEntropyLoss()


def run(count):
    order = torch.randperm(case["images"])[:count]
    for start in range(0, count, case["batch"]):
        chosen = order[start : start + case["batch"]]
        optimiser.zero_grad()
        loss = loss_of(model(pixels[chosen].float() / 255), labels[chosen])
        loss.backward()
        optimiser.step()


run(case["batch"] * 5)
seconds = []
for _ in range(case["rounds"]):
    start = time.perf_counter()
    run(case["images"])
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "version": torch.__version__}))
