// A page on which everything was drawn before: its theme, what is pointed at, its tables and files.

import { wireDrawn } from "./drawn.ts";
import { ReadOut } from "./read-out.ts";
import { watchSpots } from "./spots.ts";
import { themeButton } from "./theme-button.ts";

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

document.documentElement.classList.add("scripted");
themeButton(byId("theme"));
watchSpots(document.body, new ReadOut(byId("read-out")), () => false);
wireDrawn(document.body);
