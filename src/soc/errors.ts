/** Numbered errors of the tops (H26xx). */
export const explanations: Readonly<Record<string, string>> = {
  H2601:
    'A top with registers has no ports for weights that come from outside again and again ("weights": "external"). `heddle tops` lists what goes together; the plain top of a build takes such streams.',
  H2602:
    'An engine whose data lie in memory runs lists of transfers. A transfer of pixels can wait for 65,535 packets of results at most; this frame has more in front of one. The engine with streams has no such limit.',
  H2603:
    'A top casts float32 numbers only into weights that software can change. No layer of this network has such weights: "weights": "programmable" in the folding file makes them so.',
};
