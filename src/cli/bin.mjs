#!/usr/bin/env node
/** The `heddle` program: registers the TypeScript loader, then runs the command line. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
