/** Ports under another prefix. */

/** Names that begin with FROM begin with TO. */
type Renamed<P, FROM extends string, TO extends string> = {
  [K in keyof P as K extends `${FROM}${infer REST}` ? `${TO}${REST}` : K]: P[K];
};

/** `s_axi_awvalid` as `s_axi_ctrl_awvalid`, and so on; other names stay. */
export function renamed<P extends object, FROM extends string, TO extends string>(
  ports: P,
  from: FROM,
  to: TO,
): Renamed<P, FROM, TO> {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name.startsWith(from) ? `${to}${name.slice(from.length)}` : name,
      port,
    ]),
  ) as Renamed<P, FROM, TO>;
}
