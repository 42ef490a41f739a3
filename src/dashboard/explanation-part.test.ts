import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import type { Explanation } from "../pipeline/explanation.ts";
import { errorBar, errorBarPx, errorNames, errorSum, type LayerErrors } from "./error-bar.ts";
import { explanationPart } from "./explanation-part.ts";
import { renderReport } from "./report.ts";

const front = syntheticFront(3);
const { explanation } = front.points[0] as { readonly explanation: Explanation };
const layer: LayerErrors = {
  ...explanation.layers[0],
  clipping: 0.1,
  flooring: 0.4,
  inherited: 0.2,
  unevenness: 0.3,
};
const withLayers = (...layers: readonly LayerErrors[]): Explanation => ({ ...explanation, layers });

/** Where the pieces of a bar begin and how long they are, by name. */
function piecesOf(markup: string): ReadonlyMap<string, readonly [left: number, width: number]> {
  const pieces = [...markup.matchAll(/class="error (\w+)" d="M([\d.]+) 0h([\d.]+)v/g)];
  return new Map(pieces.map(([, name, left, width]) => [name, [Number(left), Number(width)]]));
}

test("the pieces of a bar lie end to end, each as long as its error", () => {
  const pieces = piecesOf(errorBar(layer, 2 * errorSum(layer)).markup);
  assert.deepEqual([...pieces.keys()], errorNames);
  let end = 0;
  for (const name of errorNames) {
    const [left, width] = pieces.get(name) ?? [];
    assert.ok(Math.abs((left ?? -1) - end) < 0.02, name);
    assert.ok(Math.abs((width ?? -1) - ((layer[name] ?? 0) / 2) * errorBarPx) < 0.02, name);
    end += width ?? 0;
  }
  assert.ok(Math.abs(end - errorBarPx / 2) < 0.04);
});

test("the layer with the largest errors fills the width, and the axis says how much that is", () => {
  const small = { ...layer, layer: "small", clipping: 0, flooring: 0.2, inherited: null, unevenness: 0.05 };
  const { markup } = explanationPart("p1", withLayers(layer, small));
  assert.ok(markup.includes("<span>100 %</span>"));
  const [, first, second] = markup.split("<svg");
  const widthOf = (text: string): number =>
    [...piecesOf(text).values()].reduce((sum, [, width]) => sum + width, 0);
  assert.ok(Math.abs(widthOf(first) - errorBarPx) < 0.05);
  assert.ok(Math.abs(widthOf(second) - errorBarPx / 4) < 0.05);
});

test("the largest error of a layer is told to those who see no colours and to those who see no bar", () => {
  const { markup } = explanationPart("p1", withLayers(layer));
  assert.deepEqual(
    [...markup.matchAll(/<td><b>([^<]*)<\/b>/g)].map(([, text]) => text),
    ["40.0 %"],
  );
  assert.ok(markup.includes('aria-label="mostly flooring, 100.0 % in all"'));
});

test("an error that cannot be told reads as missing, and layers without errors have empty bars", () => {
  const untold = explanationPart("p1", withLayers({ ...layer, inherited: null })).markup;
  assert.ok(untold.includes("<td>–</td>"));
  assert.ok(!untold.includes('class="error inherited"'));
  const perfect = { ...layer, clipping: 0, flooring: 0, inherited: 0, unevenness: 0 };
  const { markup } = explanationPart("p1", withLayers(perfect));
  assert.ok(markup.includes('aria-label="no error"'));
  assert.ok(!/NaN|<td><b>|<path/.test(markup));
});

test("the advice of the summary is not said twice", () => {
  const { advice } = explanation;
  const { markup } = explanationPart("p1", explanation);
  for (const sentence of Object.values(advice.layers))
    assert.equal(markup.split(sentence).length, 2, sentence);
});

test("nearness to the ANN is told with its step, or that it is never reached", () => {
  const at = (stepsWithinOnePoint: number | null, warmUpSteps: number): string =>
    explanationPart("p1", { ...explanation, stepsWithinOnePoint, warmUpSteps }).markup;
  assert.match(at(3, 0), /within 1 point of it from step 3\./);
  assert.match(at(null, 2), /\(2 of them a warm-up\); it is not within 1 point of it at the end\./);
});

test("every point of a report is explained; an older front is reported without", () => {
  const text = renderReport(front);
  for (const { id } of front.points)
    assert.ok(text.includes(`aria-label="Errors of ${id} by layer and cause"`), id);
  assert.equal(text.split('id="errors"').length, 2);
  const points = front.points.map(({ explanation: _, ...point }) => point);
  const older = renderReport({ ...front, points });
  assert.ok(!/id="errors"|#errors|get wrong|Errors of/.test(older));
});

test("the recommendation says what its conversion costs, if it is a spiking network", () => {
  const answer = (choice: string | null): string => {
    const text = renderReport({
      ...front,
      recommendation: { ...front.recommendation, choice, nearestMiss: null },
    });
    return text.slice(text.indexOf('id="recommendation"'), text.indexOf('id="trade-offs"'));
  };
  const [point] = front.points;
  assert.ok(answer(point.id).includes(`<dt>Conversion</dt><dd>${point.explanation?.advice.summary}</dd>`));
  assert.ok(!answer("ann-int8").includes("Conversion"));
});
