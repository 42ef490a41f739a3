"""A spiking network as SpikingJelly or snnTorch runs it, on the CPU, without gradients.

Reads one JSON object a line and answers each with one. "load" names a folder with network.json, weights and inputs
(see bench/simulator-peer.ts) and builds the network; "run" simulates all images once and gives seconds, predictions
and hidden spikes. Making input tensors, building and resetting the network are not part of the time.

SpikingJelly is run in single-step and in multi-step mode at several batch sizes, and the fastest is kept: all of them
are tried in the first run.
"""

import json
import os
import sys
import time

import numpy as np
import torch


def array(folder, entry, dtype):
    return torch.from_numpy(np.fromfile(os.path.join(folder, entry["file"]), dtype).reshape(entry["shape"]).copy())


def linear_layers(folder, layers, make_conv, make_pool, make_flatten, make_dense):
    """The layers without neurons; None in the neurons' places."""
    built = []
    for layer in layers:
        kind = layer["kind"]
        if kind in ("conv2d", "dense"):
            weight = array(folder, layer["weight"], np.float32)
            bias = array(folder, layer["bias"], np.float32)
            module = make_conv(weight, layer) if kind == "conv2d" else make_dense(weight)
            module.weight.data.copy_(weight)
            module.bias.data.copy_(bias)
            built.append(module)
        elif kind == "averagePool":
            built.append(make_pool(layer["kernel"]))
        elif kind == "flatten":
            built.append(make_flatten())
        else:
            built.append(None)
    return built


class SpikingJelly:
    def __init__(self, folder, network, inputs):
        import spikingjelly
        from spikingjelly.activation_based import functional, layer, neuron

        self.version = getattr(spikingjelly, "__version__", "unknown")
        self.functional, self.node = functional, neuron.BaseNode
        self.inputs, self.steps, self.is_held = inputs, network["steps"], network["input"]["kind"] == "constant"
        self.variants = {}
        for mode in ("s", "m"):
            built = linear_layers(
                folder,
                network["layers"],
                lambda w, l: layer.Conv2d(w.shape[1], w.shape[0], tuple(w.shape[2:]), padding=tuple(l["padding"]), step_mode=mode),
                lambda k: layer.AvgPool2d(k, k, step_mode=mode),
                lambda: layer.Flatten(step_mode=mode),
                lambda w: layer.Linear(w.shape[1], w.shape[0], step_mode=mode),
            )
            starts = []
            for i, described in enumerate(network["layers"]):
                if described["kind"] == "neuron":
                    built[i] = neuron.IFNode(v_threshold=described["threshold"], v_reset=None, step_mode=mode)
                    starts.append((built[i], described["initial"]))
            self.variants[mode] = (torch.nn.Sequential(*built).eval(), starts)
        count = inputs.shape[1]
        self.plans = [(mode, batch) for mode in ("s", "m") for batch in sorted({min(32, count), min(100, count), count})]

    def once(self, mode, batch):
        net, starts = self.variants[mode]
        outputs = []
        seconds = 0.0
        for first in range(0, self.inputs.shape[1], batch):
            x = self.inputs[:, first : first + batch]
            self.functional.reset_net(net)
            for node, initial in starts:
                node.v = float(initial)
            begin = time.perf_counter()
            if mode == "s":
                total = 0
                for t in range(self.steps):
                    total = total + net(x[0] if self.is_held else x[t])
            else:
                total = net(x.expand(self.steps, *x.shape[1:])).sum(0)
            seconds += time.perf_counter() - begin
            outputs.append(total)
        return seconds, torch.cat(outputs)

    def run(self):
        timed = [(*self.once(mode, batch), mode, batch) for mode, batch in self.plans]
        seconds, scores, mode, batch = min(timed, key=lambda result: result[0])
        self.plans = [(mode, batch)]
        self.note = f"{'single' if mode == 's' else 'multi'}-step mode, batch {batch}"
        return seconds, scores


class SnnTorch:
    def __init__(self, folder, network, inputs):
        import snntorch

        self.version = getattr(snntorch, "__version__", "unknown")
        self.inputs, self.steps, self.is_held = inputs, network["steps"], network["input"]["kind"] == "constant"
        self.layers = linear_layers(
            folder,
            network["layers"],
            None,
            None,
            torch.nn.Flatten,
            lambda w: torch.nn.Linear(w.shape[1], w.shape[0]),
        )
        self.initial = {}
        for i, described in enumerate(network["layers"]):
            if described["kind"] == "neuron":
                self.layers[i] = snntorch.Leaky(
                    beta=described["leak"],
                    threshold=described["threshold"],
                    reset_mechanism=described["reset"],
                    reset_delay=False,
                )
                self.initial[i] = (described["initial"], described["size"])
        self.note = "Leaky, reset_delay=False"

    def run(self):
        count = self.inputs.shape[1]
        states = {i: torch.full((count, size), float(v)) for i, (v, size) in self.initial.items()}
        begin = time.perf_counter()
        total = 0
        for t in range(self.steps):
            x = self.inputs[0 if self.is_held else t]
            for i, layer in enumerate(self.layers):
                if i in states:
                    x, states[i] = layer(x, states[i])
                else:
                    x = layer(x)
            total = total + x
        return time.perf_counter() - begin, total


def load(command):
    torch.set_num_threads(command["threads"])
    folder = command["folder"]
    with open(os.path.join(folder, "network.json")) as file:
        network = json.load(file)
    entry = network["input"]
    if entry["kind"] == "constant":
        inputs = array(folder, entry, np.float32).unsqueeze(0)
    else:
        inputs = array(folder, entry, np.uint8).float()
    kind = SpikingJelly if command["peer"] == "spikingjelly" else SnnTorch
    return kind(folder, network, inputs)


peer = None
for line in sys.stdin:
    command = json.loads(line)
    try:
        with torch.no_grad():
            if command["op"] == "load":
                peer = load(command)
                answer = {"version": peer.version, "torch": torch.__version__}
            else:
                seconds, scores = peer.run()
                answer = {"seconds": seconds, "predictions": scores.argmax(1).tolist(), "note": peer.note}
    except Exception as error:  # reported to the benchmark, which says so in its table
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
