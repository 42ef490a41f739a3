// The list of studies, where the folder holds several: choosing one opens it.

import type { LiveStudyName } from "../../study/live-network.ts";
import { studyId } from "./questions.ts";
import { saved } from "./saved.ts";

export async function showStudies(): Promise<void> {
  if (saved !== null) return;
  const response = await fetch("/studies").catch(() => null);
  if (response === null || !response.ok) return; // the page is about one study then
  const names = (await response.json()) as readonly LiveStudyName[];
  if (names.length < 2) return;
  const list = document.getElementById("studies") as HTMLSelectElement;
  list.replaceChildren(...names.map(({ id, name }) => new Option(name, id)));
  list.value = studyId === "" ? names[0].id : studyId;
  list.addEventListener("change", () => {
    location.search = new URLSearchParams({ study: list.value }).toString();
  });
  (document.getElementById("studies-label") as HTMLElement).hidden = false;
}
