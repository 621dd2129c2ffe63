import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDirectoryAtomic, writeFileAtomic } from '../../src/base/files.js';
import { sha256, sha256File } from '../../src/base/hash.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'heddle-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('writes text and bytes, makes parents, leaves nothing beside', () => {
    const path = join(folder, 'a', 'b.txt');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, Uint8Array.of(0x32, 0x32));
    expect(readFileSync(path, 'utf8')).toBe('22');
    expect(readdirSync(join(folder, 'a'))).toEqual(['b.txt']);
  });
  it('keeps the mode of the old file and links as links', () => {
    const [real, link] = [join(folder, 'real.sh'), join(folder, 'link.sh')];
    writeFileSync(real, 'old');
    chmodSync(real, 0o755);
    symlinkSync(real, link);
    writeFileAtomic(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('new');
    expect(statSync(real).mode & 0o777).toBe(0o755);
  });
  it('cleans up and keeps the old content when it fails', () => {
    mkdirSync(join(folder, 'taken'));
    expect(() => writeFileAtomic(join(folder, 'taken'), 'x')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('writeDirectoryAtomic', () => {
  const options = { marker: 'manifest.json' };
  const fill = (target: string, text: string): void => {
    writeFileSync(join(target, 'manifest.json'), '{}');
    writeFileSync(join(target, text), text);
  };
  it('puts a whole directory in place, then replaces it', async () => {
    const place = join(folder, 'build', 'x');
    await writeDirectoryAtomic(place, options, (target) => fill(target, 'one'));
    const result = await writeDirectoryAtomic(place, options, (target) => {
      fill(target, 'two');
      expect(existsSync(join(place, 'one'))).toBe(true);
      return 7;
    });
    expect(result).toBe(7);
    expect(readdirSync(place).sort()).toEqual(['manifest.json', 'two']);
    expect(readdirSync(join(folder, 'build'))).toEqual(['x']);
  });
  it('keeps the old directory and leaves nothing when filling fails', async () => {
    const place = join(folder, 'x');
    await writeDirectoryAtomic(place, options, (target) => fill(target, 'one'));
    const work = writeDirectoryAtomic(place, options, async (target) => {
      fill(target, 'two');
      return Promise.reject(new Error('full disk'));
    });
    await expect(work).rejects.toThrow('full disk');
    expect(readdirSync(folder)).toEqual(['x']);
    expect(readdirSync(place).sort()).toEqual(['manifest.json', 'one']);
  });
  it('refuses to replace what is not ours, with H0010', async () => {
    const place = join(folder, 'home');
    mkdirSync(place);
    await writeDirectoryAtomic(place, options, (target) => fill(target, 'an empty one is free'));
    rmSync(join(place, 'manifest.json'));
    const never = () => expect.unreachable();
    await expect(writeDirectoryAtomic(place, options, never)).rejects.toThrow(/error H0010 .*not written by Heddle/);
    writeFileSync(join(folder, 'file'), '');
    await expect(writeDirectoryAtomic(join(folder, 'file'), options, never)).rejects.toThrow('H0010');
  });
  it('removes what it began when the process is interrupted', async () => {
    const files = new URL('../../src/base/files.ts', import.meta.url).href;
    const script = `
      import { writeDirectoryAtomic } from ${JSON.stringify(files)};
      void writeDirectoryAtomic(process.argv[2], { marker: 'm' }, async () => {
        console.log('begun');
        await new Promise((wake) => setTimeout(wake, 60_000));
      });`;
    writeFileSync(join(folder, 'script.mts'), script);
    const child = spawn(process.execPath, ['--import', 'tsx', join(folder, 'script.mts'), join(folder, 'x')]);
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(readdirSync(folder).some((name) => name.startsWith('x.tmp-'))).toBe(true);
    child.kill('SIGINT');
    await expect(ended).resolves.toBe('SIGINT');
    expect(readdirSync(folder)).toEqual(['script.mts']);
  });
});

describe('sha256', () => {
  it('hashes text, bytes and files alike', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    writeFileSync(join(folder, 'abc'), 'abc');
    expect([sha256('abc'), sha256(Buffer.from('abc')), sha256File(join(folder, 'abc'))]).toEqual([abc, abc, abc]);
    writeFileSync(join(folder, 'big'), Buffer.alloc((1 << 20) + 5, 'y'));
    expect(sha256File(join(folder, 'big'))).toBe(sha256('y'.repeat((1 << 20) + 5)));
  });
});
