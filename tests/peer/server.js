// The peer's server: express-pouchdb over PouchDB databases on LevelDB in one folder.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const express = require("express");
const PouchDB = require("pouchdb");

const folder = path.resolve(process.argv[2]);
fs.mkdirSync(folder, { recursive: true });
const Served = PouchDB.defaults({ prefix: folder + path.sep });
const app = express();
app.use(
  "/",
  require("express-pouchdb")(Served, { mode: "minimumForPouchDB", configPath: path.join(folder, "config.json"), logPath: path.join(folder, "log.txt") }),
);
const server = app.listen(0, "127.0.0.1", () => process.stdout.write(`listening on ${server.address().port}\n`));
