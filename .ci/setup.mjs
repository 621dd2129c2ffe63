/**
 * Gets a checkout ready: the locked npm packages, and with `--tests` Verilator and a C++ compiler, with `--tools` also
 * every other tool the tests can use. Needs Node's built-ins only; a repeat with nothing to do takes well under 100 ms.
 *
 * `HEDDLE_SETUP=never` forbids installing anything: what is missing is named with the command that brings it.
 * Exit codes: 0 ready, 3 something is missing and could not be installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.heddle-setup');
const mayInstall = process.env.HEDDLE_SETUP !== 'never';
const oldestNode = [20, 19];
const oldestVerilator = [5, 6];

/** Debian packages by the program they bring; `any` lists programs of which one is enough. */
const testPrograms = [
  { any: ['verilator'], debian: 'verilator', enables: 'comparing every circuit with the emitted Verilog' },
  { any: [process.env.CXX || 'g++', 'clang++', 'c++'], debian: 'g++', enables: 'compiling what Verilator writes' },
  { any: ['make'], debian: 'make', enables: 'compiling what Verilator writes' },
];
const toolPrograms = [
  { any: ['yosys'], debian: 'yosys', enables: 'synthesis checks' },
  { any: ['iverilog'], debian: 'iverilog', enables: 'a second Verilog simulator' },
  { any: ['sta'], debian: 'opensta', enables: 'timing checks of ASIC netlists' },
  { any: ['tclsh'], debian: 'tcl', enables: 'checks of the generated Tcl' },
  { any: ['python3'], debian: 'python3', enables: 'checks of the Python that is written' },
  { any: ['nextpnr-ice40'], debian: 'nextpnr-ice40', enables: 'place and route for iCE40' },
  { any: ['icepack'], debian: 'fpga-icestorm', enables: 'iCE40 bitstreams' },
  // icetime needs it, and there is no program in it.
  {
    any: ['/usr/share/fpga-icestorm/chipdb/chipdb-5k.txt'],
    debian: 'fpga-icestorm-chipdb',
    enables: 'timing of iCE40 bitstreams',
  },
  {
    any: ['/usr/lib/python3/dist-packages/numpy/__init__.py'],
    debian: 'python3-numpy',
    enables: 'running the Python drivers',
  },
  { any: ['arm-linux-gnueabihf-gcc'], debian: 'gcc-arm-linux-gnueabihf', enables: 'firmware for Cortex-A9' },
  {
    any: ['/usr/arm-linux-gnueabihf/include/stdio.h'],
    debian: 'libc6-dev-armhf-cross',
    enables: 'firmware for Cortex-A9',
  },
  { any: ['aarch64-linux-gnu-gcc'], debian: 'gcc-aarch64-linux-gnu', enables: 'firmware for Cortex-A53' },
  {
    any: ['/usr/aarch64-linux-gnu/include/stdio.h'],
    debian: 'libc6-dev-arm64-cross',
    enables: 'firmware for Cortex-A53',
  },
  { any: ['qemu-arm'], debian: 'qemu-user', enables: 'running that firmware' },
  { any: ['z3'], debian: 'z3', enables: 'proofs of the small blocks' },
];

const say = (text) => process.stderr.write(`${text}\n`);

/** Ends with the text form of `src/base/diagnostics.ts`, which cannot be loaded before the packages are there. */
function fail(code, message, places, fix) {
  say(`error ${code}  ${message}`);
  places.forEach((place, index) => say(`  ${index === 0 ? '-->' : '   '} ${place}`));
  say(`  ${fix}`);
  process.exit(3);
}

const isBefore = (version, oldest) => version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1]);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const lastLines = (text, count) => text.trim().split('\n').slice(-count);

function checkNode() {
  const version = process.versions.node.split('.').map(Number);
  if (!isBefore(version, oldestNode)) return;
  fail(
    'H5091',
    `Node ${process.versions.node} is too old, Heddle needs ${oldestNode.join('.')} or newer`,
    [process.execPath],
    'install a newer Node: https://nodejs.org/en/download (or: nvm install 22)',
  );
}

/** Changes when the locked packages, or what they were built for, change. */
function wantedStamp() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${hash} node-${process.versions.modules} ${process.platform}-${process.arch}\n`;
}

const readText = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** True when npm's own record of node_modules says that exactly the locked packages are there. */
function installedAsLocked() {
  const record = readText(join(root, 'node_modules', '.package-lock.json'));
  if (record === '') return false;
  try {
    const installed = JSON.parse(record).packages;
    const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    const equal = (path) => {
      const has = installed[path];
      if (has === undefined) return locked[path].optional === true;
      return has.version === locked[path].version && existsSync(join(root, path));
    };
    return Object.keys(locked).every((path) => path === '' || equal(path));
  } catch {
    return false; // a damaged record: install again
  }
}

/** One set-up at a time in a checkout: `npm ci` empties node_modules first. */
function withLock(work) {
  const lock = join(root, '.heddle-cache', 'setup.lock');
  mkdirSync(join(root, '.heddle-cache'), { recursive: true });
  const isAlive = (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error.code === 'EPERM';
    }
  };
  for (let told = false; ;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readText(lock));
    const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
    if ((holder > 0 && !isAlive(holder)) || age > 900_000) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) say(`setup: waiting for another set-up in this checkout (process ${holder})`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  work();
  release();
}

function runNpm(args) {
  const npm = process.env.npm_execpath ?? '';
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] };
  // Under `npm start` the very npm that runs us; run by hand, the one on PATH.
  if (/npm-cli\.c?js$/.test(npm) && existsSync(npm)) return spawnSync(process.execPath, [npm, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function explainNpmFailure(result) {
  if (result.error?.code === 'ENOENT') return 'npm was not found: it comes with Node (Debian: apt-get install npm)';
  const text = `${result.stderr}${result.stdout}`;
  if (/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|ENOTCACHED/.test(text)) {
    return 'the npm registry cannot be reached: check the network, a proxy (npm config get proxy) and npm config get registry';
  }
  if (/EUSAGE|in sync/.test(text))
    return 'package.json and package-lock.json disagree: run npm install and commit both';
  if (/ENOSPC/.test(text)) return 'the disk is full: the packages need about 200 MB';
  if (/EACCES|EPERM|EROFS/.test(text)) return `node_modules cannot be written: check who owns ${root}`;
  return 'run npm ci in the checkout to see all it says';
}

function installPackages() {
  const count = Object.keys(JSON.parse(readFileSync(lockFile, 'utf8')).packages).length - 1;
  if (!mayInstall) {
    fail(
      'H5092',
      'the npm packages are missing or stale, and HEDDLE_SETUP=never forbids installing them',
      [root],
      'run: npm ci',
    );
  }
  const start = Date.now();
  process.stderr.write(`setup: installing ${count} npm packages as locked in package-lock.json ...`);
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error', '--no-progress'];
  const result = runNpm(['ci', ...flags]);
  if (result.status !== 0) {
    say(' failed');
    const spoken = `${result.stderr ?? ''}`
      .split('\n')
      .filter((line) => /npm error \w/.test(line))
      .slice(0, 3);
    const places =
      spoken.length > 0 ? spoken : [result.error?.message ?? `npm ended with ${result.status ?? result.signal}`];
    fail('H5092', 'the npm packages could not be installed', places, explainNpmFailure(result));
  }
  say(` ${seconds(start)}`);
}

function setUpPackages() {
  const wanted = wantedStamp();
  if (readText(stampFile) === wanted) return;
  withLock(() => {
    if (readText(stampFile) === wanted) return; // another set-up did it while we waited
    const known = readText(stampFile).split(' ').slice(1).join(' ');
    const sameMachine = known === '' || known === wanted.split(' ').slice(1).join(' ');
    if (!sameMachine || !installedAsLocked()) installPackages();
    writeFileSync(stampFile, wanted);
  });
}

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));

// CXX may carry arguments or a launcher ("ccache g++"): its first word has to be there.
const isThere = ({ any }) =>
  any.some((program) => {
    const word = program.split(' ')[0];
    return word.includes('/') ? existsSync(word) : onPath(word);
  });

/** Text of an installed Verilator that is too old, else undefined. */
function tooOldVerilator() {
  if (!onPath('verilator')) return undefined;
  const said = spawnSync('verilator', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const found = /Verilator (\d+)\.(\d+)/.exec(said);
  if (found === null) return `verilator --version says "${said.trim()}"`;
  return isBefore(found.slice(1).map(Number), oldestVerilator) ? found[0] : undefined;
}

/** How to become root without a question: `[]` for root, sudo when it asks for no password, else undefined. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

function runAsRoot(prefix, args) {
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...args];
  const result = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] });
  return { ok: result.status === 0, text: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

const hasCandidate = (name) => {
  const said = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return /Candidate: (?!\(none\))/.test(said.stdout ?? '');
};

const missingAre = (programs) => programs.map(({ any, enables }) => `${any[0]}: ${enables}`);
const debianCommand = (programs) =>
  `sudo apt-get update && sudo apt-get install --no-install-recommends ${programs.map(({ debian }) => debian).join(' ')}`;

function howToInstall(programs) {
  if (onPath('apt-get')) return `run: ${debianCommand(programs)}`;
  if (process.platform === 'darwin') return 'run: brew install verilator (and xcode-select --install for the compiler)';
  return 'install them with your package manager: https://verilator.org/guide/latest/install.html';
}

/** Installs what is missing; returns what is missing still. */
function installPrograms(missing) {
  const prefix = onPath('apt-get') ? rootPrefix() : undefined;
  if (!mayInstall || prefix === undefined) return missing;
  const start = Date.now();
  const names = missing.map(({ debian }) => debian);
  process.stderr.write(`setup: installing Debian packages ${names.join(' ')} (HEDDLE_SETUP=never forbids this) ...`);
  const update = runAsRoot(prefix, ['apt-get', 'update', '-qq']);
  const wanted = names.filter(hasCandidate);
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const flags = ['install', '-y', '-qq', '--no-install-recommends'];
  const installed = (packages) => runAsRoot(prefix, ['apt-get', ...wait, ...flags, ...packages]);
  const together = wanted.length > 0 ? installed(wanted) : { ok: true, text: '' };
  // One package that cannot be had does not keep the others away.
  const steps = together.ok ? [together] : wanted.map((name) => installed([name]));
  say(steps.every(({ ok }) => ok) ? ` ${seconds(start)}` : ' failed');
  for (const step of [update, ...steps].filter(({ ok }) => !ok))
    lastLines(step.text, 4).forEach((line) => say(`  ${line}`));
  for (const name of names.filter((each) => !wanted.includes(each))) say(`setup: Debian here has no package ${name}`);
  return missing.filter((program) => !isThere(program));
}

function setUpPrograms(needed, wished) {
  let missing = [...needed, ...wished].filter((program) => !isThere(program));
  if (missing.length > 0) missing = installPrograms(missing);
  const lacking = missing.filter((program) => needed.includes(program));
  if (lacking.length > 0) {
    const why = mayInstall ? '' : ', and HEDDLE_SETUP=never forbids installing them';
    fail('H5093', `programs that the tests need are missing${why}`, missingAre(lacking), howToInstall(lacking));
  }
  const old = tooOldVerilator();
  if (old !== undefined) {
    const fix = 'build a newer one: https://verilator.org/guide/latest/install.html';
    fail('H5094', `${old} is too old, the tests need 5.006 or newer`, ['verilator'], fix);
  }
  if (missing.length > 0) {
    say(`setup: not here: ${missingAre(missing).join('; ')}`);
    say(`  ${howToInstall(missing)}`);
  }
}

checkNode();
setUpPackages();
const flags = process.argv.slice(2);
if (flags.includes('--tests') || flags.includes('--tools')) {
  setUpPrograms(testPrograms, flags.includes('--tools') ? toolPrograms : []);
}
