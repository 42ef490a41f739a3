"""Training steps of a current-based LIF network in PyTorch, simulated densely in small steps with surrogate gradients.

Reads one JSON object a line and answers each with one. {"do": "load", inputs, hidden, outputs, thresholds, tauS, windowS,
dtS, batch, threads, learningRate} takes spike times from the file "times" (float32, batch times inputs, negative: silent) and
labels (bytes) from "labels". The neurons are those of the other side: g decays by tau_s, u by 2 tau_s, the current
is not divided by tau, a spike takes the threshold off. {"do": "run", "rounds": n} answers with the milliseconds of each
step of training (forward, loss on counts, backward, Adam), by the clock and of the processor, the spikes of one sample, and with the most memory the process
has held beyond what it held when it was loaded.
"""

import json
import math
import pathlib
import resource
import sys
import time

import torch

state = {}


class Spike(torch.autograd.Function):
    """A step, with the derivative of a fast sigmoid (Zenke & Ganguli 2018) in place of its own."""

    @staticmethod
    def forward(context, excess):
        context.save_for_backward(excess)
        return (excess >= 0).float()

    @staticmethod
    def backward(context, gradient):
        (excess,) = context.saved_tensors
        return gradient / (1 + 10 * excess.abs()) ** 2


def held_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def load(case):
    torch.set_num_threads(case["threads"])
    torch.manual_seed(0)
    shape = (case["batch"], case["inputs"])
    times = torch.frombuffer(bytearray(pathlib.Path(case["times"]).read_bytes()), dtype=torch.float32).reshape(shape)
    labels = torch.frombuffer(bytearray(pathlib.Path(case["labels"]).read_bytes()), dtype=torch.uint8).long()
    steps = round(case["windowS"] / case["dtS"])
    spikes = torch.zeros(steps, *shape)
    at = (times / case["dtS"]).floor().clamp(max=steps - 1).long()
    sample, unit = torch.nonzero(times >= 0, as_tuple=True)
    spikes[at[sample, unit], sample, unit] = 1
    targets = torch.full((case["batch"], case["outputs"]), 3.0)
    targets[torch.arange(case["batch"]), labels] = 15.0
    sizes = [case["inputs"], case["hidden"], case["outputs"]]
    weights = [torch.empty(n, m).uniform_(-1, 1).requires_grad_() for m, n in zip(sizes, sizes[1:])]
    state.update(case=case, spikes=spikes, targets=targets, weights=weights)
    state["optimiser"] = torch.optim.Adam(weights, lr=case["learningRate"])
    state["kib"] = held_kib()
    return {"torch": torch.__version__}


def layer(spikes, weight, threshold):
    """All currents at once, as steps do not depend on each other there; then the neurons, step by step."""
    case = state["case"]
    dt, tau = case["dtS"], 2 * case["tauS"]
    keep_g, keep_u = math.exp(-dt / case["tauS"]), math.exp(-dt / tau)
    drive = spikes @ weight.T
    g = u = torch.zeros_like(drive[0])
    fired = []
    for now in drive:
        u = keep_u * u + g * tau * (keep_u - keep_g)
        g = keep_g * g + now
        spike = Spike.apply(u / threshold - 1)
        u = u - threshold * spike
        fired.append(spike)
    return torch.stack(fired)


def step():
    spikes, counts = state["spikes"], []
    state["optimiser"].zero_grad()
    for weight, threshold in zip(state["weights"], state["case"]["thresholds"]):
        spikes = layer(spikes, weight, threshold)
        counts.append(spikes.detach().sum().item() / spikes.shape[1])
    loss = ((spikes.sum(0) - state["targets"]) ** 2).sum(1).mean() / 2
    loss.backward()
    state["optimiser"].step()
    return counts


def run(rounds):
    clock, processor, counts = [], [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        counts = step()
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - used))
    return {"clockMs": clock, "processorMs": processor, "spikes": counts, "mib": (held_kib() - state["kib"]) / 1024}


for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = load(command) if command["do"] == "load" else run(command["rounds"])
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
