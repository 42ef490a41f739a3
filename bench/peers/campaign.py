"""Faults injected by hand into a spiking network in PyTorch, on the CPU: patch, run all images, count, restore.

Reads one JSON object a line and answers each with one. "load" names a folder with network.safetensors (our network
file in whole numbers: codes, biases and thresholds, and the layers as JSON in its metadata), images and labels as
bytes. "outcomes" gives, for every fault of a list, how many images are right, change their class, or change any score; "time" gives the seconds of a
campaign over the list.

Neurons are SpikingJelly's IFNode, reset by subtraction, or the same in three lines of PyTorch; "time" tries both at
several batch sizes and keeps the fastest. What is fed to the first layer is held, so its sums are computed once a
batch, not at every step. Outcomes are computed in float64, in which all of these sums are exact, and potentials
saturate at 32 bits; times are those of float32, which PyTorch users would take.
"""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from peer_version import version_of

LOWEST, HIGHEST = -(2**31), 2**31 - 1
DTYPES = {"F32": np.float32, "I32": np.int32, "I8": np.int8, "U8": np.uint8}


def read_safetensors(path):
    """Metadata, and tensors by name."""
    with open(path, "rb") as file:
        content = file.read()
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(content[end + first : end + last], DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return metadata, tensors


def flipped(value, bit, bits):
    """A whole number of two's complement with one bit another."""
    pattern = (int(value) ^ (1 << bit)) & ((1 << bits) - 1)
    return pattern - (1 << bits) if pattern >> (bits - 1) else pattern


class PlainNeurons:
    """v <- v + I; s = v >= theta; v <- v - theta s."""

    def __init__(self, theta, start):
        self.theta, self.start = theta, start

    def reset(self):
        self.v = None

    def __call__(self, x):
        self.v = x + self.start if self.v is None else self.v.add_(x)
        spikes = (self.v >= self.theta).to(x.dtype)
        self.v.sub_(spikes, alpha=self.theta)
        return spikes


class SpikingJellyNeurons:
    def __init__(self, theta, start):
        from spikingjelly.activation_based import neuron

        self.node, self.start = neuron.IFNode(v_threshold=theta, v_reset=None, step_mode="s").eval(), start

    def reset(self):
        self.node.reset()
        self.node.v = self.start

    def __call__(self, x):
        return self.node(x)


class StruckNeurons:
    """As PlainNeurons in integers of 32 bits, with a bit flipped at one step: of a potential, before the step's input
    is added, or of a spike on its way."""

    def __init__(self, theta, start, fault):
        self.theta, self.start, self.fault = theta, start, fault

    def reset(self):
        self.v, self.step = None, 0

    def __call__(self, x):
        x = x.contiguous()  # so that what is flattened below is the tensor itself
        if self.v is None:
            self.v = torch.full_like(x, self.start)
        _, target, element, bit, step = self.fault
        if target == "potential" and step == self.step:
            struck = self.v.flatten(1)[:, element]
            values = struck.to(torch.int64) & 0xFFFFFFFF ^ (1 << bit)
            struck.copy_(torch.where(values > HIGHEST, values - 2**32, values))
        charged = (self.v + x).clamp_(LOWEST, HIGHEST)
        spikes = (charged >= self.theta).to(x.dtype)
        self.v = charged - self.theta * spikes
        if target == "spike" and step == self.step:
            struck = spikes.flatten(1)[:, element]
            struck.copy_(1 - struck)
        self.step += 1
        return spikes


VARIANTS = {"SpikingJelly's IFNode": SpikingJellyNeurons, "plain PyTorch": PlainNeurons}


class Campaign:
    def __init__(self, command):
        torch.set_num_threads(command["threads"])
        folder = command["folder"]
        metadata, self.tensors = read_safetensors(os.path.join(folder, "network.safetensors"))
        network = json.loads(metadata["network"])
        inference = json.loads(metadata["inference"])
        self.layers, self.steps = network["layers"], inference["steps"]
        self.labels = torch.from_numpy(np.fromfile(os.path.join(folder, "labels"), np.uint8)).long()
        images = np.fromfile(os.path.join(folder, "images"), np.uint8)
        self.images = torch.from_numpy(images).view(len(self.labels), *network["inputShape"])
        self.take(torch.float64)

    def take(self, dtype):
        self.dtype = dtype
        self.parameters = {
            name: torch.from_numpy(values.astype(np.float64)).to(dtype) for name, values in self.tensors.items()
        }

    def linear(self, layer, x):
        kind = layer["kind"]
        if kind == "flatten":
            return x.flatten(1)
        if kind == "sumPool":
            return F.avg_pool2d(x, layer["kernel"], layer["stride"], divisor_override=1)
        weight, bias = self.parameters[f"{layer['id']}.weight"], self.parameters[f"{layer['id']}.bias"]
        if kind == "dense":
            return F.linear(x, weight, bias)
        if kind == "conv2d":
            return F.conv2d(x, weight, bias, layer["stride"], layer["padding"], groups=layer["groups"])
        raise ValueError(f"no layers of kind {kind} here")

    def neurons(self, make, fault):
        found = {}
        for layer in self.layers:
            if layer["kind"] != "neuron":
                continue
            theta = float(self.tensors[f"{layer['id']}.threshold"][0])
            start = float(self.tensors[f"{layer['id']}.initialPotential"][0])
            is_struck = fault is not None and fault[0] == layer["id"]
            found[layer["id"]] = StruckNeurons(theta, start, fault) if is_struck else make(theta, start)
        return found

    def scores(self, batch, make, fault=None):
        """Sums of what the last layer hands on in all steps. Shape [images, classes]."""
        neurons = self.neurons(make, fault)
        first = next(i for i, layer in enumerate(self.layers) if layer["kind"] == "neuron")
        parts = []
        for images in self.images.split(batch):
            for one in neurons.values():
                one.reset()
            held = images.to(self.dtype)
            for layer in self.layers[:first]:
                held = self.linear(layer, held)
            total = 0
            for _ in range(self.steps):
                x = held
                for layer in self.layers[first:]:
                    x = neurons[layer["id"]](x) if layer["kind"] == "neuron" else self.linear(layer, x)
                total = total + x
            parts.append(total)
        return torch.cat(parts)

    def scores_under(self, fault, batch, make):
        layer, target, element, bit, _ = fault
        if target != "weight":
            return self.scores(batch, make, fault)
        weights = self.parameters[f"{layer}.weight"].view(-1)
        code = int(self.tensors[f"{layer}.weight"].reshape(-1)[element])
        weights[element] = flipped(code, bit, 8)
        scores = self.scores(batch, make)
        weights[element] = code
        return scores

    def outcomes(self, faults, batch):
        self.take(torch.float64)
        scores = self.scores(batch, SpikingJellyNeurons)
        golden = scores.argmax(1)
        correct, changed, touched = [], [], []
        for fault in faults:
            # Transient faults can leave the range in which SpikingJelly's neurons and saturating ones agree.
            make = SpikingJellyNeurons if fault[1] == "weight" else PlainNeurons
            now = self.scores_under(fault, batch, make)
            classes = now.argmax(1)
            correct.append(int((classes == self.labels).sum()))
            changed.append(int((classes != golden).sum()))
            touched.append(int((now != scores).any(1).sum()))
        right = int((golden == self.labels).sum())
        return {"golden": right, "correct": correct, "changed": changed, "touched": touched}

    def time(self, faults):
        self.take(torch.float32)
        count = len(self.labels)
        plans = []
        for batch in sorted({min(size, count) for size in (50, 100, 250, 1000, count)}):
            for name, make in VARIANTS.items():
                begin = time.perf_counter()
                self.scores(batch, make)
                plans.append((time.perf_counter() - begin, batch, name))
        _, batch, name = min(plans)
        begin = time.perf_counter()
        for fault in faults:
            self.scores_under(fault, batch, VARIANTS[name]).argmax(1)
        return {"seconds": time.perf_counter() - begin, "note": f"{name}, batch {batch}, float32"}


campaign = None
for line in sys.stdin:
    command = json.loads(line)
    try:
        with torch.no_grad():
            if command["op"] == "load":
                import spikingjelly

                campaign = Campaign(command)
                answer = {"spikingjelly": version_of(spikingjelly), "torch": torch.__version__}
            elif command["op"] == "outcomes":
                answer = campaign.outcomes(command["faults"], command["batch"])
            else:
                answer = campaign.time(command["faults"])
    except Exception as error:  # reported to the benchmark, which says so in its table
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
