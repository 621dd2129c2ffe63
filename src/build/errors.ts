/** Numbered errors of the build steps (H20xx) and of results that differ (H400x). */
export const explanations: Readonly<Record<string, string>> = {
  H2001:
    'A step is named that build does not have, or --from is behind --to. The steps are import, check, plan, generate, simulate and package, in this order.',
  H2002:
    'build --from STEP goes on from what an earlier run left in state/ of the output directory. There is none, or the model or an option that the earlier steps depend on has changed since. Run without --from.',
  H2003:
    'No legal folding under the budget of the board reaches the goal, or not even the smallest one fits. What bounds it is named: a layer at its full size, a resource of which the next step up takes more than there is, or the width of the ports, which carry one beat a cycle.',
  H2004: 'A board is named that Heddle has no data for.',
  H2005:
    '--backend engine wants --engine with the parameters of the engine (P=7,G=3,M=32,D=4 and any others), or a JSON file: what Engine.toJSON writes, or the engine.json of a build. The dataflow back end has no use for it, nor the engine for --folding, --target-fps, --max-latency and --port-bits.',
  H2010:
    'The library has no block of this name; names that look like it are given. `emit --list` lists all blocks with their parameters.',
  H4001:
    'The hardware computed other codes than the integer reference executor. The first element that differs is named with its sample. For text that was edited by hand (--rtl) the edit is the likely cause; otherwise it is a defect of Heddle.',
  H4002:
    'Forms of one design that should agree in every cycle did not, or a stream broke a rule of AXI4-Stream. The report shows the first cycle, the signals, sixteen cycles around it and the command that repeats the run.',
  H4003:
    'The integer pipeline does not compute what the graph of the model file computes. This is a defect of the lowering; please report it with the model.',
};
