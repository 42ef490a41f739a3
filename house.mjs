// The plan of the house: every room, its duty, and the rooms it may use. Imports go down only.
// dependency-cruiser enforces this file, ARCHITECTURE.md prints it, and a test ties it to the folders.
// Every room may use `base`; `space` may be used by all but base, kernels, data and formats.

/** @type {Readonly<Record<string, { floor: string, duty: string, uses: readonly string[] }>>} */
export const rooms = {
  base: { floor: "ground", duty: "errors, seeded random streams, hashes, cancellation", uses: [] },
  space: { floor: "ground", duty: "fields and design spaces: the one source of every setting", uses: ["base"] },
  kernels: { floor: "ground", duty: "WebAssembly SIMD kernels, each with its scalar twin", uses: ["base"] },
  neuron: { floor: "networks", duty: "neuron models: equations and fields", uses: ["base", "space"] },
  model: { floor: "networks", duty: "network description, shapes, parameters; no execution", uses: ["base", "space"] },
  coding: { floor: "networks", duty: "spike encoders and decoders", uses: ["base", "space"] },
  data: { floor: "networks", duty: "data sets as typed arrays, idx files, splits", uses: ["base"] },
  formats: { floor: "networks", duty: "safetensors and network files: bytes to model and back", uses: ["base", "model"] },
  ann: { floor: "engines", duty: "forward, backward, training", uses: ["base", "space", "kernels", "model", "data"] },
  simulate: { floor: "engines", duty: "clock-driven spiking networks", uses: ["base", "space", "kernels", "neuron", "model", "coding"] },
  optimize: { floor: "engines", duty: "seeded multi-objective search; knows nothing of networks", uses: ["base", "space"] },
  convert: { floor: "methods", duty: "ANN to SNN: folding, bounds, thresholds, quantisation", uses: ["base", "space", "kernels", "neuron", "model", "data", "ann"] },
  fault: { floor: "methods", duty: "fault models and injection", uses: ["base", "space", "model"] },
  energy: { floor: "methods", duty: "operation counts to energy and time", uses: ["base", "space", "model", "ann", "simulate"] },
  pipeline: { floor: "exploration", duty: "one design in, its evaluation out", uses: ["base", "space", "kernels", "neuron", "model", "coding", "data", "formats", "ann", "simulate", "convert", "fault", "energy"] },
  study: { floor: "exploration", duty: "many designs: ask, run, tell, keep; storage contract; front", uses: ["base", "space", "model", "data", "optimize", "energy", "pipeline"] },
  dashboard: { floor: "doors", duty: "a study as figures and pages; pure functions from data to HTML", uses: ["base", "space", "study", "pipeline", "energy"] },
  node: { floor: "doors", duty: "files, threads, SQLite, downloads", uses: ["base", "space", "kernels", "model", "data", "formats", "ann", "simulate", "convert", "fault", "energy", "pipeline", "study"] },
  cli: { floor: "doors", duty: "words in, words out", uses: ["base", "space", "kernels", "model", "data", "formats", "ann", "convert", "fault", "energy", "pipeline", "study", "dashboard", "node"] },
};
