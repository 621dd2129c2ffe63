// Ports by name, memory with refusals, an AXI4-Lite manager and AXI4 subordinates for soc_bench.cpp.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

[[noreturn]] inline void fail(const std::string &what) {
  std::fprintf(stderr, "soc_bench: %s\n", what.c_str());
  std::exit(3);
}

// A port of the Verilated class. All its types are little-endian words, so bytes serve every width.
struct Port {
  void *place = nullptr;
  unsigned bits = 0;

  size_t bytes() const { return (bits + 7) / 8; }
  uint64_t get() const {
    uint64_t value = 0;
    if (place != nullptr) std::memcpy(&value, place, storage() < 8 ? storage() : 8);
    return value;
  }
  void put(uint64_t value) {
    if (place == nullptr) return;
    size_t size = storage();
    std::memset(place, 0, size);
    if (bits < 64) value &= (uint64_t{1} << bits) - 1;
    std::memcpy(place, &value, size < 8 ? size : 8);
  }
  void putBytes(const unsigned char *data) {
    if (place == nullptr) return;
    std::memset(place, 0, storage());
    std::memcpy(place, data, bytes());
  }
  std::vector<unsigned char> getBytes() const {
    std::vector<unsigned char> data(bytes());
    if (place != nullptr) std::memcpy(data.data(), place, bytes());
    return data;
  }

private:
  size_t storage() const { return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : bits <= 64 ? 8 : (bits + 31) / 32 * 4; }
};

struct Ports {
  std::map<std::string, Port> all;
  Port at(const std::string &name) const {
    auto found = all.find(name);
    if (found == all.end()) fail("no port " + name);
    return found->second;
  }
  // A port that the top may not have: nothing is read or written then.
  Port maybe(const std::string &name) const {
    auto found = all.find(name);
    return found == all.end() ? Port{} : found->second;
  }
  bool has(const std::string &name) const { return all.count(name) != 0; }
};

struct Random {
  uint64_t state;
  double stall;
  Random(uint32_t seed, double chance) : state(seed * 0x9e3779b97f4a7c15u + 1), stall(chance) {}
  uint32_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<uint32_t>(state >> 32);
  }
  bool waits() { return next() < stall * 4294967296.0; }
  unsigned below(unsigned limit) { return next() % limit; }
};

// Memory of the system: what the masters and the DMAs see.
struct Memory {
  uint64_t base;
  std::vector<unsigned char> bytes;
  uint32_t read = 0, written = 0;       // beats of R, responses on B
  int64_t refuseRead = -1, refuseWrite = -1;
  unsigned readResponse = 0, writeResponse = 0;

  Memory(uint64_t from, size_t size) : base(from), bytes(size) {}

  bool holds(uint64_t address, size_t count) const {
    return address >= base && address - base <= bytes.size() && bytes.size() - (address - base) >= count;
  }
  void store(uint64_t address, const unsigned char *data, size_t count) {
    if (!holds(address, count)) fail("the processor writes outside of the memory");
    std::memcpy(&bytes[address - base], data, count);
  }
  void load(uint64_t address, unsigned char *data, size_t count) const {
    if (!holds(address, count)) fail("the processor reads outside of the memory");
    std::memcpy(data, &bytes[address - base], count);
  }
  // Refuses one beat, counted from now; a response of 0 refuses none any more. Counts begin anew.
  void fault(char channel, uint32_t beat, unsigned response) {
    (channel == 'r' ? refuseRead : refuseWrite) = response == 0 ? -1 : beat;
    (channel == 'r' ? readResponse : writeResponse) = response;
    (channel == 'r' ? read : written) = 0;
  }
  uint32_t beats(char channel) const { return channel == 'r' ? read : written; }
  // What was refused last: the port as ERROR.PORT counts, and where its beat, or its burst of writes, begins.
  unsigned refusedPort = 0;
  uint64_t refusedAddress = 0;

  // The response of a beat: 0 okay, 2 SLVERR, 3 DECERR; nobody is outside of the memory.
  unsigned answerRead(bool there, unsigned port, uint64_t address) {
    return answer(read++ == refuseRead ? readResponse : 0, there, port, address);
  }
  unsigned answerWrite(bool there, unsigned port, uint64_t address) {
    return answer(written++ == refuseWrite ? writeResponse : 0, there, port, address);
  }

private:
  unsigned answer(unsigned own, bool there, unsigned port, uint64_t address) {
    unsigned response = there ? own : 3;
    if (response != 0) refusedPort = port, refusedAddress = address;
    return response;
  }
};

// What a side offers must stay until it is taken.
struct Stays {
  bool open = false;
  std::vector<uint64_t> was;
  void check(const char *what, bool valid, bool ready, const std::vector<uint64_t> &now) {
    if (open && !valid) fail(std::string(what) + ": valid falls before ready");
    if (open && valid && now != was) fail(std::string(what) + ": changes before it is taken");
    open = valid && !ready;
    was = now;
  }
};

// An AXI4-Lite manager: one access at a time, its channels in any order.
struct LitePort {
  Port awvalid, awready, awaddr, wvalid, wready, wdata, wstrb, bvalid, bready, bresp;
  Port arvalid, arready, araddr, rvalid, rready, rdata, rresp;
  bool aw = false, w = false, b = false, ar = false, r = false;
  bool offersAw = false, offersW = false, offersAr = false, takesB = false, takesR = false;
  uint32_t address = 0, value = 0, answer = 0;

  LitePort() = default;
  LitePort(const Ports &ports, const std::string &p) {
    awvalid = ports.at(p + "_awvalid"), awready = ports.at(p + "_awready"), awaddr = ports.at(p + "_awaddr");
    wvalid = ports.at(p + "_wvalid"), wready = ports.at(p + "_wready"), wdata = ports.at(p + "_wdata");
    wstrb = ports.at(p + "_wstrb"), bvalid = ports.at(p + "_bvalid"), bready = ports.at(p + "_bready");
    bresp = ports.at(p + "_bresp"), arvalid = ports.at(p + "_arvalid"), arready = ports.at(p + "_arready");
    araddr = ports.at(p + "_araddr"), rvalid = ports.at(p + "_rvalid"), rready = ports.at(p + "_rready");
    rdata = ports.at(p + "_rdata"), rresp = ports.at(p + "_rresp");
  }
  void startRead(uint32_t at) { address = at, ar = r = true; }
  void startWrite(uint32_t at, uint32_t word) { address = at, value = word, aw = w = b = true; }
  bool done() const { return !(aw || w || b || ar || r); }
  uint32_t data() const { return answer; }

  void drive(Random &random) {
    offersAw = aw && (offersAw || !random.waits());
    offersW = w && (offersW || !random.waits());
    offersAr = ar && (offersAr || !random.waits());
    takesB = b && !random.waits();
    takesR = r && !random.waits();
    awvalid.put(offersAw), awaddr.put(address), wvalid.put(offersW), wdata.put(value), wstrb.put(15);
    arvalid.put(offersAr), araddr.put(address), bready.put(takesB), rready.put(takesR);
  }
  void sample() {
    if (offersAw && awready.get()) aw = offersAw = false;
    if (offersW && wready.get()) w = offersW = false;
    if (offersAr && arready.get()) ar = offersAr = false;
    if (takesB && bvalid.get()) {
      if (bresp.get() != 0) fail("a register refuses a write");
      b = false;
    }
    if (takesR && rvalid.get()) {
      if (rresp.get() != 0) fail("a register refuses a read");
      answer = static_cast<uint32_t>(rdata.get()), r = false;
    }
  }
};

// A subordinate behind an AXI4 master: bursts in order, latencies, stalls, refusals; protocol rules of the master.
struct Master {
  struct Burst {
    uint64_t address, due;
    unsigned beats;
  };
  std::string name;
  unsigned number;            // as ERROR.PORT counts: 1 weights, 2 input, 3 results
  bool reads, writes;
  Port araddr, arlen, arsize, arburst, arvalid, arready, rdata, rresp, rlast, rvalid, rready;
  Port awaddr, awlen, awsize, awburst, awvalid, awready, wdata, wstrb, wlast, wvalid, wready, bresp, bvalid, bready;
  std::deque<Burst> readBursts, writeBursts;
  std::deque<std::pair<uint64_t, unsigned>> responses;
  Stays arStays, awStays, wStays;
  unsigned readBeat = 0, writeBeat = 0;
  bool writeThere = true, offersR = false, offersB = false, takesAr = false, takesAw = false, takesW = false;
  unsigned rAnswer = 0;

  Master(const Ports &ports, const std::string &p)
      : name(p), number(portNumber(p)), reads(ports.has(p + "_arvalid")), writes(ports.has(p + "_awvalid")) {
    auto port = [&](const char *suffix) { return ports.maybe(p + "_" + suffix); };
    araddr = port("araddr"), arlen = port("arlen"), arsize = port("arsize"), arburst = port("arburst");
    arvalid = port("arvalid"), arready = port("arready"), rdata = port("rdata"), rresp = port("rresp");
    rlast = port("rlast"), rvalid = port("rvalid"), rready = port("rready");
    awaddr = port("awaddr"), awlen = port("awlen"), awsize = port("awsize"), awburst = port("awburst");
    awvalid = port("awvalid"), awready = port("awready"), wdata = port("wdata"), wstrb = port("wstrb");
    wlast = port("wlast"), wvalid = port("wvalid"), wready = port("wready"), bresp = port("bresp");
    bvalid = port("bvalid"), bready = port("bready");
  }

  void drive(Memory &memory, Random &random, uint64_t cycle) {
    if (reads) {
      takesAr = readBursts.size() < 8 && !random.waits();
      arready.put(takesAr);
      if (!offersR && !readBursts.empty() && readBursts.front().due <= cycle && !random.waits()) offerRead(memory);
      rvalid.put(offersR);
    }
    if (!writes) return;
    takesAw = writeBursts.size() < 8 && !random.waits();
    awready.put(takesAw);
    takesW = !writeBursts.empty() && !random.waits();
    wready.put(takesW);
    offersB = offersB || (!responses.empty() && responses.front().first <= cycle && !random.waits());
    bvalid.put(offersB);
    bresp.put(offersB ? responses.front().second : 0);
  }

  void sample(Memory &memory, Random &random, uint64_t cycle) {
    if (reads) sampleRead(random, cycle);
    if (writes) sampleWrite(memory, random, cycle);
  }

private:
  static unsigned portNumber(const std::string &p) {
    const std::vector<std::string> names{"wgt", "ifm", "ofm"};
    for (unsigned k = 0; k < names.size(); k++)
      if (p.size() >= 3 && p.substr(p.size() - 3) == names[k]) return k + 1;
    fail(p + ": not a port of weights, input or results");
  }

  // Beats after the first begin at multiples of the width.
  uint64_t beatAddress(const Burst &burst, unsigned beat, size_t width) const {
    return beat == 0 ? burst.address : burst.address / width * width + beat * width;
  }

  void offerRead(Memory &memory) {
    size_t width = rdata.bytes();
    uint64_t from = beatAddress(readBursts.front(), readBeat, width) / width * width;
    bool there = memory.holds(from, width);
    std::vector<unsigned char> data(width, 0xee);
    rAnswer = memory.answerRead(there, number, from);
    if (there && rAnswer == 0) memory.load(from, data.data(), width);
    rdata.putBytes(data.data());
    rresp.put(rAnswer);
    rlast.put(readBeat + 1 == readBursts.front().beats);
    offersR = true;
  }

  Burst burstOf(const char *channel, const Port &address, const Port &length, const Port &size, const Port &kind,
                size_t width, Random &random, uint64_t cycle) const {
    Burst burst{address.get(), cycle + 1 + random.below(random.stall > 0 ? 40 : 2),
                static_cast<unsigned>(length.get()) + 1};
    std::string what = name + "_" + channel;
    if ((size_t{1} << size.get()) != width) fail(what + ": not the size of the bus");
    if (kind.get() != 1) fail(what + ": not an incrementing burst");
    uint64_t last = burst.address / width * width + burst.beats * width - 1;
    if (burst.address / 4096 != last / 4096) fail(what + ": a burst crosses 4 KB");
    return burst;
  }

  void sampleRead(Random &random, uint64_t cycle) {
    arStays.check((name + "_ar").c_str(), arvalid.get(), takesAr, {araddr.get(), arlen.get(), arsize.get()});
    if (offersR && rready.get()) {
      offersR = false;
      if (++readBeat == readBursts.front().beats) readBursts.pop_front(), readBeat = 0;
    }
    if (arvalid.get() && takesAr)
      readBursts.push_back(burstOf("ar", araddr, arlen, arsize, arburst, rdata.bytes(), random, cycle));
  }

  void sampleWrite(Memory &memory, Random &random, uint64_t cycle) {
    awStays.check((name + "_aw").c_str(), awvalid.get(), takesAw, {awaddr.get(), awlen.get(), awsize.get()});
    wStays.check((name + "_w").c_str(), wvalid.get(), takesW, {wdata.get(), wstrb.get(), wlast.get()});
    if (offersB && bready.get()) offersB = false, responses.pop_front();
    if (wvalid.get() && takesW) takeBeat(memory, random, cycle);
    if (awvalid.get() && takesAw)
      writeBursts.push_back(burstOf("aw", awaddr, awlen, awsize, awburst, wdata.bytes(), random, cycle));
  }

  void takeBeat(Memory &memory, Random &random, uint64_t cycle) {
    const Burst &burst = writeBursts.front();
    size_t width = wdata.bytes();
    uint64_t to = beatAddress(burst, writeBeat, width) / width * width;
    std::vector<unsigned char> data = wdata.getBytes(), strobes = wstrb.getBytes();
    bool there = memory.holds(to, width);
    writeThere = writeThere && there;
    for (size_t k = 0; there && k < width; k++)
      if ((strobes[k / 8] >> (k % 8)) & 1) memory.store(to + k, &data[k], 1);
    bool last = ++writeBeat == burst.beats;
    if ((wlast.get() != 0) != last) fail(name + ": wlast at the wrong beat");
    if (!last) return;
    responses.emplace_back(cycle + 1 + random.below(random.stall > 0 ? 40 : 2),
                           memory.answerWrite(writeThere, number, burst.address));
    writeBursts.pop_front(), writeBeat = 0, writeThere = true;
  }
};
