"""Training steps of a spiking network through time in snnTorch, on the CPU.

Reads one JSON object a line and answers each with one. {"do": "load", inputs, hidden, outputs, steps, batch, coding,
threads} takes pixels from the file "pixels" (bytes, batch times inputs) and makes the network: two dense layers with
leaky neurons, counted at the output. {"do": "run", "rounds": n} answers with the milliseconds of each step of
training (forward, loss, backward, Adam), by the clock and of the processor, and with the most memory the process has
held beyond what it held when it was loaded.
"""

import json
import pathlib
import resource
import sys
import time
from unittest.mock import MagicMock

for name in ("nir", "nirtorch", "pbr", "pbr.version", "pylab"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = MagicMock()

import snntorch
import snntorch.functional
import torch

from peer_version import version_of

state = {}


def held_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def load(case):
    torch.set_num_threads(case["threads"])
    torch.manual_seed(0)
    pixels = torch.frombuffer(bytearray(pathlib.Path(case["pixels"]).read_bytes()), dtype=torch.uint8)
    x = pixels.reshape(case["batch"], case["inputs"]).float() / 255
    slope = snntorch.surrogate.fast_sigmoid(slope=25)
    state.update(
        case=case,
        x=x,
        labels=torch.arange(case["batch"]) % case["outputs"],
        dense=[torch.nn.Linear(case["inputs"], case["hidden"]), torch.nn.Linear(case["hidden"], case["outputs"])],
        leaky=[snntorch.Leaky(beta=0.95, spike_grad=slope) for _ in range(2)],
        loss=snntorch.functional.ce_count_loss(),
        kib=held_kib(),
    )
    parameters = [p for layer in state["dense"] for p in layer.parameters()]
    state["optimiser"] = torch.optim.Adam(parameters, lr=1e-3)
    return {"snntorch": version_of(snntorch), "torch": torch.__version__}


def steps_of_input(case, x):
    """Constant input is the same at every step; rates are even, as the code `rate` of the other side."""
    for t in range(1, case["steps"] + 1):
        yield x if case["coding"] == "constant" else torch.floor(t * x + 0.5) - torch.floor((t - 1) * x + 0.5)


def step():
    case, (first, second), (one, two) = state["case"], state["dense"], state["leaky"]
    state["optimiser"].zero_grad()
    mem1, mem2 = one.init_leaky(), two.init_leaky()
    outputs = []
    for x in steps_of_input(case, state["x"]):
        spikes, mem1 = one(first(x), mem1)
        spikes, mem2 = two(second(spikes), mem2)
        outputs.append(spikes)
    loss = state["loss"](torch.stack(outputs), state["labels"])
    loss.backward()
    state["optimiser"].step()


def run(rounds):
    clock, processor = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        step()
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - used))
    return {"clockMs": clock, "processorMs": processor, "mib": (held_kib() - state["kib"]) / 1024}


for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = load(command) if command["do"] == "load" else run(command["rounds"])
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
