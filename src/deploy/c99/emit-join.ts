// Additions and joins: lists of spikes are put one behind the other, sums are added place by place.

import type { Layer } from "../../model/network.ts";
import { sizeOf } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Places, reading, writing } from "./buffers.ts";
import { addFunction, locals, loop, type Program } from "./program.ts";

export function emitJoin(
  program: Program,
  places: Places,
  layer: Extract<Layer, { kind: "add" | "concat" }>,
): void {
  const to = writing(places, layer.id);
  const parts = layer.inputs.map((connection) => reading(places, connection));
  let before = 0;
  const offsets = layer.inputs.map(({ from }) => {
    const offset = before;
    if (layer.kind === "concat") before += sizeOf(known(places.plan.shapes, from));
    return offset;
  });
  const lines = [`${to.type} *to = ${to.first};`, locals("i")];
  if (to.flow.kind === "spikes") {
    lines.push("uint32_t n = 0U;");
    parts.forEach(({ type, first, events }, k) => {
      const index = offsets[k] === 0 ? `from${k}[i]` : `((uint32_t)from${k}[i] + ${offsets[k]}U)`;
      lines.push(`const ${type} *from${k} = ${first};`);
      lines.push(loop("i", events, `to[n] = (${to.type})${index};\nn++;`));
    });
    lines.push(`${to.events} = n;`);
  } else {
    if (layer.kind === "add") lines.push(loop("i", to.flow.size, "to[i] = 0;"));
    parts.forEach(({ type, first, events, flow }, k) => {
      lines.push(`const ${type} *from${k} = ${first};`);
      const place = (at: string): string => (offsets[k] === 0 ? `to[${at}]` : `to[${at} + ${offsets[k]}U]`);
      if (layer.kind === "concat")
        lines.push(loop("i", flow.size, `${place("i")} = (${to.type})from${k}[i];`));
      else if (flow.kind === "values")
        lines.push(loop("i", flow.size, `to[i] = (${to.type})(to[i] + from${k}[i]);`));
      else lines.push(loop("i", events, `to[from${k}[i]] = (${to.type})(to[from${k}[i]] + 1);`));
    });
  }
  const name = `run_${known(places.names, layer.id)}`;
  const call = addFunction(program, name, `${layer.id}: ${layer.kind}`, lines.join("\n"));
  (to.flow.kind === "values" && to.flow.isHeld ? program.begin : program.step).push(call);
}
