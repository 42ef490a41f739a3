// A study of claims from its settings to its answers. Everything random is keyed by the settings, so the
// same study gives the same result on any machine and however often it was stopped and continued.

import { cellFigures } from "./cell-figures.ts";
import type { CellMeasures } from "./cell-measures.ts";
import type { ClaimsPorts } from "./claims-ports.ts";
import type { ClaimsResult } from "./claims-result.ts";
import type { ClaimsSettings, TrainedSpec } from "./claims-settings.ts";
import { judgeClaims } from "./judge-claims.ts";
import { measureCell, workOfCell } from "./measure-cell.ts";

/** @throws {CancelledError} when cancelled; every piece that was measured is kept */
export async function runClaims(
  ports: ClaimsPorts,
  settings: ClaimsSettings,
  isQuick: boolean,
): Promise<ClaimsResult> {
  const weights = settings.networks.map(weightOf);
  const cellsPerWeight = settings.data.length * weights.reduce((sum, weight) => sum + weight, 0);
  const cells: CellMeasures[] = [];
  const data: { name: string; sha256: string }[] = [];
  let done = 0;
  for (const name of settings.data) {
    const dataset = await ports.loadDataset(name);
    data.push({ name, sha256: dataset.sha256 });
    const whole = workOfCell(settings, dataset.train.count);
    for (const [i, spec] of settings.networks.entries()) {
      const before = done;
      let inferences = 0;
      const onDone = (doing: string, more: number): void => {
        inferences += more;
        const share = before + weights[i] * Math.min(1, inferences / whole);
        ports.onProgress({ share: share / cellsPerWeight, doing });
      };
      cells.push(await measureCell(ports, { settings, data: name, dataset, spec, onDone }));
      done += weights[i];
    }
  }
  return {
    schema: "spikefront.claims-result",
    version: 1,
    name: settings.name,
    isQuick,
    settings,
    data,
    cells: cells.map((cell) => cellFigures(cell, settings)),
    claims: judgeClaims(settings, cells),
  };
}

/** About how long an inference takes beside those of the others; for the time left only. */
function weightOf({ kind, channels }: TrainedSpec): number {
  return kind === "mlp" ? 1 : Math.max(1, channels.reduce((sum, count) => sum + count, 0) / 6);
}
