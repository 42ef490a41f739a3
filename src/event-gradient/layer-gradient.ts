// Backwards through one layer of neurons: from errors of its spikes to the gradient of its weights and the errors of
// the events it heard, in time linear in both.
//
// Spike k is where u(t_k) = ϑ, so by the implicit function theorem ∂t_k = −∂u(t_k) / u'(t_k). With λ_k = E_k / u'_k,
// E_k the whole derivative of the loss by t_k, and two numbers a neuron that run backwards in time,
//
//   P(t) = Σ_{t_k > t} λ_k e^{−(t_k − t)/τ}          Q(t) = Σ_{t_k > t} λ_k κ(t_k − t)
//
//   E_k = e_k + (ϑ/τ) P(t_k)       a reset lowers all later potentials by ϑ e^{−(t − t_k)/τ}
//   ∂L/∂w_j = −Q(t_j)              ∂L/∂t_j = w_j (P(t_j) − Q(t_j)/τₛ)          as κ' = e^{−δ/τ} − κ/τₛ
//
// They decay as u and g do: P(t − δ) = P e^{−δ/τ}, Q(t − δ) = Q e^{−δ/τₛ} + P κ(δ). These are the sums of Bacho & Chu
// (2023), free of growing exponentials, and the same for both ratios of time constants.

import { closedFormOf } from "./closed-form-of.ts";
import type { LayerDrive, LayerSpikes } from "./fire-layer.ts";

export interface LayerGradient {
  /** Added to, in place. Shape of the weights. */
  readonly weights: Float64Array;
  /** ∂L/∂t of every event the layer heard, 1/s; set. Shape [events]. */
  readonly inputErrors: Float64Array;
}

/**
 * @param input - the events that were heard, sorted by time
 * @param fired - what `fireLayer` made of them
 * @param errors - ∂L/∂t of every spike by itself, 1/s. Shape [spikes].
 * @param gradient - in place
 */
export function layerGradient(
  { neuron, neurons, wiring, weights }: LayerDrive,
  input: Pick<LayerSpikes, "neuron" | "timeS">,
  fired: LayerSpikes,
  errors: ArrayLike<number>,
  gradient: LayerGradient,
): void {
  const { tauMembraneS, tauSynapseS, threshold } = neuron;
  const { response } = closedFormOf(neuron);
  const { last, previous } = spikesByNeuron(fired.neuron, neurons);
  const slopes = fired.slope ?? new Float64Array(0);
  const p = new Float64Array(neurons);
  const q = new Float64Array(neurons);
  const nowS = new Float64Array(neurons);

  const goBackTo = (i: number, timeS: number): void => {
    const delayS = nowS[i] - timeS;
    q[i] = q[i] * Math.exp(-delayS / tauSynapseS) + p[i] * response(delayS);
    p[i] *= Math.exp(-delayS / tauMembraneS);
    nowS[i] = timeS;
  };
  for (let e = input.timeS.length - 1; e >= 0; e--) {
    const timeS = input.timeS[e];
    let error = 0;
    wiring(input.neuron[e], (i, weight) => {
      for (; last[i] >= 0 && fired.timeS[last[i]] > timeS; last[i] = previous[last[i]]) {
        const k = last[i];
        if (p[i] === 0 && q[i] === 0) nowS[i] = fired.timeS[k];
        else goBackTo(i, fired.timeS[k]);
        p[i] += (errors[k] + (threshold / tauMembraneS) * p[i]) / slopes[k];
      }
      if (p[i] === 0 && q[i] === 0) return;
      goBackTo(i, timeS);
      gradient.weights[weight] -= q[i];
      error += weights[weight] * (p[i] - q[i] / tauSynapseS);
    });
    gradient.inputErrors[e] = error;
  }
}

/** Every neuron's last spike and, from every spike, the one before of its neuron; −1 for none. */
function spikesByNeuron(neuron: Uint32Array, neurons: number): { last: Int32Array; previous: Int32Array } {
  const last = new Int32Array(neurons).fill(-1);
  const previous = new Int32Array(neuron.length);
  for (const [k, i] of neuron.entries()) {
    previous[k] = last[i];
    last[i] = k;
  }
  return { last, previous };
}
