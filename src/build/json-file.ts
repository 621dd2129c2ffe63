/** Content of a JSON file: indented by two, with a line end behind it. */
export const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
