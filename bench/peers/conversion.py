"""An ANN as SpikingJelly's converter makes it spike, on the CPU.

Reads one JSON object a line and answers each with one. "load" names a folder with network.json, weights and uint8
images (see bench/spikingjelly-peer.ts) and builds the ANN; "convert" runs the library's RateCodingRecipe over the
calibration batches and answers with the scale of every relu; "run" writes the accumulated output of every test image
after every step; "trace" writes, for the images named, what every layer of neurons has sent so far and its potential
after every step.

Only the recipe and the modules it makes are the library's: batches, steps and sums are those of its own example.
"""

import copy
import importlib.machinery
import importlib.util
import json
import os
import sys
import types

import numpy as np
import torch

if importlib.util.find_spec("tqdm") is None:
    # Progress bars are all the converter wants it for.
    bars = types.ModuleType("tqdm")
    bars.__spec__ = importlib.machinery.ModuleSpec("tqdm", None)
    bars.tqdm = lambda batches: batches
    sys.modules["tqdm"] = bars

import spikingjelly
from peer_version import version_of
from spikingjelly.activation_based import functional, neuron
from spikingjelly.activation_based.ann2snn import Converter, RateCodingRecipe


def array(folder, entry, dtype):
    return torch.from_numpy(np.fromfile(os.path.join(folder, entry["file"]), dtype).reshape(entry["shape"]).copy())


def given(module, folder, tensors):
    for name, entry in tensors.items():
        getattr(module, name).data.copy_(array(folder, entry, np.float32))
    return module


def built(folder, layer):
    kind, tensors = layer["kind"], layer.get("tensors", {})
    if kind == "conv2d":
        out, into, *kernel = tensors["weight"]["shape"]
        module = torch.nn.Conv2d(into, out, kernel, layer["stride"], layer["padding"], bias="bias" in tensors)
        return given(module, folder, tensors)
    if kind == "dense":
        out, into = tensors["weight"]["shape"]
        return given(torch.nn.Linear(into, out, bias="bias" in tensors), folder, tensors)
    if kind == "batchNorm":
        named = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
        module = torch.nn.BatchNorm2d(tensors["gamma"]["shape"][0], eps=layer["epsilon"])
        return given(module, folder, {named[name]: entry for name, entry in tensors.items()})
    if kind == "relu":
        return torch.nn.ReLU()
    if kind == "averagePool":
        return torch.nn.AvgPool2d(layer["kernel"], layer["stride"])
    if kind == "flatten":
        return torch.nn.Flatten()
    raise ValueError(f"layer {layer['id']} has no module here: {kind}")


def images(folder, entry):
    """As torchvision's ToTensor makes them."""
    return array(folder, entry, np.uint8).float() / 255


class Case:
    def __init__(self, folder, threads):
        torch.set_num_threads(threads)
        self.folder = folder
        with open(os.path.join(folder, "network.json")) as file:
            network = json.load(file)
        self.ann = torch.nn.Sequential(*[built(folder, layer) for layer in network["layers"]]).eval()
        self.calibration = images(folder, network["calibration"])
        self.test = images(folder, network["test"])
        self.snn, self.nodes = None, []

    def convert(self, command):
        recipe = RateCodingRecipe(
            dataloader=list(self.calibration.split(command["batch"])),
            mode=command["mode"],
            channel_wise=command["channelWise"],
            half_threshold=command["halfThreshold"],
        )
        # The traced network shares its modules with the original.
        self.snn = Converter(recipe=recipe).convert(copy.deepcopy(self.ann)).eval()
        targets = [node.target for node in self.snn.graph.nodes if node.op == "call_module"]
        modules = dict(self.snn.named_modules())
        self.nodes = [modules[target] for target in targets if isinstance(modules[target], neuron.BaseNode)]
        scales = [modules[target].scale for target in targets if target.endswith(".scaler1")]
        return {"scales": [scale.double().reshape(-1).tolist() for scale in scales]}

    def run(self, command):
        batches = []
        for batch in self.test.split(command["batch"]):
            functional.reset_net(self.snn)
            sums, total = [], None
            for _ in range(command["steps"]):
                out = self.snn(batch)
                total = out if total is None else out + total
                sums.append(total)
            batches.append(torch.stack(sums))
        scores = torch.cat(batches, 1)
        scores.numpy().tofile(os.path.join(self.folder, command["file"]))
        return {"decisions": scores.argmax(2).T.tolist()}

    def trace(self, command):
        """Shapes [steps, images, neurons] of every layer, one file each for spikes so far and potentials."""
        functional.reset_net(self.snn)
        batch = self.test[command["images"]]
        counts = [[] for _ in self.nodes]
        potentials = [[] for _ in self.nodes]
        hooks = [
            node.register_forward_hook(lambda module, _inputs, spikes, place=place: counts[place].append(spikes.flatten(1)))
            for place, node in enumerate(self.nodes)
        ]
        for _ in range(command["steps"]):
            self.snn(batch)
            for place, node in enumerate(self.nodes):
                potentials[place].append(node.v.flatten(1).clone())
        for hook in hooks:
            hook.remove()
        files = []
        for place in range(len(self.nodes)):
            spikes = torch.stack(counts[place]).cumsum(0).int()
            names = {"counts": f"counts{place}", "potentials": f"potentials{place}"}
            spikes.numpy().tofile(os.path.join(self.folder, names["counts"]))
            torch.stack(potentials[place]).numpy().tofile(os.path.join(self.folder, names["potentials"]))
            files.append({**names, "neurons": spikes.shape[2]})
        return {"layers": files}


case = None
for line in sys.stdin:
    command = json.loads(line)
    try:
        with torch.no_grad():
            if command["op"] == "load":
                case = Case(command["folder"], command["threads"])
                answer = {"version": version_of(spikingjelly), "torch": torch.__version__}
            else:
                answer = {"convert": case.convert, "run": case.run, "trace": case.trace}[command["op"]](command)
    except Exception as error:  # reported to the benchmark, which says so
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
