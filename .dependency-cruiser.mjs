// Layers: which room may import which. Everything follows from house.mjs.
import { rooms } from "./house.mjs";

const tests = "\\.test\\.ts$";
const doors = Object.keys(rooms).filter((room) => rooms[room].floor === "doors" && room !== "dashboard");

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A cycle cannot be understood from either end.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "platform-only-in-doors",
      comment: "Portable rooms run in a browser: files, threads and clocks reach them as arguments.",
      severity: "error",
      from: { path: "^src/", pathNot: [`^src/(${doors.join("|")})/`, tests] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-index-inside",
      comment: "An index.ts is read by outsiders only. Import the file that holds the name.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/index\\.ts$" },
      to: { path: "^src/.*index\\.ts$" },
    },
    {
      name: "only-declared-packages",
      comment: "The published code may use the packages in `dependencies` only.",
      severity: "error",
      from: { path: "^src/", pathNot: tests },
      to: {
        dependencyTypes: ["npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown", "unknown"],
      },
    },
    {
      name: "not-to-unresolvable",
      severity: "error",
      from: {},
      // Kernels are built by `npm ci`; before that their files are missing.
      to: { couldNotResolve: true },
    },
    {
      name: "every-room-in-the-plan",
      comment: "A folder of src that house.mjs does not know.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/(${Object.keys(rooms).join("|")})/` },
      to: {},
    },
    ...Object.entries(rooms).map(([room, { uses }]) => ({
      name: `${room}-stays-in-its-place`,
      comment: `house.mjs lets ${room} use: ${uses.join(", ") || "nothing"}.`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: tests },
      to: { path: "^src/", pathNot: `^src/(${[room, ...uses].join("|")})/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    moduleSystems: ["es6"],
    tsConfig: { fileName: "tsconfig.json" },
    exclude: { path: "^src/kernels/generated/" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default"],
    },
  },
};
