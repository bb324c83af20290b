// The peer's client: one wish a line on standard input, one line of milliseconds for each on standard output.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const PouchDB = require("pouchdb");

const folder = path.resolve(process.argv[2]);
const server = `http://127.0.0.1:${process.argv[3]}`;
fs.mkdirSync(folder, { recursive: true });

// Larger batches than the default of 100 were the fastest here.
const BATCH = { batch_size: 1000, batches_limit: 10 };
let fresh = 0;

const local = (name) => new PouchDB(path.join(folder, name));
const remote = (name) => new PouchDB(`${server}/${name}`, { skip_setup: false });
const since = (begin) => performance.now() - begin;

const verbs = {
  async load({ database, file }) {
    const records = JSON.parse(fs.readFileSync(file, "utf8"));
    const served = remote(database);
    for (let at = 0; at < records.length; at += 1000) {
      const batch = records.slice(at, at + 1000).map((it) => ({ _id: `${it.scope}:${it.kind}:${it.id}`, ...it }));
      await served.bulkDocs(batch);
    }
    return [0];
  },

  async first_sync({ database, count }) {
    const store = local(`first-${fresh++}`);
    const begin = performance.now();
    await store.replicate.from(remote(database), BATCH);
    const took = since(begin);
    const { doc_count } = await store.info();
    if (doc_count !== count) throw new Error(`${doc_count} instead of ${count} arrived`);
    await store.destroy();
    return [took];
  },

  // One writes, the other has it: both in step with the server all the time.
  async delta({ texts }) {
    const name = `delta-${fresh++}`;
    const [one, other] = [local(`${name}-one`), local(`${name}-other`)];
    const syncs = [one, other].map((it) => it.sync(remote(name), { live: true, retry: true }));
    const arrived = new Map();
    const changes = other.changes({ live: true, since: "now" }).on("change", ({ id }) => arrived.get(id)?.());
    const send = async (id, text) => {
      const begin = performance.now();
      const seen = new Promise((done) => arrived.set(id, done));
      await one.put({ _id: id, text });
      await seen;
      return since(begin);
    };
    await send("warm", "warm");
    const millis = [];
    for (const [at, text] of texts.entries()) millis.push(await send(`m${at}`, text));
    changes.cancel();
    for (const sync of syncs) sync.cancel();
    return millis;
  },

  // What was written without a network goes to the server.
  async flush({ texts }) {
    const name = `flush-${fresh++}`;
    const store = local(name);
    for (const [at, text] of texts.entries()) await store.put({ _id: `m${at}`, text });
    const begin = performance.now();
    const { docs_written } = await store.replicate.to(remote(name), BATCH);
    const took = since(begin);
    if (docs_written !== texts.length) throw new Error(`${docs_written} arrived`);
    return [took];
  },

  // Fills a store that stays, for the next two.
  async fill({ database }) {
    const begin = performance.now();
    const store = local("filled");
    await store.replicate.from(remote(database), BATCH);
    await store.close();
    return [since(begin)];
  },

  async open() {
    const begin = performance.now();
    const store = local("filled");
    await store.allDocs({ limit: 50, include_docs: true });
    const took = since(begin);
    await store.close();
    return [took];
  },

  async list({ scopes }) {
    const store = local("filled");
    const millis = [];
    for (const scope of scopes) {
      const begin = performance.now();
      const [startkey, endkey] = [`${scope}:message:\uffff`, `${scope}:message:`];
      await store.allDocs({ startkey, endkey, descending: true, limit: 500, include_docs: true });
      millis.push(since(begin));
    }
    await store.close();
    return millis;
  },
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const wish = JSON.parse(line);
    let answer;
    try {
      answer = { millis: await verbs[wish.verb](wish) };
    } catch (error) {
      answer = { error: String(error?.stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
