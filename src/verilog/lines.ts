/** Lines of a text as they are printed, and where each comes from. */
import type { SourcePlace } from '../circuit/index.js';
import { wrapLine } from './layout.js';

/** A line of the text (counted from 1) and the TypeScript line that it comes from. */
export interface MappedLine {
  readonly line: number;
  readonly place: SourcePlace;
}

export class Lines {
  readonly lines: string[] = [];
  readonly map: MappedLine[] = [];

  add(indent: number, line: string, place?: SourcePlace): void {
    if (place !== undefined) this.map.push({ line: this.lines.length + 1, place });
    this.lines.push(...wrapLine(line === '' ? '' : ' '.repeat(indent) + line));
  }
  blank(): void {
    if (this.lines[this.lines.length - 1] !== '') this.lines.push('');
  }
}
