// The engine's three streams at full rate: files with beats in (the bytes of a beat, then its tlast), a checksum of the
// words that leave. One job a line of standard input; answers with CPU seconds, cycles from the first weight beat to the
// last result, checksum.
#include "Vengine_core.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

static double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static std::vector<uint8_t> bytes(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) exit(2);
  fseek(f, 0, SEEK_END);
  std::vector<uint8_t> all(ftell(f));
  rewind(f);
  if (fread(all.data(), 1, all.size(), f) != all.size()) exit(2);
  fclose(f);
  return all;
}

// usage: program weights pixels outputs (packets that leave)
int main(int argc, char **argv) {
  if (argc < 4) return 1;
  const int B = PORT_BYTES;
  const auto w = bytes(argv[1]), x = bytes(argv[2]);
  const long outputs = atol(argv[3]);
  const size_t nw = w.size() / (B + 1), nx = x.size() / (B + 1);
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    VerilatedContext context;
    Vengine_core *d = new Vengine_core(&context);
    d->aresetn = d->enable = 0;
    d->s_axis_w_tvalid = d->s_axis_x_tvalid = d->m_axis_y_tready = 0;
    for (int k = 0; k < 8; k++) {
      d->aclk = 0;
      d->eval();
      d->aclk = 1;
      d->eval();
    }
    d->aresetn = d->enable = d->m_axis_y_tready = 1;
    size_t iw = 0, ix = 0;
    long first = -1, last = 0, packets = 0;
    uint32_t sum = 0x811c9dc5;
    bool neww = true, newx = true;
    const double start = cpu();
    for (long cycle = 0; packets < outputs && cycle < 100000000; cycle++) {
      if (neww) {
        d->s_axis_w_tvalid = iw < nw;
        if (iw < nw) {
          memcpy(&d->s_axis_w_tdata, &w[iw * (B + 1)], B);
          d->s_axis_w_tlast = w[iw * (B + 1) + B];
        }
      }
      if (newx) {
        d->s_axis_x_tvalid = ix < nx;
        if (ix < nx) {
          memcpy(&d->s_axis_x_tdata, &x[ix * (B + 1)], B);
          d->s_axis_x_tlast = x[ix * (B + 1) + B];
        }
      }
      d->aclk = 0;
      d->eval();
      neww = iw < nw && d->s_axis_w_tready;
      newx = ix < nx && d->s_axis_x_tready;
      if (neww) {
        iw++;
        if (first < 0) first = cycle;
      }
      if (newx) ix++;
      if (d->m_axis_y_tvalid) {
        uint32_t words[B / 4];
        memcpy(words, &d->m_axis_y_tdata, B);
        for (uint32_t word : words) sum = (sum ^ word) * 16777619u;
        last = cycle;
        packets += d->m_axis_y_tlast;
      }
      d->aclk = 1;
      d->eval();
    }
    printf("%.9f %ld:%08x\n", cpu() - start, last - first + 1, sum);
    fflush(stdout);
    delete d;
  }
}
