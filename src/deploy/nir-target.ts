// `nir`: the Neuromorphic Intermediate Representation, for simulators and chips that read it. Profiles write
// neurons as one tool's reader takes them; reading the file back gives the same network, bit for bit.

import { nirProfiles } from "../formats/read-nir.ts";
import { writeNir } from "../formats/write-nir.ts";
import { choice, float } from "../space/field.ts";
import { exportTarget } from "./export-target.ts";

export const nirTarget = exportTarget({
  name: "nir",
  about: "NIR (HDF5) of an SNN, for the simulators and chips that read it",
  extension: ".nir",
  settings: {
    profile: choice({
      about: "nir: for whose reader; nir follows the format's equations",
      options: nirProfiles,
      default: "nir",
    }),
    dtMs: float({
      about: "nir: length of a step; 0: the profile's own, of profile nir the network's",
      unit: "ms",
      low: 0,
      high: 1000,
      default: 0,
    }),
    softReset: choice({
      about:
        "nir: reset by subtraction where a profile has none: a reset to 0 that the losses tell of, or none",
      options: ["told", "refused"],
      default: "told",
    }),
  },
  async write(model, { stem, settings: { profile, dtMs, softReset } }) {
    const { bytes, losses } = await writeNir(model, {
      profile: profile as (typeof nirProfiles)[number],
      softReset: softReset as "told" | "refused",
      ...(dtMs > 0 && { dtMs }),
    });
    const figures = { bytes: bytes.length, layers: model.network.layers.length, profile };
    const lines = [`${figures.layers} layers as ${profile} reads them, ${bytes.length} bytes`];
    return { files: [{ name: `${stem}.nir`, bytes }], losses, figures, lines };
  },
});
