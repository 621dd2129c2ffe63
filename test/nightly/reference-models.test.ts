/** All rows of the reference models by reference and by stages; the suite computes the first few. */
process.env['HEDDLE_ALL_ROWS'] = '1';
await import('../import/reference-models.test.js');
export {};
