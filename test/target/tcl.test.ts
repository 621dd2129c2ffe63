import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { tclDict, tclList, tclSettings, tclWord } from '../../src/target/tcl.js';

/** What Tcl makes of a script. */
const tcl = (script: string): string => execaSync('tclsh', { input: script }).stdout;

describe('values as Tcl', () => {
  it.each([
    'plain',
    'two words',
    '',
    '$HOME',
    '[exit]',
    'a"b',
    'back\\slash',
    '{open',
    '-force',
    'a;b',
    '#c',
    'line\nend',
  ])('the word %j arrives as it was', (word) => {
    expect(tcl(`set x ${tclWord(word)}\nputs -nonewline $x`)).toBe(word.replace(/\n$/, ''));
  });

  it('lists keep empty items, spaces and nesting', () => {
    const list = tclList(['a', '', 'b c', ['d', ['e f', 1]], '$x', '[y]', '#z']);
    expect(
      tcl(`set l ${list}\nputs [llength $l]\nputs [lindex $l 2]\nputs [lindex $l 3 1 0]\nputs [lindex $l 4]`),
    ).toBe('7\nb c\ne f\n$x');
    expect(() => tclList(['{'])).toThrow('no word of a Tcl list');
  });

  it('settings and dictionaries are read back', () => {
    const script = `${tclSettings([
      ['name', 'digits'],
      ['files', ['a.sv', 'b.v']],
    ])}set d ${tclDict({ cells: { tie: { cell: 'T' }, fill: ['F1', 'F2'] }, memories: [{ module: 'm' }], flag: true })}
puts $name; puts [lindex $files 1]; puts [dict get $d cells tie cell]; puts [lindex [dict get $d cells fill] 1]
puts [dict get [lindex [dict get $d memories] 0] module]; puts [dict get $d flag]`;
    expect(tcl(script)).toBe('digits\nb.v\nT\nF2\nm\ntrue');
  });
});
