/*
 * Co-simulation: the accelerator is a simulation behind a Unix socket (sim/soc_bench.cpp). Memory of the processor is an
 * array whose lines reach the memory of the simulation only by flush and by eviction at any moment, and whose lines are
 * read from there only by invalidate, as a cache that is not coherent does. Time is that of the simulation.
 */
#ifndef HEDDLE_COSIM_H
#define HEDDLE_COSIM_H

#include "heddle.h"

#ifndef HEDDLE_COSIM_MEMORY_BYTES
#define HEDDLE_COSIM_MEMORY_BYTES 0x100000u
#endif
#define HEDDLE_COSIM_LINE 64u

/** One simulation. */
struct heddle_cosim {
  int socket;
  int failed;
  uint32_t lost;
  uint32_t random;
  /* Accesses of registers since it was opened. */
  uint32_t accesses;
  uint32_t waits;
  uint64_t base;
  unsigned char *memory;
  struct heddle_platform platform;
};

/** `path` of the socket. `base`: bus address of the memory. `seed` of evictions; 0: none. */
int heddle_cosim_open(struct heddle_cosim *machine, const char *path, uint64_t base, uint32_t seed);
/** Memory refuses the `beat`-th beat from now on (0 the next) of `channel` r or b: `response` 2 SLVERR, 3 DECERR, 0 none. */
int heddle_cosim_fault(struct heddle_cosim *machine, char channel, uint32_t beat, uint32_t response);
/** Beats of `channel` r, or responses of b, since the last fault on it. */
uint32_t heddle_cosim_beats(struct heddle_cosim *machine, char channel);
/** Where memory refused last: the port as ERROR.PORT counts it, 0 for a DMA, and the byte address of the beat or burst. */
int heddle_cosim_refused(struct heddle_cosim *machine, uint32_t *port, uint64_t *address);
void heddle_cosim_close(struct heddle_cosim *machine);

#endif /* HEDDLE_COSIM_H */
