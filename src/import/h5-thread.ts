/** Talks to the thread that holds the HDF5 library (`h5-worker.mjs`), and stops it where it does not come to an end. */
import { Worker } from 'node:worker_threads';

/** What the thread says of a file. */
export interface RawH5 {
  /** Text of the attribute `model_config`. */
  readonly config?: string;
  /** True where the layers lie in the group `model_weights`, false where they lie at the root. */
  readonly whole: boolean;
  /** Datasets by path, and groups of the first level, which have no shape. */
  readonly datasets: readonly {
    readonly path: readonly string[];
    readonly shape?: readonly number[];
    readonly value?: unknown;
  }[];
}

type Answer = RawH5 | { readonly error: string; readonly broken: boolean };

/** A thread is kept for the next file: it takes a second to start. The only state of this room, and nothing depends on it. */
let idle: Worker | undefined;

function start(): Worker {
  // Without the options of this process: the thread is plain JavaScript and needs no loader.
  const worker = new Worker(new URL('./h5-worker.mjs', import.meta.url), { execArgv: [] });
  worker.unref();
  return worker;
}

/** Seconds for a file: damage makes the library loop, a slow machine does not. */
function deadline(bytes: Uint8Array): number {
  return 30 + bytes.length / 2 ** 19;
}

/** What the library finds in a file. Rejects with its message where it finds none. */
export async function readInThread(bytes: Uint8Array): Promise<RawH5> {
  const worker = idle ?? start();
  idle = undefined;
  let keep = false;
  try {
    const answer = await ask(worker, bytes);
    keep = !('broken' in answer && answer.broken);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  } finally {
    if (keep && !idle) idle = worker;
    else void worker.terminate();
  }
}

function ask(worker: Worker, bytes: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const seconds = deadline(bytes);
    const timer = setTimeout(() => {
      fail(new Error(`the HDF5 library found no end of it in ${Math.round(seconds)} s`));
    }, seconds * 1000);
    const done = (): void => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', fail).off('exit', ended);
      // So that a process may end while the thread waits for the next file.
      worker.unref();
    };
    const answered = (answer: Answer): void => {
      done();
      resolve(answer);
    };
    const fail = (error: Error): void => {
      done();
      reject(error);
    };
    const ended = (code: number): void => fail(new Error(`the HDF5 library ended with code ${code}`));
    worker.ref();
    worker.on('message', answered).on('error', fail).on('exit', ended);
    worker.postMessage({ bytes });
  });
}
