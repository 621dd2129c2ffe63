/** deploy/BOARD: the scripts run against a simulated DMA, the verb against an ssh and an scp of our own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { dirSync } from 'tmp';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseNpy } from '../../src/base/npy.js';
import { deployFiles } from '../../src/build/deploy-files.js';
import type { Chain } from '../../src/dataflow/chain.js';
import { packSamples } from '../../src/dataflow/port-beats.js';
import type { StageNetwork } from '../../src/network/stages.js';
import { findBoard } from '../../src/target/boards.js';
import { numpyPython } from '../soc/programs.js';

const python = numpyPython();
const heddle = join(import.meta.dirname, '../../src/cli/bin.mjs');

/** Three samples [2, 2, 3] of 5-bit codes, channels last in the stream; results of 12 bits, signed. */
const input = { bits: 24, lanes: 3, laneBits: 8, elements: 12, beats: 4 };
const output = { bits: 32, lanes: 2, laneBits: 16, elements: 3, beats: 2 };
const network = {
  input: {
    ...{ shape: [3, 2, 2], streamOrder: [1, 2, 0], type: { kind: 'int', bits: 5, signed: false }, scale: 0.5 },
    ...{ fixedByModel: true },
  },
  output: { shape: [3], type: { kind: 'int', bits: 12, signed: true }, scale: [0.25], offset: [0] },
} as unknown as StageNetwork;
const samples = Float64Array.from({ length: 36 }, (_, k) => (k * 7) % 32);
const results = Float64Array.from([-2048, 0, 5, 2047, -1, 9, 100, -100, 1]);
const chain = { name: 'loom', input, output, nodes: [] } as unknown as Chain;

const files = (board: string) =>
  deployFiles({
    ...{ network, chain, board: findBoard(board)!, clockMhz: 100, samplesPerSecond: 1000 },
    inputBeats: packSamples(input, samples),
    outputBeats: packSamples(output, results),
  });

/** A build folder with deploy/pynq-z2. */
function folder(): string {
  const { name } = dirSync({ unsafeCleanup: true });
  for (const [path, data] of Object.entries(files('pynq-z2'))) {
    mkdirSync(join(name, path, '..'), { recursive: true });
    writeFileSync(join(name, path), data);
  }
  return name;
}

describe('deploy files', () => {
  it('hold the samples in the layout of the model', () => {
    const made = files('pynq-z2');
    const array = parseNpy(made['deploy/pynq-z2/input.npy'] as Uint8Array, 'input.npy');
    expect([array.dtype, array.shape]).toEqual(['u1', [3, 3, 2, 2]]);
    // Channel 1 of pixel (0, 1) of sample 0 is element 1 * 3 + 1 of the stream.
    expect(Number(array.data[1 * 4 + 0 * 2 + 1])).toBe(samples[4]);
    const due = parseNpy(made['deploy/pynq-z2/expected.npy'] as Uint8Array, 'expected.npy');
    expect([due.dtype, due.shape, [...due.data].map(Number)]).toEqual(['i2', [3, 3], [...results]]);
  });

  it('are there for boards with Python only', () => {
    expect(files('icebreaker')).toEqual({});
    expect(Object.keys(files('zcu104'))).toContain('deploy/zcu104/validate.py');
  });
});

/** An accelerator of Python: it knows the beats of every sample, checks the order of the calls, and may lie. */
const simulated = (wrong: boolean) => `
import json, sys
import numpy as np
import validate, throughput
from driver import Accelerator
io = json.load(open("io.json"))
beats = json.load(open("beats.json"))
class Buffer(np.ndarray):
    def flush(self): self.flushed = True
    def invalidate(self): self.invalidated = True
def allocate(shape, dtype):
    made = np.zeros(shape, dtype).view(Buffer)
    made.flushed = made.invalidated = False
    return made
class Dma:
    def __init__(self): self.pending = None; self.sent = []; self.recvchannel = Receive(self); self.sendchannel = Send(self)
class Send:
    def __init__(self, dma): self.dma = dma
    def transfer(self, buffer, start, nbytes):
        assert self.dma.pending is not None, "sent before the way back was open"
        assert buffer.flushed, "not flushed"
        data = bytes(buffer[start:start + nbytes])
        size = len(data) // (nbytes // ${(input.bits / 8) * input.beats})
        self.dma.sent += [data[k:k + size] for k in range(0, len(data), size)]
    def wait(self): pass
class Receive:
    def __init__(self, dma): self.dma = dma
    def transfer(self, buffer, start, nbytes):
        assert self.dma.pending is None
        self.dma.pending = (buffer, start, nbytes)
    def wait(self):
        buffer, start, nbytes = self.dma.pending
        self.dma.pending = None
        data = bytes.fromhex(beats[self.dma.sent.pop(0).hex()])
        assert len(data) == nbytes
        buffer[start:start + nbytes] = np.frombuffer(data, np.uint8) ^ ${wrong ? '(start == 8)' : '0'}
accelerator = Accelerator(io, allocate=allocate, dma=Dma())
code = validate.main(accelerator)
throughput.main(7, accelerator)
sys.exit(code)
`;

describe.skipIf(python === undefined)('the scripts of the board', () => {
  const run = (wrong: boolean) => {
    const cwd = join(folder(), 'deploy/pynq-z2');
    const bytes = ({ bits, beats }: typeof input, packed: readonly { readonly data: bigint }[], k: number): string =>
      packed
        .slice(k * beats, (k + 1) * beats)
        .map(({ data }) =>
          Buffer.from(data.toString(16).padStart(bits / 4, '0'), 'hex')
            .reverse()
            .toString('hex'),
        )
        .join('');
    const [sent, due] = [packSamples(input, samples), packSamples(output, results)];
    const known = Object.fromEntries([0, 1, 2].map((k) => [bytes(input, sent, k), bytes(output, due, k)]));
    writeFileSync(join(cwd, 'beats.json'), JSON.stringify(known));
    writeFileSync(join(cwd, 'bench.py'), simulated(wrong));
    return { ...execaSync(python!, ['bench.py'], { cwd, reject: false }), cwd };
  };

  it('validate.py finds every result equal, throughput.py writes the keys of FINN', () => {
    const { exitCode, stdout, stderr, cwd } = run(false);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('3 of 3 samples equal');
    const measured = JSON.parse(readFileSync(join(cwd, 'throughput.json'), 'utf8')) as Record<string, number>;
    expect(Object.keys(measured)).toEqual(
      expect.arrayContaining([
        ...['runtime[ms]', 'throughput[images/s]', 'DRAM_in_bandwidth[MB/s]', 'DRAM_out_bandwidth[MB/s]', 'fclk[mhz]'],
        ...['batch_size', 'fold_input[ms]', 'pack_input[ms]', 'copy_input_data_to_device[ms]'],
        ...['copy_output_data_from_device[ms]', 'unpack_output[ms]', 'unfold_output[ms]'],
      ]),
    );
    expect(measured['batch_size']).toBe(7);
    expect(measured['throughput[images/s]']).toBeCloseTo(7000 / measured['runtime[ms]']!, 6);
  });

  it('validate.py finds a wrong one', () => {
    const { exitCode, stdout } = run(true);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('sample 1: ');
    expect(stdout).toContain('2 of 3 samples equal');
  });

  it('is Python 3.8', () => {
    const check = `import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read(), feature_version=(3, 8))`;
    const scripts = ['driver.py', 'validate.py', 'throughput.py'].map((name) => join(folder(), 'deploy/pynq-z2', name));
    const more = ['soc_driver.py', 'engine_driver.py'].map((name) =>
      join(import.meta.dirname, '../../fpga/python', name),
    );
    execFileSync(python!, ['-c', check, ...scripts, ...more]);
  });
});

describe('heddle deploy', () => {
  let bin = '';
  /** ssh and scp that keep the "board" in a folder, and write down what they were asked. */
  beforeAll(() => {
    bin = dirSync({ unsafeCleanup: true }).name;
    const script = (text: string): string => `#!/bin/sh\nset -e\necho "$(basename $0) $*" >> $BOARD/log\n${text}\n`;
    const tool = (name: string, text: string): void => writeFileSync(join(bin, name), script(text), { mode: 0o755 });
    tool('ssh', 'cd $BOARD; case "$2" in *unreachable*) exit 255;; esac; eval "$2"');
    tool(
      'scp',
      `shift; for to; do :; done
case "$to" in *:*) to="$BOARD/\${to#*:}";; esac
while [ $# -gt 1 ]; do from="$1"; case "$from" in *@*:*) from="$BOARD/\${from#*:}";; esac; cp "$from" "$to"; shift; done`,
    );
    tool('sudo', 'shift; echo "{\\"throughput[images/s]\\": 5}" > throughput.json; echo "ran $2"');
  });

  const deploy = (build: string, ...args: string[]) => {
    const board = dirSync({ unsafeCleanup: true }).name;
    writeFileSync(join(board, 'log'), '');
    const env = { ...process.env, BOARD: board, PATH: `${bin}:${process.env['PATH']}` };
    const run = execaSync('node', [heddle, 'deploy', build, '--host', 'xilinx@pynq', ...args], { env, reject: false });
    return { ...run, board, log: readFileSync(join(board, 'log'), 'utf8').trim().split('\n') };
  };
  const built = (): string => {
    const build = folder();
    mkdirSync(join(build, 'fpga/vivado/project'), { recursive: true });
    for (const end of ['bit', 'hwh']) writeFileSync(join(build, `fpga/vivado/project/loom.${end}`), end);
    return build;
  };

  it('copies what the board needs and runs the test there', () => {
    const { exitCode, stdout, stderr, board, log } = deploy(built());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(log.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'ssh xilinx@pynq mkdir',
      expect.stringMatching(/^scp -q .*driver.py/),
      'ssh xilinx@pynq cd',
      'sudo -E python3',
    ]);
    expect(stdout).toContain('ran validate.py');
    expect(readFileSync(join(board, 'heddle/loom/loom.bit'), 'utf8')).toBe('bit');
    for (const name of ['loom.hwh', 'io.json', 'input.npy', 'expected.npy', 'driver.py', 'validate.py'])
      expect(() => readFileSync(join(board, 'heddle/loom', name))).not.toThrow();
  });

  it('brings a measurement back', () => {
    const { stdout } = deploy(built(), '--run', 'throughput', '--json', '-');
    expect(JSON.parse(stdout)).toMatchObject({ board: 'pynq-z2', throughput: { 'throughput[images/s]': 5 } });
  });

  it('--dry-run prints the commands, runs none and wants no bitstream', () => {
    const { exitCode, stdout, log } = deploy(folder(), '--dry-run', '--remote', '/home/xilinx/try');
    expect(exitCode).toBe(0);
    expect(log).toEqual(['']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe("ssh xilinx@pynq 'mkdir -p /home/xilinx/try'");
    expect(lines[1]).toMatch(/^scp -q \S+\/driver.py .*\/loom\.bit \S+\/loom\.hwh xilinx@pynq:\/home\/xilinx\/try\/$/);
    expect(lines[2]).toBe("ssh xilinx@pynq 'cd /home/xilinx/try && sudo -E python3 validate.py'");
  });

  it('says what is missing, and when a command fails', () => {
    expect(deploy(folder()).stderr).toMatch(/error H2503 .*loom.bit and .*loom.hwh: not there/);
    expect(deploy(dirSync({ unsafeCleanup: true }).name).stderr).toContain('error H2503');
    expect(deploy(built(), '--remote', 'a; rm -rf x').stderr).toContain('error H0001');
    const failed = deploy(built(), '--remote', 'unreachable');
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/error H2504 .*mkdir -p unreachable': ended with 255/);
    expect(failed.log).toHaveLength(1);
  });
});
