/**
 * Maps each place of a stack to its source once. The kit asks for a stack at every node that a module makes, and vitest
 * maps all its frames anew each time: that was half of the time in which designs are built.
 */
type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;
const own = Symbol.for('heddle.knownPlaces');

const errors: { prepareStackTrace?: Prepare & { [own]?: true } } = Error;
const { prepareStackTrace: mapped } = errors;
if (mapped !== undefined && mapped[own] !== true) {
  const known = new Map<string, string>();
  const frame = (site: NodeJS.CallSite): string => {
    // One frame of a stack without a message: ": ", a new line and the frame.
    const alone = (): string => String(mapped({ name: ' ', message: '' }, [site])).replace(/^[^\n]*/, '');
    const file = site.getFileName();
    if (file === null || file === undefined) return alone();
    const key = `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const text = alone();
    known.set(key, text);
    return text;
  };
  const prepare: Prepare = (error, sites) =>
    `${error.name || 'Error'}: ${error.message || ''}${sites.map(frame).join('')}`;
  errors.prepareStackTrace = Object.assign(prepare, { [own]: true as const });
}
