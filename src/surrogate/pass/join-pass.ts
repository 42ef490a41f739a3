// Where several flows become one: element-wise sums and concatenations, of spikes or of values.
//
// Spikes stay spikes where all inputs are spikes of one worth: lists follow each other as the simulator has them, and
// a spike that comes twice stands twice. Everything else becomes values. A derivative goes to every input.

import { addInto } from "../../kernels/elementwise.ts";
import {
  type Flow,
  gradientOf,
  MadeLists,
  partOf,
  rowsIn,
  type SpikeLists,
  type StepRange,
} from "../flow.ts";
import type { Pass, PassContext } from "./pass.ts";

export interface JoinFlows {
  readonly inputs: readonly Flow[];
  readonly output: Flow;
  /** Of the output, where that is spikes. */
  readonly lists: JoinedLists | null;
}

export class JoinPass implements Pass {
  readonly output: Flow;
  readonly #context: PassContext;
  readonly #isConcat: boolean;
  readonly #flows: JoinFlows;

  constructor(context: PassContext, isConcat: boolean, flows: JoinFlows) {
    this.output = flows.output;
    this.#context = context;
    this.#isConcat = isConcat;
    this.#flows = flows;
  }

  begin(images: number): void {
    if (this.output.isHeld) this.#join({ from: 0, to: 1, images });
  }

  forward(range: StepRange): void {
    if (this.output.isHeld) return;
    this.#join(range);
    this.#flows.lists?.renew(range);
  }

  backward(range: StepRange): void {
    if (!this.output.isHeld) this.#back(range);
  }

  finish(images: number): void {
    if (this.output.isHeld) this.#back({ from: 0, to: 1, images });
  }

  #join(range: StepRange): void {
    const y = partOf(this.output, this.output.values, range);
    if (!this.#isConcat) y.fill(0);
    this.#eachPart((input, offset) => {
      const x = partOf(input, input.values, range);
      if (!this.#isConcat && !input.isHeld && input.stride === this.output.stride) {
        addInto(this.#context.kernels, { x, y });
        return;
      }
      this.#eachRow(input, range, (from, to) => {
        if (this.#isConcat) y.set(x.subarray(from, from + input.size), to + offset);
        else for (let i = 0; i < input.size; i++) y[to + i] += x[from + i];
      });
    });
  }

  #back(range: StepRange): void {
    const dy = gradientOf(this.output, range);
    this.#eachPart((input, offset) => {
      if (input.gradient === null) return;
      const dx = gradientOf(input, range);
      if (!this.#isConcat && !input.isHeld && input.stride === this.output.stride) {
        addInto(this.#context.kernels, { x: dy, y: dx });
        return;
      }
      this.#eachRow(input, range, (to, from) => {
        for (let i = 0; i < input.size; i++) dx[to + i] += dy[from + offset + i];
      });
    });
  }

  #eachPart(visit: (input: Flow, offset: number) => void): void {
    let offset = 0;
    for (const input of this.#flows.inputs) {
      visit(input, offset);
      if (this.#isConcat) offset += input.size;
    }
  }

  /** Rows of the output, and that of the input each one takes. */
  #eachRow(input: Flow, range: StepRange, visit: (inputAt: number, outputAt: number) => void): void {
    const rows = this.output.isHeld ? range.images : (range.to - range.from) * range.images;
    for (let row = 0; row < rows; row++) {
      const own = input.isHeld ? row % range.images : row;
      visit(own * input.stride, row * this.output.stride);
    }
  }
}

/** Lists one after the other, those of a concatenation moved up. */
export class JoinedLists extends MadeLists {
  readonly worth: number;
  readonly #parts: readonly { readonly lists: SpikeLists; readonly offset: number }[];

  /** @param most - most spikes of a row */
  constructor(
    { kernels, maximumImages, maximumSteps }: PassContext,
    parts: readonly { readonly lists: SpikeLists; readonly offset: number }[],
    most: number,
  ) {
    super(kernels, maximumImages * maximumSteps, most);
    this.worth = parts[0].lists.worth;
    this.#parts = parts;
  }

  protected write(range: StepRange, joined: Int32Array, joinedEnds: Int32Array): void {
    const parts = this.#parts.map(({ lists, offset }) => ({ ...lists.of(range), offset }));
    let end = 0;
    for (let s = 0; s < rowsIn(range); s++) {
      for (const { events, ends, offset } of parts) {
        for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) joined[end++] = events[k] + offset;
      }
      joinedEnds[s] = end;
    }
  }
}
