// Single bits of the weights: which one, and those that are flipped.

import { Random } from "../../../base/random.ts";
import { replace } from "../../page/replace.ts";
import { bitTitle, type ChosenBit, chosenBitsList, nameOf, toggledBit } from "../chosen-bits.ts";
import type { PlayNetwork } from "../play-messages.ts";

const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export class BitForm {
  #network: PlayNetwork | null = null;
  #bits: readonly ChosenBit[] = [];
  #draws = 0;

  /** @param onChange - told of all that are flipped */
  constructor(onChange: (bits: readonly ChosenBit[]) => void) {
    const toggle = (bit: ChosenBit): void => onChange(toggledBit(this.#bits, bit));
    byId("flip").addEventListener("click", () => toggle(this.#given()));
    byId("flip-other").addEventListener("click", () => {
      const { layer, bit } = this.#given();
      const weights = this.#weightsOf(layer);
      const key = { seed: 0, trial: -1, purpose: "playground-bit", index: this.#draws++ };
      const weight = new Random(key).integer(Math.max(1, weights));
      byId<HTMLInputElement>("flip-weight").value = String(weight);
      toggle({ layer, weight, bit });
    });
    byId("flip-layer").addEventListener("change", () => this.#showBounds());
    byId("flipped").addEventListener("click", ({ target }) => {
      const name = (target as Element).closest<HTMLElement>("[data-bit]")?.dataset["bit"];
      const bit = this.#bits.find((one) => nameOf(one) === name);
      if (bit !== undefined) toggle(bit);
    });
  }

  /** Another network: its layers and bits. */
  open(network: PlayNetwork): void {
    this.#network = network;
    byId<HTMLSelectElement>("flip-layer").replaceChildren(
      ...network.stored.map(({ layer }) => new Option(layer, layer)),
    );
    const bits = Array.from({ length: network.weightBits }, (_, i) => network.weightBits - 1 - i);
    byId<HTMLSelectElement>("flip-bit").replaceChildren(
      ...bits.map((bit) => new Option(bitTitle(bit, network.weightBits), String(bit))),
    );
    this.#showBounds();
  }

  show(bits: readonly ChosenBit[]): void {
    this.#bits = bits;
    replace(byId("flipped"), chosenBitsList(bits));
  }

  #given(): ChosenBit {
    return {
      layer: byId<HTMLSelectElement>("flip-layer").value,
      weight: Number(byId<HTMLInputElement>("flip-weight").value),
      bit: Number(byId<HTMLSelectElement>("flip-bit").value),
    };
  }

  #weightsOf(layer: string): number {
    return this.#network?.stored.find((one) => one.layer === layer)?.weights ?? 0;
  }

  #showBounds(): void {
    const input = byId<HTMLInputElement>("flip-weight");
    const last = Math.max(0, this.#weightsOf(byId<HTMLSelectElement>("flip-layer").value) - 1);
    input.max = String(last);
    input.value = String(Math.min(Number(input.value), last));
  }
}
