// What a page that was saved to a file knows; there is nobody it could ask.

import type { LiveTrialNetworks } from "../../study/live-network.ts";
import type { SavedPage } from "../live/saved-page.ts";

const place = document.getElementById("saved");

/** null: there is a server. */
export const saved: SavedPage | null = place === null ? null : JSON.parse(place.textContent ?? "null");
document.documentElement.classList.toggle("saved", saved !== null);

/**
 * What the server would answer.
 *
 * @throws {Error} for what is not kept
 */
export function savedAnswer({ networks, finalists, campaigns }: SavedPage, url: string): unknown {
  const [path, query] = url.split("?");
  if (path === "/view/finalists") return finalists;
  if (path === "/view/campaigns") return campaigns;
  if (path === "/view/trials") {
    const numbers = new URLSearchParams(query).get("numbers")?.split(",").filter(Boolean).map(Number) ?? [];
    const trials = networks.trials.filter(({ trial }) => numbers.includes(trial));
    if (trials.length === numbers.length) return { ...networks, trials } satisfies LiveTrialNetworks;
  }
  throw new Error("This saved page does not hold it. spikefront serve shows it from the study's folder.");
}
