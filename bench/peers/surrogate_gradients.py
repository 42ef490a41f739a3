"""What snnTorch and SpikingJelly make of gradients through time: the fixture test/fixtures/peer-gradients.json.

The argument is a JSON object of the peers' versions. Prints JSON: pixels, labels and weights of a network of two
dense layers with neurons under constant input, and for every case the peer's loss and gradients. Needs torch,
snntorch and spikingjelly on PYTHONPATH; modules that only their exporters need may be missing.
"""

import json
import sys
from unittest.mock import MagicMock

for name in ("nir", "nirtorch", "pbr", "pbr.version", "pylab"):
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = MagicMock()

import snntorch
import snntorch.functional as losses
import snntorch.surrogate as slopes
import torch
from spikingjelly.activation_based import neuron
from spikingjelly.activation_based import surrogate as sj

STEPS, BATCH, INPUTS, HIDDEN, OUTPUTS = 12, 4, 6, 9, 3
torch.manual_seed(3)
PIXELS = torch.randint(0, 256, (BATCH, INPUTS))
LABELS = torch.tensor([0, 1, 2, 1])
X = PIXELS.float() * torch.tensor(1 / 255).float()
WEIGHTS = {
    "dense1.weight": (torch.rand(HIDDEN, INPUTS) - 0.3) * 0.8,
    "dense1.bias": torch.rand(HIDDEN) * 0.1,
    "dense2.weight": (torch.rand(OUTPUTS, HIDDEN) - 0.3) * 0.7,
    "dense2.bias": torch.rand(OUTPUTS) * 0.1,
}
cases = []


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.double().flatten().tolist()]


def run(case, step, loss_of, learnt=()):
    """`step` maps currents of a layer (0 or 1) to spikes and potentials."""
    weights = {name: value.clone().requires_grad_() for name, value in WEIGHTS.items()}
    spikes, potentials = [], []
    for _ in range(STEPS):
        first, _ = step(0, X @ weights["dense1.weight"].T + weights["dense1.bias"])
        second, potential = step(1, first @ weights["dense2.weight"].T + weights["dense2.bias"])
        spikes.append(second)
        potentials.append(potential)
    spikes, potentials = torch.stack(spikes), torch.stack(potentials)
    assert spikes.sum() > 5, case
    loss = loss_of(spikes, potentials)
    loss.backward()
    gradient = {name: numbers(value.grad) for name, value in weights.items()}
    for name, parameter in learnt:
        gradient[name] = numbers(parameter.grad)
    cases.append({**case, "lossValue": float(loss.detach().double()), "spikes": int(spikes.sum()), "gradient": gradient})


SNNTORCH_LOSSES = {
    "countCrossEntropy": lambda s, v: losses.ce_count_loss()(s, LABELS),
    "rateCrossEntropy": lambda s, v: losses.ce_rate_loss()(s, LABELS),
    "countMeanSquared": lambda s, v: losses.mse_count_loss(correct_rate=1, incorrect_rate=0)(s, LABELS),
    "firstSpike": lambda s, v: losses.ce_temporal_loss(inverse="negate")(s, LABELS),
}
SNNTORCH_SLOPES = {
    "atan": (2, slopes.atan(alpha=2)),
    "fastSigmoid": (25, slopes.fast_sigmoid(slope=25)),
    "sigmoid": (25, slopes.sigmoid(slope=25)),
    "straightThrough": (1, slopes.straight_through_estimator()),
}


def snntorch_cases():
    for reset in ("subtract", "zero"):
        for name, (slope, spike_grad) in SNNTORCH_SLOPES.items():
            for loss, loss_of in SNNTORCH_LOSSES.items():
                if name != "atan" and loss != "countCrossEntropy":
                    continue
                made = [
                    snntorch.Leaky(
                        beta=0.9, threshold=0.8, reset_mechanism=reset, spike_grad=spike_grad, learn_beta=True,
                        learn_threshold=True,
                    )
                    for _ in range(2)
                ]
                mem = [torch.zeros(BATCH, HIDDEN), torch.zeros(BATCH, OUTPUTS)]

                def step(layer, current):
                    spikes, mem[layer] = made[layer](current, mem[layer])
                    return spikes, mem[layer]

                learnt = [
                    (f"neuron{k + 1}.{ours}", getattr(made[k], theirs))
                    for k in range(2)
                    for ours, theirs in (("leak", "beta"), ("threshold", "threshold"))
                ]
                form = {"model": "lif", "semantics": "snntorch", "reset": reset}
                case = {"peer": "snntorch", "form": form, "parameters": {"threshold": 0.8, "leak": 0.9}}
                case |= {"surrogate": name, "slope": slope, "loss": loss, "isDetached": True}
                run(case, step, loss_of, learnt)


def synaptic_case():
    made = [
        snntorch.Synaptic(alpha=0.6, beta=0.9, threshold=0.8, reset_mechanism="subtract", learn_alpha=True,
                          spike_grad=slopes.atan(alpha=2))
        for _ in range(2)
    ]
    state = [(torch.zeros(BATCH, size), torch.zeros(BATCH, size)) for size in (HIDDEN, OUTPUTS)]

    def step(layer, current):
        spikes, *state[layer] = made[layer](current, *state[layer])
        return spikes, state[layer][1]

    form = {"model": "cubaLif", "semantics": "snntorch", "reset": "subtract"}
    parameters = {"threshold": 0.8, "leak": 0.9, "synapseLeak": 0.6}
    case = {"peer": "snntorch", "form": form, "parameters": parameters, "surrogate": "atan", "slope": 2}
    learnt = [(f"neuron{k + 1}.synapseLeak", made[k].alpha) for k in range(2)]
    run(case | {"loss": "countCrossEntropy", "isDetached": True}, step, SNNTORCH_LOSSES["countCrossEntropy"], learnt)


def membrane_case():
    made = [snntorch.Leaky(beta=0.9, threshold=0.8, spike_grad=slopes.atan(alpha=2))]
    made.append(snntorch.Leaky(beta=0.9, reset_mechanism="none"))
    mem = [torch.zeros(BATCH, HIDDEN), torch.zeros(BATCH, OUTPUTS)]

    def step(layer, current):
        spikes, mem[layer] = made[layer](current, mem[layer])
        return spikes, mem[layer]

    def loss_of(_, potentials):
        return sum(torch.nn.functional.cross_entropy(v, LABELS) for v in potentials) / STEPS

    form = {"model": "lif", "semantics": "snntorch", "reset": "subtract"}
    case = {"peer": "snntorch", "form": form, "parameters": {"threshold": 0.8, "leak": 0.9}, "surrogate": "atan"}
    run(case | {"slope": 2, "loss": "potentialCrossEntropy", "isDetached": True}, step, loss_of)


def spikingjelly_cases():
    functions = {
        "atan": (2, sj.ATan(alpha=2.0)),
        "sigmoid": (4, sj.Sigmoid(alpha=4.0)),
        "triangle": (1, sj.PiecewiseQuadratic(alpha=1.0)),
        "superSpike": (1, sj.SuperSpike(alpha=1.0)),
    }
    for name, (slope, function) in functions.items():
        for reset, decay, detached in (("zero", True, False), ("subtract", False, False), ("zero", False, True)):
            threshold = 0.15 if decay else 0.5
            made = [
                neuron.LIFNode(tau=2.5, decay_input=decay, v_threshold=threshold, v_reset=0.0 if reset == "zero" else None,
                               surrogate_function=function, detach_reset=detached)
                for _ in range(2)
            ]

            def step(layer, current):
                return made[layer](current), made[layer].v

            form = {"model": "lif", "semantics": "spikingjelly", "reset": reset, "decayInput": decay}
            case = {"peer": "spikingjelly", "form": form, "parameters": {"threshold": threshold, "timeConstant": 2.5}}
            case |= {"surrogate": name, "slope": slope, "loss": "countCrossEntropy", "isDetached": detached}
            run(case, step, lambda s, v: torch.nn.functional.cross_entropy(s.sum(0), LABELS))


snntorch_cases()
synaptic_case()
membrane_case()
spikingjelly_cases()
weights = {name: {"shape": list(value.shape), "data": numbers(value)} for name, value in WEIGHTS.items()}
head = {"versions": json.loads(sys.argv[1]), "steps": STEPS, "pixels": PIXELS.tolist(), "labels": LABELS.tolist()}
print("{")
for key, value in {**head, "weights": weights}.items():
    print(f'"{key}": {json.dumps(value, separators=(",", ":"))},')
print('"cases": [')
print(",\n".join(json.dumps(case, separators=(",", ":")) for case in cases))
print("]}")
