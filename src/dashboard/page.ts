// The page around a report: head, style, header with contents and theme switch, script.

import { chartStyle, themeDeclarations } from "./chart-style.ts";
import { codeElement, element, fragment, type Markup } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

export interface PageOptions {
  readonly title: string;
  readonly heading: string;
  readonly about: readonly string[];
  /** Section id and name. */
  readonly contents: readonly (readonly [id: string, name: string])[];
  readonly body: Markup;
}

/** Nothing may be loaded; what stands in the file may be styled and run. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function page({ title, heading, about, contents, body }: PageOptions): string {
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "color-scheme", content: "light dark" }),
    element("title", {}, title),
    codeElement("style", {}, themeStyle + pageStyle),
    codeElement("style", { id: "chart-style" }, chartStyle),
  );
  const header = element(
    "header",
    {},
    element("p", { class: "brand" }, "spikefront"),
    element("h1", {}, heading),
    element(
      "p",
      { class: "about" },
      about.map((text, i) => fragment(i === 0 ? null : " · ", text)),
    ),
    element(
      "nav",
      { "aria-label": "Contents" },
      contents.map(([id, name]) => element("a", { href: `#${id}` }, name)),
      element("button", { type: "button", id: "theme", hidden: true }, "Theme: system"),
    ),
  );
  const html = element(
    "html",
    { lang: "en" },
    head,
    element(
      "body",
      {},
      header,
      element("main", {}, body),
      element("div", { id: "read-out", role: "status", hidden: true }),
      codeElement("script", {}, pageScript),
    ),
  );
  return `<!DOCTYPE html>\n${html.markup}\n`;
}

const themeStyle = `
:root{color-scheme:light dark;${themeDeclarations("light")}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${themeDeclarations("dark")}}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark;${themeDeclarations("dark")}}
@media print{:root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;${themeDeclarations("light")}}}
`;
