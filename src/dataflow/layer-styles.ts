/** What a layer asks of synthesis: words of its folding, and what they mean for one module. */
export const multStyles = ['auto', 'lut', 'dsp'] as const;
export type MultStyle = (typeof multStyles)[number];
export const ramStyles = ['auto', 'block', 'distributed', 'ultra'] as const;
export type RamStyle = (typeof ramStyles)[number];

/** Of one module instance; what is absent is left to the tool. */
export interface Styles {
  readonly mult?: Exclude<MultStyle, 'auto'>;
  /** Of memories with contents, and of those in windows. */
  readonly ram?: Exclude<RamStyle, 'auto'>;
}

/** Styles of a layer, as its folding has them. */
export interface LayerStyles {
  readonly mult_style?: MultStyle;
  readonly ram_style?: RamStyle;
  readonly window_ram_style?: RamStyle;
}

/** Undefined where a choice is left to the tool. */
export const asked = <S extends string>(style: S | 'auto' | undefined): Exclude<S, 'auto'> | undefined =>
  style === undefined || style === 'auto' ? undefined : (style as Exclude<S, 'auto'>);
