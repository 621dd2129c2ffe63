/** Numbered errors of the tops (H26xx). */
export const explanations: Readonly<Record<string, string>> = {
  H2601:
    'A top with registers has no ports for weights that come from outside again and again ("weights": "external"). `heddle tops` lists what goes together; the plain top of a build takes such streams.',
};
