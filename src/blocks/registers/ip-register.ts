/** A register as IP-XACT and Vivado's packager have it; one word each. */
export interface IpRegister {
  readonly name: string;
  readonly offset: number;
  readonly description: string;
  /** After reset; undefined where hardware drives it. */
  readonly reset?: number;
  readonly fields: readonly {
    readonly name: string;
    readonly low: number;
    readonly bits: number;
    readonly access: 'read-only' | 'read-write' | 'write-only';
    readonly description?: string;
    readonly values?: Readonly<Record<string, number>>;
    /** What writing 1 does, where it does not set the value. */
    readonly onWrite?: 'oneToSet' | 'oneToClear' | 'oneToToggle';
    readonly onRead?: 'clear';
  }[];
}
