export { type Dynamics, dynamicsOf } from "./dynamics.ts";
export {
  type NeuronForm,
  type NeuronModelName,
  neuronModels,
  type ResetName,
  resetNames,
  type Semantics,
  semanticsNames,
} from "./neuron-form.ts";
export {
  type NeuronParameter,
  type NeuronParameterName,
  neuronParameterNames,
  parametersOf,
} from "./neuron-parameters.ts";
export { neurons } from "./neurons.ts";
export {
  type IntegerParameters,
  type IntegerRules,
  type IntegerState,
  integerRulesOf,
  stepInteger,
} from "./step-integer.ts";
export { type NeuronState, type StepOutcome, type StepParameters, stepNeuron } from "./step-neuron.ts";
export { type SignedState, stepSigned } from "./step-signed.ts";
export { stepTtfs, type TtfsState, type TtfsWindow } from "./step-ttfs.ts";
export { correctedPotential, isMuted, type OffsetEvidence } from "./warm-up.ts";
