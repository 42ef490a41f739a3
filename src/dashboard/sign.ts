// The mark of a kind of network, as it stands before a name in running text.

import { mark, type Role, roleNames } from "./colours.ts";
import { element, type Markup } from "./markup.ts";

export function signOf(role: Role): Markup {
  return element(
    "svg",
    {
      class: "chart sign",
      viewBox: "0 0 16 16",
      width: 13,
      height: 13,
      role: "img",
      "aria-label": roleNames[role],
    },
    mark(role, 8, 8, 6),
  );
}
