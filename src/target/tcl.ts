/** Values as Tcl words: what a script reads is exactly what was given, whatever characters it holds. */

/** One word: bare where nothing in it means anything to Tcl, otherwise in quotes with escapes. */
export function tclWord(value: string | number): string {
  const text = String(value);
  if (/^[\w.:/*+,@%=-]+$/.test(text) && !text.startsWith('-')) return text;
  const escaped = text.replace(/[\\"[\]$]/g, '\\$&').replace(/\n/g, '\\n');
  return `"${escaped}"`;
}

/** A list of values or of lists. Braces quote it, so an item with an unbalanced brace or a backslash is refused. */
export type TclItem = string | number | readonly TclItem[];

export function tclList(items: readonly TclItem[]): string {
  return `{${items.map(listItem).join(' ')}}`;
}

function listItem(item: TclItem): string {
  if (typeof item === 'object') return tclList(item);
  const text = String(item);
  if (/[{}\\]/.test(text)) throw new Error(`no word of a Tcl list: ${text}`);
  return text === '' || /[\s";[\]$#]/.test(text) ? `{${text}}` : text;
}

/** `set name value`, names of one block below each other. */
export function tclSettings(values: readonly (readonly [name: string, value: TclItem])[]): string {
  const width = Math.max(...values.map(([name]) => name.length));
  return values
    .map(
      ([name, value]) => `set ${name.padEnd(width)} ${typeof value === 'object' ? tclList(value) : tclWord(value)}\n`,
    )
    .join('');
}

/** Plain data as a Tcl dictionary: objects become dictionaries, arrays lists. */
export function tclDict(data: Readonly<Record<string, unknown>>, indent = ''): string {
  const inner = `${indent}  `;
  const lines = Object.entries(data).map(([key, value]) => `${inner}${listItem(key)} ${dictValue(value, inner)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

function dictValue(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    const flat = value.every((each) => typeof each !== 'object');
    const items = value.map((each) => (flat ? listItem(each as string) : dictValue(each, `${indent}  `)));
    return flat ? `{${items.join(' ')}}` : `{\n${items.map((item) => `${indent}  ${item}`).join('\n')}\n${indent}}`;
  }
  if (typeof value === 'object' && value !== null) return tclDict(value as Record<string, unknown>, indent);
  return listItem(typeof value === 'number' ? value : String(value));
}
