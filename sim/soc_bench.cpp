// A Verilated accelerator behind a Unix socket, for firmware (fpga/firmware/heddle_cosim.c): registers over AXI4-Lite,
// memory behind its AXI4 masters, AXI DMAs (soc_dma.h) at its streams, an interrupt line. Every channel stalls at random;
// any beat of memory can be refused. Time passes only while a request is served, so a run depends on its seed alone.
//
// soc_ports.h is written for each top: the class, the list of its ports, and which of them are buses.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "soc_ports.h"
#include "soc_model.h"
#include "soc_dma.h"

namespace {

struct Bench {
  VerilatedContext context;
  Top top{&context};
  Ports ports{portTable(top)};
  Memory memory;
  Random random;
  std::vector<Master> masters;
  std::vector<Dma> dmas;
  LitePort control;
  Port clock = ports.at("aclk"), reset = ports.at("aresetn"), irq = ports.at("irq");
  uint64_t cycle = 0;

  Bench(uint64_t base, size_t bytes, uint32_t seed, double stall, bool rings) : memory(base, bytes), random(seed, stall) {
    control = LitePort(ports, controlPrefix);
    for (const char *prefix : masterPrefixes) masters.emplace_back(ports, prefix);
    for (const DmaPorts &streams : dmaPorts) dmas.emplace_back(ports, streams.send, streams.receive, rings);
    reset.put(0);
    clock.put(0);
    for (int k = 0; k < 8; k++) step();
    reset.put(1);
    step();
  }

  // One cycle: outputs of the bench are set, then all sides see the same cycle.
  void step() {
    control.drive(random);
    for (Master &master : masters) master.drive(memory, random, cycle);
    for (Dma &dma : dmas) dma.drive(memory, random);
    top.eval();
    bool running = reset.get() != 0;
    if (running) {
      control.sample();
      for (Master &master : masters) master.sample(memory, random, cycle);
      for (Dma &dma : dmas) dma.sample(memory);
    }
    clock.put(1);
    top.eval();
    clock.put(0);
    cycle++;
  }

  uint32_t read(unsigned window, uint32_t offset) {
    if (window > 0) {
      step();
      return window <= dmas.size() ? dmas[window - 1].read(offset) : 0;
    }
    control.startRead(offset);
    while (!control.done()) step();
    return control.data();
  }

  void write(unsigned window, uint32_t offset, uint32_t value) {
    if (window > 0) {
      step();
      if (window <= dmas.size()) dmas[window - 1].write(offset, value, memory);
      return;
    }
    control.startWrite(offset, value);
    while (!control.done()) step();
  }

  // True when the line is high within so many cycles.
  bool wait(uint64_t cycles) {
    for (uint64_t k = 0; k < cycles; k++) {
      if (irq.get() != 0) return true;
      step();
    }
    return irq.get() != 0;
  }
};

bool whole(int file, void *data, size_t bytes, bool writes) {
  auto *at = static_cast<unsigned char *>(data);
  while (bytes != 0) {
    ssize_t some = writes ? ::write(file, at, bytes) : ::read(file, at, bytes);
    if (some <= 0) return false;
    at += some;
    bytes -= static_cast<size_t>(some);
  }
  return true;
}

uint64_t little(const unsigned char *bytes, unsigned count) {
  uint64_t value = 0;
  for (unsigned k = 0; k < count; k++) value |= static_cast<uint64_t>(bytes[k]) << (8 * k);
  return value;
}

void serve(Bench &bench, int file) {
  constexpr uint64_t cyclesPerMicrosecond = 100;
  unsigned char request[16];
  std::vector<unsigned char> data;
  while (whole(file, request, sizeof request, false)) {
    uint32_t word = static_cast<uint32_t>(little(request + 4, 4)), answer = 0;
    uint64_t address = little(request + 8, 8);
    data.clear();
    switch (request[0]) {
      case 'R': answer = bench.read(request[1], word); break;
      case 'W': bench.write(request[1], word, static_cast<uint32_t>(address)); break;
      case 'I': answer = bench.wait(word * cyclesPerMicrosecond); break;
      case 'P': for (uint32_t k = 0; k < word; k++) bench.step(); break;
      case 'T': bench.step(); answer = static_cast<uint32_t>(bench.cycle / cyclesPerMicrosecond); break;
      case 'M':
        data.resize(word);
        if (!whole(file, data.data(), word, false)) return;
        bench.memory.store(address, data.data(), word);
        data.clear();
        break;
      case 'G': data.resize(word); bench.memory.load(address, data.data(), word); break;
      case 'F': bench.memory.fault(static_cast<char>(request[1]), word, static_cast<unsigned>(address)); break;
      case 'C': answer = bench.memory.beats(static_cast<char>(request[1])); break;
      case 'A':
        answer = bench.memory.refusedPort;
        for (unsigned k = 0; k < 8; k++)
          data.push_back(static_cast<unsigned char>(bench.memory.refusedAddress >> (8 * k)));
        break;
      default: fail("unknown request");
    }
    unsigned char bytes[4];
    for (unsigned k = 0; k < 4; k++) bytes[k] = static_cast<unsigned char>(answer >> (8 * k));
    if (!whole(file, bytes, 4, true) || (!data.empty() && !whole(file, data.data(), data.size(), true))) return;
  }
}

} // namespace

// SOCKET SEED STALL BASE BYTES RINGS
int main(int count, char **argument) {
  if (count != 7) fail("SOCKET SEED STALL BASE BYTES RINGS");
  uint32_t seed = static_cast<uint32_t>(std::strtoul(argument[2], nullptr, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, argument[1], sizeof address.sun_path - 1);
  int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
      ::listen(listener, 1) != 0)
    fail("the socket cannot be opened");
  Bench bench(std::strtoull(argument[4], nullptr, 0), std::strtoull(argument[5], nullptr, 0), seed,
              std::strtod(argument[3], nullptr), std::atoi(argument[6]) != 0);
  std::puts("ready");
  std::fflush(stdout);
  int file = ::accept(listener, nullptr, nullptr);
  if (file < 0) fail("nobody comes");
  serve(bench, file);
  std::printf("cycles %llu reads %u writes %u\n", static_cast<unsigned long long>(bench.cycle),
              bench.memory.beats('r'), bench.memory.beats('b'));
  return 0;
}
