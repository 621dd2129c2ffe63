/** Questions of the kit to the prover of `circuit`: a proof that is given up has a number of its own. */
import {
  decideAtLeast,
  decideEqual,
  decideFits,
  type Nat,
  type NatContext,
  natText,
  proofSteps,
  type Verdict,
} from '../circuit/index.js';
import { kitError } from './errors.js';

/** True where a >= b is shown; H1026 where the steps of a proof do not suffice to tell. */
export function provesAtLeast(a: Nat, b: Nat, context: NatContext): boolean {
  return known(decideAtLeast(a, b, context), () => `${natText(a)} is at least ${natText(b)}`);
}

/** True where a and b are shown to be equal; H1026 as above. */
export function provesEqual(a: Nat, b: Nat, context: NatContext): boolean {
  return known(decideEqual(a, b, context), () => `${natText(a)} equals ${natText(b)}`);
}

/** True where `value` is shown to fit `width` bits; H1026 as above. */
export function provesFits(value: Nat, width: Nat, context: NatContext): boolean {
  return known(decideFits(value, width, context), () => `${natText(value)} fits ${natText(width)} bits`);
}

function known(verdict: Verdict, claim: () => string): boolean {
  if (verdict !== 'out of steps') return verdict === 'proved';
  throw kitError(
    'H1026',
    `could not prove that ${claim()}: given up after ${proofSteps} steps`,
    'state this relation in requires, or write both sides alike',
  );
}
