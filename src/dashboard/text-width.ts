// How wide a text will be, without a browser to ask: mean advance widths of common sans-serif
// faces, rounded up, so that what fits by this rule fits on screen.

const narrow: ReadonlySet<string> = new Set("iljtfrI.,:;|!'()[]·⁻⁰¹²³⁴⁵⁶⁷⁸⁹ ");
const wide: ReadonlySet<string> = new Set("mwMWµ%@—");

/** Width in pixels at `sizePx`. */
export function textWidth(text: string, sizePx = 12): number {
  let ems = 0;
  for (const letter of text) ems += narrow.has(letter) ? 0.36 : wide.has(letter) ? 0.92 : 0.6;
  return ems * sizePx;
}

/** The text cut to fit, with an ellipsis; whole where it fits. */
export function fitText(text: string, widthPx: number, sizePx = 12): string {
  if (textWidth(text, sizePx) <= widthPx) return text;
  let kept = text;
  while (kept.length > 1 && textWidth(`${kept}…`, sizePx) > widthPx) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** The text in lines that fit, broken between words; a word that is too long stands alone. */
export function wrapText(text: string, widthPx: number, sizePx = 12): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, sizePx) <= widthPx)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
