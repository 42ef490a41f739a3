// Markup as a value: the only way text becomes HTML or SVG here.
//
// Every string child and attribute is escaped when it is put in, so a name from a study file can
// never become a tag. What is already markup is carried as `Markup`, which only this file makes.

/** A piece of well-formed HTML or SVG. */
export interface Markup {
  readonly markup: string;
}

/** Strings are text and get escaped; null draws nothing. */
export type Child = Markup | string | number | null | readonly Child[];

/** null and false leave the attribute out; true writes it empty. Numbers are rounded to 0.01. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

const selfClosing: ReadonlySet<string> = new Set(
  "br circle col hr input line link meta path polygon polyline rect".split(" "),
);

/** One element. */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  let written = "";
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    written += ` ${key}="${value === true ? "" : typeof value === "number" ? shortNumber(value) : escapeText(value)}"`;
  }
  if (selfClosing.has(name)) return { markup: `<${name}${written}/>` };
  return { markup: `<${name}${written}>${join(children)}</${name}>` };
}

/** Several pieces beside each other. */
export function fragment(...children: readonly Child[]): Markup {
  return { markup: join(children) };
}

/** A `style` or `script` element: its text is code, not markup, and cannot be escaped. */
export function codeElement(name: "style" | "script", attributes: Attributes, code: string): Markup {
  const opening = element(name, attributes).markup.replace(`</${name}>`, "");
  return { markup: `${opening}${code.replaceAll("</", "<\\/")}</${name}>` };
}

/** Text as it may stand between tags and inside quoted attributes, in HTML and in XML. */
export function escapeText(text: string): string {
  // Control characters are not allowed in XML, escaped or not.
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Coordinates need no more than a hundredth of a pixel; fewer digits keep the file small. */
export function shortNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function join(children: readonly Child[]): string {
  let text = "";
  for (const child of children) {
    if (child === null) continue;
    if (typeof child === "string") text += escapeText(child);
    else if (typeof child === "number") text += String(child);
    else if (isList(child)) text += join(child);
    else text += child.markup;
  }
  return text;
}

function isList(child: Markup | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}
