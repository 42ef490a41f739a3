// The playground before its script runs: all that stays, with places for what changes.

import { element, fragment, type Markup } from "../markup.ts";
import { figurePlace, section } from "../page-parts.ts";
import { type PlaySettings, playFields } from "./play-settings.ts";

export interface PlayPageOptions {
  /** Addresses of the styles and of the script's first module. */
  readonly styles: readonly string[];
  readonly script: string;
}

/** Numbers of images that a sample may have. */
export const sampleSizes = [100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;

export function playPage({ styles, script }: PlayPageOptions): string {
  const html = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "color-scheme", content: "light dark" }),
      element("title", {}, "Playground · spikefront"),
      element("link", { rel: "icon", href: "data:," }),
      styles.map((href) => element("link", { rel: "stylesheet", href })),
      element("script", { type: "module", src: script }),
    ),
    element("body", {}, playBody()),
  );
  return `<!DOCTYPE html>\n${html.markup}\n`;
}

export function playBody(): Markup {
  return fragment(header(), element("main", {}, notice(), playground()));
}

function header(): Markup {
  return element(
    "header",
    {},
    element("p", { class: "brand" }, "spikefront"),
    element("h1", { id: "name" }, "Playground"),
    element(
      "p",
      { class: "about" },
      "Watch a spiking network decide, move what it is made of, and see what that costs. It runs in this browser, on the kernels of the command line.",
    ),
    element(
      "nav",
      { "aria-label": "Contents" },
      element("a", { id: "to-study", href: "/" }, "Study"),
      [
        ["network-part", "Network"],
        ["sample-part", "Sample"],
        ["image-part", "One image"],
        ["detail-part", "Sample in detail"],
      ].map(([id, name]) => element("a", { href: `#${id}` }, name)),
      element("button", { type: "button", id: "theme" }, "Theme: system"),
    ),
  );
}

function notice(): Markup {
  return element("div", { id: "notice", class: "notice", role: "status" }, "Looking for networks …");
}

function playground(): Markup {
  return element(
    "div",
    { id: "playground", class: "playground", hidden: true },
    element("div", { class: "bench" }, networkPart(), changePart()),
    element("div", { class: "stage" }, samplePart(), imagePart(), detailPart()),
  );
}

function networkPart(): Markup {
  return section(
    "network-part",
    "Network",
    element("label", { class: "field" }, "Which one", element("select", { id: "network" })),
    element("dl", { id: "about-network", class: "short" }),
  );
}

function changePart(): Markup {
  return section(
    "change-part",
    "Move",
    element("p", { id: "settings-problem", class: "problem", role: "alert", hidden: true }),
    knob("steps", "Steps", { min: 1, max: playFields.steps.high, step: 1 }),
    knob("thresholdFactor", "Threshold factor", { min: -2, max: 2, step: 0.05 }),
    knob("leak", "Kept each step", { min: 0, max: 1, step: 0.01 }),
    element("p", { id: "leak-problem", class: "quiet", hidden: true }),
    knob("bitErrorRate", "Bit-error rate of the weights", { min: -6.1, max: -0.5, step: 0.1 }),
    again("flipSeed", "Flip other bits"),
    bitPart(),
    knob("deadShare", "Dead neurons", { min: 0, max: 1, step: 0.01 }),
    again("deadSeed", "Kill others"),
    element(
      "fieldset",
      { class: "kill controls" },
      element("legend", {}, "One neuron"),
      element("label", {}, "Layer", element("select", { id: "kill-layer" })),
      element(
        "label",
        {},
        "Neuron",
        element("input", { type: "number", id: "kill-neuron", min: 0, step: 1, value: 0 }),
      ),
      element("button", { type: "button", id: "kill" }, "Kill or revive"),
    ),
    element("p", { id: "faults", class: "quiet", role: "status" }),
    element("button", { type: "button", id: "reset" }, "As exported"),
  );
}

type Knob = keyof Pick<PlaySettings, "steps" | "thresholdFactor" | "leak" | "bitErrorRate" | "deadShare">;

function knob(
  name: Knob,
  title: string,
  range: { readonly min: number; readonly max: number; readonly step: number },
): Markup {
  return element(
    "div",
    { class: "knob" },
    element("label", { for: `knob-${name}` }, title),
    element("output", { id: `value-${name}`, for: `knob-${name}` }),
    element("input", {
      type: "range",
      id: `knob-${name}`,
      "data-knob": name,
      ...range,
      "aria-describedby": `about-${name}`,
    }),
    element("span", { id: `about-${name}`, class: "quiet" }, playFields[name].about),
  );
}

function again(name: "flipSeed" | "deadSeed", title: string): Markup {
  return element("button", { type: "button", class: "again", "data-again": name, hidden: true }, title);
}

function bitPart(): Markup {
  return element(
    "fieldset",
    { class: "kill controls" },
    element("legend", {}, "One bit of one weight"),
    element("label", {}, "Layer", element("select", { id: "flip-layer" })),
    element("label", {}, "Bit", element("select", { id: "flip-bit" })),
    element(
      "label",
      {},
      "Weight",
      element("input", { type: "number", id: "flip-weight", min: 0, step: 1, value: 0 }),
    ),
    button("flip", "Flip or restore"),
    button("flip-other", "Flip it in another weight"),
    element("div", { id: "flipped", class: "flipped" }),
  );
}

function imagePart(): Markup {
  return section(
    "image-part",
    "One image",
    element(
      "div",
      { class: "input" },
      element(
        "div",
        { class: "picture" },
        element("canvas", {
          id: "picture",
          tabindex: 0,
          role: "application",
          "aria-roledescription": "drawing",
          "aria-label": "The image",
          "aria-describedby": "draw-help",
        }),
        element("p", { id: "draw-place", class: "quiet", role: "status" }),
      ),
      element(
        "div",
        {},
        element("p", { id: "image-name", class: "image-name" }),
        element("p", { id: "decision", class: "decision", "aria-live": "polite" }),
        element(
          "div",
          { class: "controls" },
          button("image-before", "Previous image"),
          button("image-after", "Next image"),
          button("image-wrong", "Next wrong one"),
          element(
            "label",
            {},
            "Image",
            element("input", { type: "number", id: "image-number", min: 0, step: 1, value: 0 }),
          ),
        ),
        element(
          "div",
          { class: "controls" },
          button("draw", "Draw one"),
          button("draw-clear", "Clear", true),
          element(
            "label",
            { id: "centre-label", hidden: true },
            element("input", { type: "checkbox", id: "centre", checked: true }),
            "centre it, as the digits of MNIST are",
          ),
        ),
        element(
          "p",
          { id: "draw-help", class: "quiet" },
          "Draw by pointer; or by keyboard: the space bar lowers and lifts the pen, arrow keys move it.",
        ),
        element(
          "div",
          { class: "controls player" },
          button("step-play", "Play"),
          element("label", { for: "step" }, "Step"),
          element("input", { type: "range", id: "step", min: 1, max: 1, step: 1, value: 1 }),
          element("output", { id: "step-value", for: "step" }),
        ),
      ),
    ),
    element(
      "div",
      { class: "pair" },
      figurePlace("now", "Scores at this step"),
      figurePlace("scores", "Scores"),
    ),
    figurePlace("raster", "Spikes"),
    figurePlace("layer-spikes", "Spikes of each layer"),
  );
}

function samplePart(): Markup {
  return section(
    "sample-part",
    "Sample",
    element("p", { id: "sample-about" }),
    element(
      "div",
      { class: "controls" },
      element("label", {}, "Images", element("select", { id: "sample-size" })),
      element("label", {}, "Hardware", element("select", { id: "profile" })),
      button("sample-stop", "Stop"),
      element("span", { id: "sample-progress", role: "status" }),
    ),
    element("progress", {
      id: "sample-bar",
      max: 1,
      value: 0,
      "aria-label": "Share of the sample that is run",
    }),
    element("p", { id: "run-problem", class: "problem", role: "alert", hidden: true }),
    element("div", { id: "sample-tiles" }),
  );
}

function detailPart(): Markup {
  return section(
    "detail-part",
    "Sample in detail",
    figurePlace("sample-steps", "Accuracy after each step"),
    element("h3", {}, "Layers"),
    element("div", { id: "sample-layers" }),
  );
}

function button(id: string, title: string, hidden = false): Markup {
  return element("button", { type: "button", id, hidden }, title);
}
