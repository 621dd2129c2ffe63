/** .ci/setup.mjs: quick when there is nothing to do, clear when something is missing. Installs nothing here. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const real = join(import.meta.dirname, '..', '.ci', 'setup.mjs');
const oneLocked = (version: string) => ({
  packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version: '1.0.0', optional: true } },
});

let checkout = '';
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'heddle-setup-'));
  mkdirSync(join(checkout, '.ci'));
  copyFileSync(real, join(checkout, '.ci', 'setup.mjs'));
  write('package-lock.json', oneLocked('1.2.3'));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function write(path: string, content: object): void {
  writeFileSync(join(checkout, path), JSON.stringify(content));
}

/** As `npm ci` leaves it. */
function installPackage(version: string): void {
  mkdirSync(join(checkout, 'node_modules', 'a'), { recursive: true });
  write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version } } });
}

function setUp(flags: string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env['PATH'], HEDDLE_SETUP: 'never', ...environment };
  const start = performance.now();
  const run = spawnSync(process.execPath, [join(checkout, '.ci', 'setup.mjs'), ...flags], { encoding: 'utf8', env });
  return { status: run.status, text: run.stderr, out: run.stdout, ms: performance.now() - start };
}

describe('npm packages', () => {
  it('are accepted when they are as locked, quickly and without a word', () => {
    installPackage('1.2.3');
    expect(setUp()).toMatchObject({ status: 0, text: '', out: '' });
    expect(existsSync(join(checkout, 'node_modules', '.heddle-setup'))).toBe(true);
    const again = [setUp(), setUp(), setUp()];
    expect(again.map(({ status }) => status)).toEqual([0, 0, 0]);
    // Most of it is the start of Node itself; generous, for a busy machine.
    expect(Math.min(...again.map(({ ms }) => ms))).toBeLessThan(500);
  });
  it('are missing: H5092 with the command', () => {
    const { status, text } = setUp();
    expect(status).toBe(3);
    expect(text).toContain('error H5092  the npm packages are missing or stale');
    expect(text).toContain('run: npm ci');
  });
  it('are stale when the lock file changes after a good set-up', () => {
    installPackage('1.2.3');
    expect(setUp().status).toBe(0);
    write('package-lock.json', oneLocked('2.0.0'));
    expect(setUp().status).toBe(3);
    installPackage('2.0.0');
    expect(setUp().status).toBe(0);
  });
  it('cannot be fetched: says so and leaves no lock behind', () => {
    // A registry that refuses at once, and an npm that finds nothing in its cache.
    const environment = {
      HEDDLE_SETUP: '',
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(checkout, 'cache'),
      npm_config_fetch_retries: '0',
    };
    const locked = { name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true };
    const root = { name: 'x', version: '1.0.0', dependencies: { a: '1.2.3' } };
    write('package.json', root);
    write('package-lock.json', { ...locked, packages: { '': root, 'node_modules/a': { version: '1.2.3' } } });
    const { status, text } = setUp([], environment);
    expect(status).toBe(3);
    expect(text).toContain('error H5092  the npm packages could not be installed');
    expect(text).toContain('the npm registry cannot be reached');
    expect(existsSync(join(checkout, '.heddle-cache', 'setup.lock'))).toBe(false);
  });
});

describe('programs of the tests', () => {
  const bin = (...programs: [name: string, text: string][]): NodeJS.ProcessEnv => {
    mkdirSync(join(checkout, 'bin'), { recursive: true });
    symlinkSync('/bin/sh', join(checkout, 'bin', 'sh'));
    for (const [name, text] of programs)
      writeFileSync(join(checkout, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return { PATH: join(checkout, 'bin') };
  };
  const compiler: [string, string][] = [
    ['g++', ''],
    ['make', ''],
  ];
  beforeEach(() => installPackage('1.2.3'));

  it('are not looked for without --tests', () => {
    expect(setUp([], bin())).toMatchObject({ status: 0, text: '' });
  });
  it('are missing: H5093 names them and the whole command', () => {
    const { status, text } = setUp(['--tests'], bin(...compiler, ['apt-get', 'exit 1']));
    expect(status).toBe(3);
    expect(text).toMatch(/^error H5093 {2}programs that the tests need are missing, and HEDDLE_SETUP=never/);
    expect(text).toContain('--> verilator: ');
    expect(text).toContain('run: sudo apt-get update && sudo apt-get install --no-install-recommends verilator\n');
  });
  it('are installed by Debian where that is allowed', () => {
    const verilator = join(checkout, 'bin', 'verilator');
    const install = `case "$*" in *install*verilator*) printf '#!/bin/sh\\necho Verilator 5.006 x\\n' > ${verilator}; /bin/chmod +x ${verilator};; esac`;
    const prefix = process.getuid?.() === 0 ? [] : ([['sudo', 'shift; exec "$@"']] as [string, string][]);
    const env = bin(...compiler, ...prefix, ['apt-get', install], ['apt-cache', 'echo "  Candidate: 5.006"']);
    symlinkSync('/usr/bin/env', join(checkout, 'bin', 'env'));
    const { status, text } = setUp(['--tests'], { ...env, HEDDLE_SETUP: '' });
    expect(text).toContain('setup: installing Debian packages verilator (HEDDLE_SETUP=never forbids this) ...');
    expect(status).toBe(0);
    expect(setUp(['--tests'], env)).toMatchObject({ status: 0, text: '' });
  });
  it('are too old: H5094', () => {
    const { status, text } = setUp(['--tests'], bin(...compiler, ['verilator', 'echo "Verilator 4.038 2020-07-11"']));
    expect(status).toBe(3);
    expect(text).toContain('error H5094  Verilator 4.038 is too old, the tests need 5.006 or newer');
  });
  it('need not all be there with --tools: the others are only named', () => {
    const { status, text } = setUp(['--tools'], bin(...compiler, ['verilator', 'echo "Verilator 5.032 x"']));
    expect(status).toBe(0);
    expect(text).toMatch(/^setup: not here: yosys: synthesis checks; iverilog: /);
  });
});
