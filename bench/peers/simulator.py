"""A spiking network as SpikingJelly or snnTorch runs it, on the CPU, without gradients.

Reads one JSON object a line and answers each with one. "load" names a folder with network.json, weights and inputs
(see bench/simulator-peer.ts) and builds the network; "check" gives predictions and the spikes of every layer of
neurons; "run" simulates all images, again and again for the time given, and gives the mean of the seconds. Making
input tensors, building and resetting the network are not part of the time.

SpikingJelly is run in single-step and in multi-step mode at several batch sizes, and the fastest is kept: all of them
are tried by "check". Held inputs are given at every step, as the library's own converted networks are; what the first
layer, computed once by hand, would save is told beside it.

snnTorch's Leaky resets with the next step's charge unless told otherwise. For a reset to zero that gives the same
spikes as a reset at once, so its default is used, which is faster; a reset by subtraction is asked for at once,
unless the network has snnTorch's semantics.
"""

import json
import os
import sys
import time

import numpy as np
import torch
from peer_version import version_of


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

        self.version = version_of(spikingjelly)
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
        batches = sorted({min(batch, count) for batch in (1, 8, 32, 100, count)})
        self.plans = [(mode, batch) for mode in ("s", "m") for batch in batches]
        self.note = ""

    def once(self, mode, batch, hoisted=False):
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
                layers = net[1:] if hoisted else net
                held = net[0](x[0]) if hoisted else x[0]
                total = 0
                for t in range(self.steps):
                    total = total + layers(held if self.is_held else x[t])
            else:
                total = net(x.expand(self.steps, *x.shape[1:])).sum(0)
            seconds += time.perf_counter() - begin
            outputs.append(total)
        return seconds, torch.cat(outputs)

    def check(self):
        timed = [(*self.once(mode, batch), mode, batch) for mode, batch in self.plans]
        seconds, scores, mode, batch = min(timed, key=lambda result: result[0])
        self.plans = [(mode, batch)]
        self.note = f"{'single' if mode == 's' else 'multi'}-step mode, batch {batch}"
        if self.is_held and mode == "s":
            saved = 1 - min(self.once(mode, batch, True)[0] for _ in range(2)) / self.once(mode, batch)[0]
            self.note += f"; the first layer once by hand would save {100 * saved:.0f} %"
        nodes = [node for node, _ in self.variants[mode][1]]
        counts = [0.0] * len(nodes)

        def counter(place):
            def count(_module, _inputs, spikes):
                counts[place] += spikes.double().sum().item()

            return count

        hooks = [node.register_forward_hook(counter(place)) for place, node in enumerate(nodes)]
        self.once(mode, batch)
        for hook in hooks:
            hook.remove()
        return scores, counts

    def run(self):
        return self.once(*self.plans[0])[0]


def is_delayed(neurons):
    return neurons["reset"] == "zero" or neurons.get("semantics") == "snntorch"


class SnnTorch:
    def __init__(self, folder, network, inputs):
        import snntorch

        self.version = version_of(snntorch)
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
                    reset_delay=is_delayed(described),
                )
                self.initial[i] = (described["initial"], described["size"])
        delays = [is_delayed(described) for described in network["layers"] if described["kind"] == "neuron"]
        self.note = "Leaky, default reset_delay" if all(delays) else "Leaky, reset_delay=False"

    def once(self, counts=None):
        count = self.inputs.shape[1]
        states = {i: torch.full((count, size), float(v)) for i, (v, size) in self.initial.items()}
        begin = time.perf_counter()
        total = 0
        for t in range(self.steps):
            x = self.inputs[0 if self.is_held else t]
            for i, layer in enumerate(self.layers):
                if i in states:
                    x, states[i] = layer(x, states[i])
                    if counts is not None:
                        counts[i] = counts.get(i, 0.0) + x.double().sum().item()
                else:
                    x = layer(x)
            total = total + x
        return time.perf_counter() - begin, total

    def check(self):
        counts = {}
        scores = self.once(counts)[1]
        return scores, [counts[i] for i in sorted(counts)]

    def run(self):
        return self.once()[0]


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
            elif command["op"] == "check":
                scores, spikes = peer.check()
                answer = {"predictions": scores.numpy().argmax(1).tolist(), "spikes": spikes, "note": peer.note}
            else:
                times = []
                while sum(times) < command["leastSeconds"]:
                    times.append(peer.run())
                answer = {"seconds": sum(times) / len(times)}
    except Exception as error:  # reported to the benchmark, which says so in its table
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
