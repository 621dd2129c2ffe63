// The floors of the house (src/README.md): a room imports only rooms on lower floors; base is open to all.
const floors = [
  ['base'],
  ['circuit', 'network'],
  ['hdl', 'verilog', 'simulator', 'import'],
  ['cosim', 'blocks'],
  ['dataflow', 'engine'],
  ['soc', 'target'],
  ['build'],
  ['farm', 'report'],
  ['cli'],
];
// Rooms of one floor do not see each other: what two rooms share lives below both.
const floorRules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `floor-${floor}-${room}`,
    comment: `src/${room} may import only rooms on floors below ${floor}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      path: '^src/',
      pathNot: `^src/(${[room, ...floors.slice(0, floor).flat()].join('|')})/`,
    },
  })),
);
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-loose-files',
      comment: 'every source file lives in a room of the house',
      severity: 'error',
      from: { path: `^src/(?!(${floors.flat().join('|')})/)` },
      to: {},
    },
    { name: 'src-never-imports-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|examples)/' } },
    ...floorRules,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
