"""Runs NIR files in other simulators: one JSON command a line, one JSON answer each.

{"do": "versions"}                          what is there, by package
{"do": "read", "file"}                      what the reference package makes of a file: node types, edges, warnings
{"do": "run", "tool", "file", "dt", "input"}  the output of every step; input: spikes by step, input shape behind it

Needs nir, nirtorch, h5py, torch and the tools on PYTHONPATH.
"""

import contextlib
import io
import json
import sys
from importlib import import_module
from unittest.mock import MagicMock

for name in ("pbr", "pbr.version", "pylab"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = MagicMock()

import nir
import torch
from peer_version import version_of

TOOLS = ("nir", "nirtorch", "h5py", "torch", "snntorch", "spikingjelly", "norse", "sinabs")


def versions(_):
    found = {}
    for name in TOOLS:
        module = import_module(name)
        # A package that asks a missing module for its version has none.
        if not isinstance(getattr(module, "__version__", ""), str):
            del module.__version__
        found[name] = version_of(module)
    return found


def read(command):
    graph = nir.read(command["file"], type_check=command.get("typeCheck", True))
    return {"nodes": {name: type(node).__name__ for name, node in graph.nodes.items()}, "edges": graph.edges}


def run(command):
    steps = torch.tensor(command["input"], dtype=torch.float32)
    graph = nir.read(command["file"], type_check=False)
    with torch.no_grad():
        rows = RUN[command["tool"]](graph, steps, command["dt"])
    return {"output": torch.stack([row.reshape(-1) for row in rows]).double().tolist()}


def run_norse(graph, steps, dt):
    from norse.torch.utils.import_nir import from_nir

    # Its neurons start with a state that wants gradients.
    network, state, rows = from_nir(graph, dt=dt), None, []
    for x in steps:
        out, state = network(x, state)
        rows.append(out)
    return rows


def run_spikingjelly(graph, steps, dt):
    from spikingjelly.activation_based.nir_exchange.from_nir import import_from_nir

    network, state, rows = import_from_nir(graph, dt=dt).eval(), None, []
    for x in steps:
        out, state = network(x.unsqueeze(0), state)
        rows.append(out)
    return rows


def run_snntorch(graph, steps, _):
    from snntorch.import_nir import import_from_nir

    network, state, rows = import_from_nir(graph), None, []
    for x in steps:
        out, state = network(x, state)
        rows.append(out[0] if isinstance(out, tuple) else out)
    return rows


def run_sinabs(graph, steps, _):
    import sinabs.nir

    network = sinabs.nir.from_nir(graph, batch_size=1)
    out = network(steps)
    return list(out[0] if isinstance(out, tuple) else out)


RUN = {"norse": run_norse, "spikingjelly": run_spikingjelly, "snntorch": run_snntorch, "sinabs": run_sinabs}
DO = {"versions": versions, "read": read, "run": run}

for line in sys.stdin:
    command = json.loads(line)
    # Readers print warnings to standard output.
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            answer = DO[command["do"]](command)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:400]}
    print(json.dumps(answer), flush=True)
