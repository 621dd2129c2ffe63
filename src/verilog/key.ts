/** Text that is equal for equal plain data; numbers of any size included. */
export function exprKey(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
