import { describe, expect, it } from 'vitest';
import { formatSeconds, Progress, progressStyle, renderStep, type ProgressStyle } from '../../src/base/progress.js';

const plain: ProgressStyle = { mode: 'plain', color: false, columns: 90 };
const live: ProgressStyle = { mode: 'live', color: false, columns: 90 };

function recorder(style: ProgressStyle, total = 2) {
  const state = { text: '', time: 0 };
  const progress = new Progress({ total, style, write: (text) => (state.text += text), now: () => state.time });
  return { state, progress };
}

describe('progressStyle', () => {
  const terminal = { isTTY: true, columns: 100, env: {} };
  it('redraws in colour on a terminal', () => {
    expect(progressStyle(terminal)).toEqual({ mode: 'live', color: true, columns: 100 });
  });
  it.each([
    ['a pipe', { env: {} }, 'plain', false],
    ['CI', { ...terminal, env: { CI: 'true' } }, 'plain', false],
    ['a dumb terminal', { ...terminal, env: { TERM: 'dumb' } }, 'plain', false],
    ['NO_COLOR', { ...terminal, env: { NO_COLOR: '1' } }, 'live', false],
    ['an empty NO_COLOR', { ...terminal, env: { NO_COLOR: '' } }, 'live', true],
    ['--quiet', { ...terminal, quiet: true }, 'silent', true],
    ['--json -', { ...terminal, json: '-' }, 'silent', true],
    ['--json FILE', { ...terminal, json: 'a.json' }, 'live', true],
  ])('%s', (_name, surroundings, mode, color) => {
    expect(progressStyle(surroundings)).toMatchObject({ mode, color });
  });
});

describe('renderStep', () => {
  const step = { index: 2, total: 6, name: 'check', detail: 'shapes, ranges', seconds: 0.04, state: 'done' as const };
  it('lines up number, name, detail and time', () => {
    expect(renderStep(step, plain)).toBe(`[2/6] check      shapes, ranges${' '.repeat(54)}0.0 s`);
    expect(renderStep({ ...step, total: 12 }, plain)).toMatch(/^\[ 2\/12\] check {6}shapes/);
  });
  it('never fills a narrow terminal', () => {
    const line = renderStep({ ...step, detail: 'x'.repeat(200) }, { ...live, columns: 40 });
    expect(line).toHaveLength(39);
    expect(line).toMatch(/x… {2}0\.0 s$/);
  });
  it('keeps long details whole in plain text', () => {
    expect(renderStep({ ...step, detail: 'x'.repeat(200) }, plain)).toContain(`${'x'.repeat(200)}  0.0 s`);
  });
  it('says that a step runs or failed, and colours only when asked', () => {
    expect(renderStep({ ...step, detail: '', state: 'running' }, plain)).toContain('check      ...');
    expect(renderStep({ ...step, state: 'failed' }, plain)).toContain('shapes, ranges failed');
    const colored = renderStep({ ...step, state: 'failed' }, { ...plain, color: true });
    expect([colored.startsWith('\x1b[31m[2/6]'), colored.endsWith('\x1b[2m0.0 s\x1b[22m')]).toEqual([true, true]);
  });
  it('writes times as people read them', () => {
    expect([0, 12.34, 599.9, 725].map(formatSeconds)).toEqual(['0.0 s', '12.3 s', '599.9 s', '12 min 5 s']);
  });
});

describe('Progress', () => {
  it('writes one plain line a step, and a sign of life in a long one', () => {
    const { state, progress } = recorder(plain);
    const step = progress.start('train');
    step.update('epoch 1 of 9');
    expect(state.text).toBe('');
    state.time = 31_000;
    step.update('epoch 2 of 9');
    step.update('epoch 3 of 9');
    state.time = 40_000;
    step.done('99 % right');
    step.done('said twice');
    progress.start('write').failed();
    expect(state.text.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      '[1/2] train epoch 2 of 9 31.0 s',
      '[1/2] train 99 % right 40.0 s',
      '[2/2] write failed 0.0 s',
      '',
    ]);
  });
  it('redraws in place on a terminal, not too often, and keeps notes above', () => {
    const { state, progress } = recorder(live);
    const step = progress.start('train');
    step.update('too soon');
    state.time = 150;
    step.update('epoch 1');
    progress.note('a hint');
    step.done();
    const parts = state.text.split('\r\x1b[2K').map((part) => part.replace(/ +/g, ' '));
    expect(parts).toEqual([
      '',
      '[1/2] train ... 0.0 s',
      '[1/2] train epoch 1 0.1 s',
      'a hint\n',
      '[1/2] train epoch 1 0.1 s',
      '[1/2] train epoch 1 0.1 s\n',
    ]);
  });
  it('keeps silent when told', () => {
    const { state, progress } = recorder({ ...plain, mode: 'silent' });
    progress.start('train').done();
    progress.note('a hint');
    expect(state.text).toBe('');
  });
  it('runs work as a step and lets its error through', async () => {
    const { state, progress } = recorder(plain);
    await expect(progress.run('add', () => 1 + 1, String)).resolves.toBe(2);
    await expect(progress.run('fall', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(state.text).toMatch(/add {8}2 [^]*fall {7}failed/);
  });
  it('refuses two steps at once', () => {
    const { progress } = recorder(plain);
    progress.start('one');
    expect(() => progress.start('two')).toThrow('still running');
  });
});
