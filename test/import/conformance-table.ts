/** `npm run -s conformance`: prints the text of docs/conformance.md; exit code 1 where a test fails or the tests are absent. */
import { conformanceText, haveNodeTests, runNodeTests } from './conformance.js';

const outcomes = haveNodeTests ? runNodeTests() : [];
if (haveNodeTests) process.stdout.write(conformanceText(outcomes));
if (!haveNodeTests || outcomes.some(({ result }) => result === 'FAILS')) process.exitCode = 1;
