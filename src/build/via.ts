/** The forms in which a network can compute. */
export const vias = ['reference', 'model', 'simulator', 'verilator'] as const;
export type Via = (typeof vias)[number];
