/** Writes `sim/axi4stream_checker.sv` from the table of rules. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkerText } from '../src/cosim/protocol/verilog.js';

writeFileSync(fileURLToPath(new URL('axi4stream_checker.sv', import.meta.url)), checkerText());
