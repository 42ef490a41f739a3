// What every page has around its content: head, header with contents and the theme's button, the read-out.

import { codeElement, element, fragment, type Markup } from "./markup.ts";
import { pageCss } from "./page-css.ts";

/** Section id and name. */
export type Contents = readonly (readonly [id: string, name: string])[];

export interface PageOptions {
  readonly title: string;
  /** Policy, style and script. */
  readonly head: Markup;
  readonly heading: string;
  /** Below the heading. */
  readonly about: Markup;
  readonly nav: Markup;
  readonly body: Markup;
}

export function page({ title, head, heading, about, nav, body }: PageOptions): string {
  const html = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("meta", { name: "color-scheme", content: "light dark" }),
      element("title", {}, title),
      element("link", { rel: "icon", href: "data:," }),
      head,
    ),
    element(
      "body",
      {},
      element(
        "header",
        {},
        element("p", { class: "brand" }, "spikefront"),
        element("h1", { id: "name" }, heading),
        about,
        element(
          "nav",
          { "aria-label": "Contents" },
          nav,
          element("button", { type: "button", id: "theme", class: "tools" }, "Theme: system"),
        ),
      ),
      element("main", {}, body),
      element("div", { id: "read-out", "aria-hidden": "true", hidden: true }),
    ),
  );
  return `<!DOCTYPE html>\n${html.markup}\n`;
}

export function contentsLinks(contents: Contents): Markup {
  return fragment(contents.map(([id, name]) => element("a", { href: `#${id}` }, name)));
}

/** Facts in a line. */
export function aboutLine(facts: readonly string[]): Markup {
  return element(
    "p",
    { class: "about" },
    facts.map((text, i) => fragment(i === 0 ? null : " · ", text)),
  );
}

/**
 * The head of a page that is a file of its own: it may load nothing, and run nothing but what its policy names.
 *
 * @param sources - of scripts, e.g. `blob:`; none: it has no script and is complete without
 */
export function fileHead(sources: readonly string[] = [], script: Markup = fragment()): Markup {
  const policy = [
    "default-src 'none'",
    `script-src ${sources.length === 0 ? "'none'" : sources.join(" ")}`,
    ...(sources.length === 0 ? [] : ["worker-src blob:"]),
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return fragment(
    element("meta", { "http-equiv": "Content-Security-Policy", content: policy.join("; ") }),
    codeElement("style", {}, pageCss()),
    script,
  );
}
