/** The tables of docs/engine.md, from the tables that hardware and compiler use. */
import { fieldRange, type BitTable } from './bit-fields.js';
import { engineParameters } from './config.js';

/** Markdown table of the fields of a bit table, in the order of their words. */
export function fieldMarkdown(table: BitTable): string {
  const rows = Object.entries(table)
    .sort(([, a], [, b]) => a.word - b.word || a.low - b.low)
    .map(([name, field]) => {
      const { word, low, width, doc } = field;
      const { min, max } = fieldRange(field);
      const bits = width === 1 ? `${low}` : `${low + width - 1}:${low}`;
      return `| ${word} | ${bits} | \`${name}\` | ${min} .. ${max} | ${doc} |`;
    });
  return ['| word | bits | field | range | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** Markdown table of the static parameters. */
export function parameterMarkdown(): string {
  const rows = Object.entries(engineParameters).map(([name, spec]) => {
    const standard = 'default' in spec ? String(spec.default) : '';
    return `| \`${name}\` | ${spec.min} .. ${spec.max} | ${standard} | ${spec.doc} |`;
  });
  return ['| parameter | range | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
