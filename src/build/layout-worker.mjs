/** Runs the ELK layout beside the build: the library takes half a second to wake up, and blocks while it works. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const Elk = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js');
const elk = new Elk();
const results = [];
for (const graph of workerData) results.push(await elk.layout(graph));
parentPort.postMessage(results);
