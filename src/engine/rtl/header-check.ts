/** The rules of a header that the hardware checks: what could make it wait for ever, or read and write where it must not. */
import { type Bool, type Builder, type NatExpr, natGt, type Sig, type UInt, uint } from '../../hdl/index.js';
import { headerMagic, opCodes, requantCodes } from '../header.js';
import { headerFields } from './header-fields.js';

/** Static parameters of the engine that limit headers. */
export interface HeaderBounds {
  readonly M: NatExpr;
  readonly G: NatExpr;
  readonly GROUPS: NatExpr;
  readonly WD: NatExpr;
  readonly PD: NatExpr;
  readonly NTHR: NatExpr;
  readonly MUL: NatExpr;
  readonly FIXED: NatExpr;
  readonly LUT: NatExpr;
  readonly ADD: NatExpr;
  readonly DW: NatExpr;
  readonly XU: NatExpr;
}

/** Two wires: the magic is wrong; a field is beyond a limit or contradicts another. */
export function headerProblems(
  b: Builder,
  header: Sig<UInt>,
  n: HeaderBounds,
): { readonly magic: Sig<Bool>; readonly limits: Sig<Bool> } {
  const h = headerFields(b, header, [
    ...(['magic', 'op', 'dstXram', 'dstAxis', 'wrap', 'wReuse', 'wKeep', 'res', 'lut', 'hasWeights', 'round'] as const),
    ...([
      'requant',
      'thresholds',
      'Ho',
      'XT',
      'NT',
      'SH',
      'H',
      'W',
      'Mlast',
      'gLast',
      'OTN',
      'CHN',
      'Cc',
      'Clast',
    ] as const),
    ...([
      'wWords',
      'xCh0',
      'xRing',
      'xSlot0',
      'yRing',
      'ySlot0',
      'yGrp0',
      'ySW',
      'inUnsigned',
      'yFlat',
      'planes',
      'rGrp0',
      'rRound',
      'rRequant',
    ] as const),
  ]);
  const dense = b.let('isDense', h.op.eq(opCodes.dense));
  const pools = b.let('isPool', h.op.bit(1));
  const limit = (value: NatExpr, width: number) => b.constant(uint(width), value).extend(17);
  const [M, G, GROUPS, WD] = [limit(n.M, 9), limit(n.G, 5), limit(n.GROUPS, 9), limit(n.WD, 17)];
  const above = (value: Sig<UInt>, most: Sig<UInt>) => value.extend(17).gt(most);
  const reaches = (value: Sig<UInt>, most: Sig<UInt>) => value.extend(17).ge(most);
  const zeros = [
    'Ho',
    'XT',
    'NT',
    'SH',
    'H',
    'W',
    'Mlast',
    'gLast',
    'OTN',
    'CHN',
    'Cc',
    'Clast',
    'xRing',
    'yRing',
    'ySW',
  ] as const;
  const rules: [string, Sig<Bool>][] = [
    ['badZero', zeros.map((name) => h[name].eq(0)).reduce((any, each) => any.or(each))],
    ['badTaps', h.NT.gt(32)],
    ['badRound', h.round.gt(4)],
    ['badChannels', above(h.Mlast, M).or(above(h.gLast, GROUPS)).or(h.Clast.gt(h.Cc))],
    ['badWeights', above(h.wWords, WD).or(h.hasWeights.asBool().and(h.wWords.eq(0)))],
    ['badKind', dense.and(h.hasWeights.eq(0)).or(pools.and(h.hasWeights.ne(0)))],
    ['badChunks', dense.not().and(h.CHN.ne(1).or(h.wrap.ne(0)).or(h.xCh0.ne(0)))],
    ['badWrap', h.wrap.asBool().and(reaches(h.Cc, G).not())],
    ['badKeep', h.wReuse.or(h.wKeep).ne(0).and(h.hasWeights.eq(0))],
    ['badBank', reaches(h.xCh0, M)],
    ['badSlots', h.xSlot0.ge(h.xRing).or(h.ySlot0.ge(h.yRing))],
    ['badFlat', h.yFlat.ne(0)],
    ['badResidual', h.res.asBool().and(reaches(h.rGrp0, GROUPS).or(h.rRound.gt(4)))],
    ['badTarget', h.dstXram.or(h.dstAxis).eq(0)],
    ['badWrite', h.dstXram.asBool().and(reaches(h.yGrp0, GROUPS).or(above(h.ySW, GROUPS)).or(h.ySW.gt(4)))],
  ];
  const limits = rules.map(([name, rule]) => b.let(name, rule));
  const missing = b.wires(
    Object.fromEntries(
      [
        'lacksDw',
        'lacksChunks',
        'lacksMul',
        'lacksFixed',
        'lacksThresholds',
        'lacksLut',
        'lacksAdd',
        'lacksUnsigned',
      ].map((k) => [k, h.magic.eq(0).type]),
    ),
  );
  const option = (name: string, present: ReturnType<typeof natGt>, needed: Sig<Bool>) => {
    const wire = missing[name]!;
    b.genIf(
      name,
      present,
      () => b.assign(wire, 0),
      () => b.assign(wire, needed),
    );
    limits.push(wire);
  };
  option('lacksDw', natGt(n.DW, 0), dense.not());
  option('lacksChunks', natGt(n.PD, 0), h.CHN.gt(1));
  option('lacksMul', natGt(n.MUL, 0), h.requant.ne(requantCodes.shift).or(h.rRequant.ne(requantCodes.shift)));
  option('lacksFixed', natGt(n.FIXED, 0), h.requant.eq(requantCodes.fixed).or(h.rRequant.eq(requantCodes.fixed)));
  option('lacksThresholds', natGt(n.NTHR, 0), h.thresholds.asBool().or(h.planes.bit(3)));
  option('lacksLut', natGt(n.LUT, 0), h.lut.asBool());
  option('lacksAdd', natGt(n.ADD, 0), h.res.asBool());
  option('lacksUnsigned', natGt(n.XU, 0), h.inUnsigned.asBool());
  return {
    magic: b.let('badMagic', h.magic.ne(headerMagic)),
    limits: b.let(
      'badLimits',
      limits.reduce((any, each) => any.or(each)),
    ),
  };
}
