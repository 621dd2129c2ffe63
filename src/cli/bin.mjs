#!/usr/bin/env node
/** The `heddle` program: registers the TypeScript loader, then runs the command line. */
import './loader.mjs';

await import('./main.ts');
