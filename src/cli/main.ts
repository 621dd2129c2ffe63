/** The command line: `npm run -s heddle -- VERB ...`. */
import { endWithReader } from './output.js';
import { run } from './run.js';

endWithReader();
await run(process.argv.slice(2));
