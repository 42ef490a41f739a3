import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { placeLabels } from "./label-placement.ts";
import { spreadLabels } from "./spread-labels.ts";
import { fitText, textWidth } from "./text-width.ts";

const frame = { left: 50, top: 20, right: 450, bottom: 320 };

test("no two labels overlap, none leaves the frame, the most important is placed", () => {
  const random = new Random({ seed: 3, trial: -1, purpose: "label-test", index: 0 });
  for (let round = 0; round < 20; round++) {
    const requests = Array.from({ length: 40 }, (_, i) => ({
      text: `point-${i}`,
      x: 150 + 200 * random.uniform(),
      y: 100 + 150 * random.uniform(),
      radius: 6,
    }));
    const placed = placeLabels(requests, frame);
    const boxes = placed.map(({ text, anchor, textX, textY }) => {
      const width = textWidth(text);
      const left = textX - { start: 0, middle: width / 2, end: width }[anchor];
      return { left, right: left + width, top: textY - 9, bottom: textY + 2 };
    });
    assert.ok(placed.length >= 5, `only ${placed.length} labels found a place`);
    boxes.forEach((a, i) => {
      assert.ok(
        a.left >= frame.left && a.right <= frame.right && a.top >= frame.top && a.bottom <= frame.bottom,
      );
      for (const b of boxes.slice(0, i)) {
        assert.ok(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom);
      }
    });
  }
  assert.equal(placeLabels([{ text: "only", x: 200, y: 200, radius: 6 }], frame)[0].text, "only");
});

test("spread labels keep their order, their distance and the column", () => {
  const wishes = [100, 101, 99, 300, 20];
  const placed = spreadLabels(wishes, 14, [20, 300]);
  const order = [4, 2, 0, 1, 3];
  order.forEach((index, i) => {
    assert.ok(placed[index] >= 20 && placed[index] <= 300);
    if (i > 0) assert.ok(placed[index] - placed[order[i - 1]] >= 14 - 1e-9);
  });
});

test("more labels than the column holds share it evenly", () => {
  const placed = spreadLabels(new Array(50).fill(10), 14, [0, 98]);
  for (const [i, at] of placed.entries()) assert.ok(Math.abs(at - 2 * i) < 1e-9);
});

test("text that is too wide is cut with an ellipsis and then fits", () => {
  const cut = fitText("a very long name of a network", 80);
  assert.ok(cut.endsWith("…") && textWidth(cut) <= 80);
  assert.equal(fitText("short", 80), "short");
});
