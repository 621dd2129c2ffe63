// Self-driven testbench of the MAC array: xorshift stimulus, checksum of every result beat. Arguments: cycles, duty (quarters),
// and with TRACE the name of the FST file. Prints CPU seconds and the checksum; the model is reset for four cycles first.
#include "Vmac_array.h"
#include "verilated.h"
#ifdef TRACE
#include "verilated_fst_c.h"
#endif
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

static double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static uint32_t state = 0x12345678;
static inline uint32_t next() {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}
static inline uint32_t mix(uint32_t r, uint32_t i) {
  uint32_t h = r + i * 0x9E3779B9u;
  h ^= h >> 15;
  return h * 0x2c1b3c6du;
}

int main(int, char **argv) {
  VerilatedContext context;
  Vmac_array *d = new Vmac_array(&context);
#ifdef TRACE
  context.traceEverOn(true);
  VerilatedFstC fst;
  d->trace(&fst, 99);
  fst.open(argv[3]);
  uint64_t now = 0;
#define DUMP fst.dump(now++)
#else
#define DUMP
#endif
  uint32_t checksum = 0, beats = 0;
  bool s_free = true, w_free = true;
  auto step = [&] {
    d->aclk = 0;
    d->eval();
    d->aclk = 1;
    d->eval();
    DUMP;
  };
  d->aresetn = 0;
  d->s_axis_tvalid = d->w_axis_tvalid = d->m_axis_tready = 0;
  for (int i = 0; i < 4; i++) step();
  d->aresetn = 1;
  uint32_t duty = atoi(argv[2]);
  auto cycle = [&] {
    uint32_t r = next();
    if (s_free) {
      d->s_axis_tvalid = (r & 3) < duty;
      if (d->s_axis_tvalid) {
#if ROWS == 8
        d->s_axis_tdata = mix(r, 0) | (uint64_t)mix(r, 1) << 32;
#else
        for (int i = 0; i < ROWS / 4; i++) d->s_axis_tdata[i] = mix(r, i);
#endif
      }
    }
    if (w_free) {
      d->w_axis_tvalid = (r >> 4) & 1;
      if (d->w_axis_tvalid)
        for (int i = 0; i < COLUMNS / 4; i++) d->w_axis_tdata[i] = mix(r, 100 + i);
    }
    d->m_axis_tready = ((r >> 2) & 3) != 0;
    s_free = !d->s_axis_tvalid || d->s_axis_tready;
    w_free = !d->w_axis_tvalid || d->w_axis_tready;
    if (d->m_axis_tvalid && d->m_axis_tready) {
      beats++;
      for (int i = 0; i < ROWS; i++) checksum = ((checksum << 5) | (checksum >> 27)) ^ d->m_axis_tdata[i];
      checksum += d->m_axis_tuser + d->m_axis_tlast;
    }
    step();
  };
  // One line "cycles duty" in, one line "seconds checksum beats" out.
  long cycles;
  while (scanf("%ld %u", &cycles, &duty) == 2) {
    double start = cpu();
    for (long n = 0; n < cycles; n++) cycle();
    printf("%.6f %08x %u\n", cpu() - start, checksum, beats);
    fflush(stdout);
  }
#ifdef TRACE
  fst.close();
#endif
  return 0;
}
