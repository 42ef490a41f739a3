"""What other simulators make of random input: the fixture test/fixtures/peer-neurons.json.

The argument is a JSON object of the peers' versions. Prints JSON: for every case the peer, our form and parameters, and the peer's potentials and spikes. Needs torch, snntorch,
spikingjelly, norse and sinabs on PYTHONPATH; modules that only their exporters need may be missing.
"""

import json
import sys
from unittest.mock import MagicMock

for name in ("nir", "nirtorch", "pbr", "pbr.version", "pylab"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = MagicMock()

import norse.torch as norse
import sinabs.layers as sinabs
import snntorch
import torch
from norse.torch.functional.iaf import IAFFeedForwardState, IAFParameters, iaf_feed_forward_step
from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
from norse.torch.functional.lif_box import LIFBoxFeedForwardState, LIFBoxParameters, lif_box_feed_forward_step
from sinabs.activation import MembraneReset, MembraneSubtract, MultiSpike, SingleSpike
from spikingjelly.activation_based import neuron

torch.manual_seed(0)
STEPS, NEURONS = 30, 4
INPUT = (torch.rand(STEPS, NEURONS) * 1.5 - 0.5).float()
cases = []


def rounded(value):
    """Nine digits are enough for a float32."""
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def add(peer, form, parameters, potentials, spikes):
    cases.append(
        {
            "peer": peer,
            "form": form,
            "parameters": {name: rounded(value) for name, value in parameters.items()},
            "potentials": torch.stack(potentials).double().tolist(),
            "spikes": torch.stack(spikes).int().tolist(),
        }
    )


def single(value):
    return torch.tensor(value, dtype=torch.float32).item()


def snntorch_cases():
    for reset in ("subtract", "zero", "none"):
        for delay in (True, False):
            form = {"semantics": "snntorch", "reset": reset, "resetDelay": delay}
            leaky = snntorch.Leaky(beta=0.9, threshold=0.8, reset_mechanism=reset, reset_delay=delay)
            synaptic = snntorch.Synaptic(alpha=0.7, beta=0.9, threshold=0.8, reset_mechanism=reset, reset_delay=delay)
            m = torch.zeros(NEURONS)
            s, sm = torch.zeros(NEURONS), torch.zeros(NEURONS)
            rows = [[], [], [], []]
            for x in INPUT:
                spk, m = leaky(x, m)
                rows[0].append(m.clone())
                rows[1].append(spk)
                spk, s, sm = synaptic(x, s, sm)
                rows[2].append(sm.clone())
                rows[3].append(spk)
            common = {"threshold": single(0.8), "membrane": single(0.9)}
            add("snntorch Leaky", {"model": "lif", **form}, common, rows[0], rows[1])
            add("snntorch Synaptic", {"model": "cubaLif", **form}, {**common, "synapse": single(0.7)}, rows[2], rows[3])


def spikingjelly_cases():
    def trace(node, form, parameters):
        potentials, spikes = [], []
        node.eval()
        for x in INPUT:
            spikes.append(node(x))
            potentials.append(node.v.clone())
        add(f"spikingjelly {type(node).__name__}", {"semantics": "spikingjelly", **form}, parameters, potentials, spikes)

    for v_reset in (None, 0.0, -0.25):
        reset = {"reset": "subtract"} if v_reset is None else {"reset": "value"}
        rest = 0.0 if v_reset is None else single(v_reset)
        own = {"threshold": single(0.8), "resetPotential": rest}
        if v_reset == -0.25:
            own["initialPotential"] = rest
        trace(neuron.IFNode(v_threshold=0.8, v_reset=v_reset), {"model": "if", **reset}, own)
        for decay, threshold in ((True, 0.3), (False, 0.8)):
            trace(
                neuron.LIFNode(tau=2.5, decay_input=decay, v_threshold=threshold, v_reset=v_reset),
                {"model": "lif", "decayInput": decay, **reset},
                {**own, "threshold": single(threshold), "membrane": single(2.5), "restPotential": rest},
            )
    for v_reset in (None, 0.0):
        trace(
            neuron.CUBALIFNode(c_decay=0.6, v_decay=0.8, v_threshold=0.8, v_reset=v_reset),
            {"model": "cubaLif", "reset": "subtract" if v_reset is None else "zero"},
            {"threshold": single(0.8), "membrane": single(0.8), "synapse": single(0.6)},
        )


def norse_cases():
    tau_mem_inv, tau_syn_inv = torch.as_tensor(100.0), torch.as_tensor(200.0)
    leak, reset = torch.as_tensor(0.05), torch.as_tensor(-0.125)
    p = LIFParameters(tau_syn_inv=tau_syn_inv, tau_mem_inv=tau_mem_inv, v_leak=leak, v_th=torch.as_tensor(0.3), v_reset=reset)
    state = LIFFeedForwardState(v=torch.zeros(NEURONS), i=torch.zeros(NEURONS))
    potentials, spikes = [], []
    for x in INPUT:
        z, state = lif_feed_forward_step(x, state, p, dt=0.001)
        potentials.append(state.v.clone())
        spikes.append(z)
    rate, synapse = (0.001 * tau_mem_inv).item(), (0.001 * tau_syn_inv).item()
    common = {"threshold": single(0.3), "membrane": rate, "restPotential": single(0.05), "resetPotential": single(-0.125)}
    form = {"semantics": "norse", "reset": "value"}
    add("norse LIF feed-forward step", {"model": "cubaLif", **form}, {**common, "synapse": synapse}, potentials, spikes)

    zero = torch.as_tensor(0.0)
    box = LIFBoxParameters(tau_mem_inv=tau_mem_inv, v_leak=zero, v_th=torch.as_tensor(0.1), v_reset=zero)
    state = LIFBoxFeedForwardState(v=torch.zeros(NEURONS))
    potentials, spikes = [], []
    for x in INPUT:
        z, state = lif_box_feed_forward_step(x, state, box, dt=0.001)
        potentials.append(state.v.clone())
        spikes.append(z)
    add(
        "norse LIFBox",
        {"model": "lif", "semantics": "norse", "reset": "zero"},
        {"threshold": single(0.1), "membrane": rate},
        potentials,
        spikes,
    )

    iaf = IAFParameters(v_th=torch.as_tensor(0.8), v_reset=reset)
    state = IAFFeedForwardState(v=torch.zeros(NEURONS))
    potentials, spikes = [], []
    for x in INPUT:
        z, state = iaf_feed_forward_step(x, state, iaf)
        potentials.append(state.v.clone())
        spikes.append(z)
    add(
        "norse IAF",
        {"model": "if", **form},
        {"threshold": single(0.8), "resetPotential": single(-0.125)},
        potentials,
        spikes,
    )


def sinabs_cases():
    def trace(layer, form, parameters):
        layer.record_states = True
        spikes = layer(INPUT.unsqueeze(0))[0].detach()
        potentials = layer.recordings["v_mem"][0].detach()
        name = f"sinabs {type(layer).__name__}"
        add(name, {"semantics": "sinabs", **form}, parameters, list(potentials), list(spikes))

    for norm in (True, False):
        for spike, most in ((MultiSpike, 9), (SingleSpike, 1)):
            layer = sinabs.LIF(tau_mem=10.0, spike_threshold=0.25, spike_fn=spike, reset_fn=MembraneSubtract(), norm_input=norm)
            alpha = torch.exp(-1 / layer.tau_mem).item()
            gain = (1 - torch.exp(-1 / layer.tau_mem)).item() if norm else 1.0
            trace(
                layer,
                {"model": "lif", "reset": "subtract", "maximumSpikes": most},
                {"threshold": single(0.25), "membrane": alpha, "currentGain": gain},
            )
    layer = sinabs.LIF(
        tau_mem=10.0, tau_syn=4.0, spike_threshold=0.5, spike_fn=SingleSpike, reset_fn=MembraneReset(), norm_input=False
    )
    trace(
        layer,
        {"model": "cubaLif", "reset": "zero"},
        {
            "threshold": single(0.5),
            "membrane": torch.exp(-1 / layer.tau_mem).item(),
            "synapse": torch.exp(-1 / layer.tau_syn).item(),
        },
    )
    trace(
        sinabs.IAF(spike_threshold=0.5, spike_fn=MultiSpike, reset_fn=MembraneSubtract(), min_v_mem=-0.25),
        {"model": "if", "reset": "subtract", "maximumSpikes": 9},
        {"threshold": single(0.5), "minimumPotential": -0.25},
    )


snntorch_cases()
spikingjelly_cases()
norse_cases()
sinabs_cases()


def compact(value):
    return json.dumps(value, separators=(",", ":"))


print(f'{{\n"versions": {compact(json.loads(sys.argv[1]))},\n"input": {compact(rounded(INPUT.double().tolist()))},')
lines = [compact({key: rounded(value) for key, value in case.items()}) for case in cases]
print('"cases": [\n' + ",\n".join(lines) + "\n]}")
