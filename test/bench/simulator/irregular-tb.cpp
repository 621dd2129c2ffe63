// Self-driven testbench of a random netlist: xorshift in, a checksum of what leaves; reads "cycles unused" lines.
#include "Virregular.h"
#include "verilated.h"
#include <cstdio>
#include <ctime>

static double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main() {
  VerilatedContext context;
  Virregular *d = new Virregular(&context);
  uint32_t state = 0x12345678, checksum = 0;
  auto step = [&] {
    d->aclk = 0;
    d->eval();
    d->aclk = 1;
    d->eval();
  };
  d->aresetn = 0;
  for (int i = 0; i < 4; i++) step();
  d->aresetn = 1;
  long cycles;
  unsigned unused;
  while (scanf("%ld %u", &cycles, &unused) == 2) {
    double start = cpu();
    for (long n = 0; n < cycles; n++) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      d->x = state;
      // The value before the edge, as a register sees it.
      d->aclk = 0;
      d->eval();
      checksum = ((checksum << 5) | (checksum >> 27)) ^ d->y;
      d->aclk = 1;
      d->eval();
    }
    printf("%.6f %08x 0\n", cpu() - start, checksum);
    fflush(stdout);
  }
}
