/** Widths that are the same in an engine of any size. */

/** Addresses of the X-RAM in the step bundle and in the header. */
export const ADDRESS_W = 20;
/** Numbers of groups of D channels. */
export const GROUPS_W = 9;
