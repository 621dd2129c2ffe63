// The vendor's AXI DMA as firmware sees it: simple transfers or rings of descriptors, an input and an output stream.
#pragma once
#include "soc_model.h"

// One direction of a DMA.
struct DmaChannel {
  bool rings, sends;
  uint32_t control = 0, status = 1;
  uint64_t current = 0, tail = 0, address = 0;
  uint32_t length = 0, left = 0, moved = 0;
  uint64_t descriptor = 0;
  uint32_t word = 0;          // control word of the descriptor
  bool active = false, hasTail = false;

  void reset() {
    bool r = rings, s = sends;
    *this = DmaChannel{r, s};
    if (r) status |= 8;
  }
  bool runs() const { return (control & 1) != 0 && (status & 0x770) == 0; }

  uint32_t read(uint32_t offset) const {
    switch (offset) {
      case 0x00: return control;
      case 0x04: return status;
      case 0x08: return static_cast<uint32_t>(current);
      case 0x0c: return static_cast<uint32_t>(current >> 32);
      default: return 0;
    }
  }

  void write(uint32_t offset, uint32_t value) {
    auto low = [&](uint64_t &place) { place = (place & ~0xffffffffull) | value; };
    auto high = [&](uint64_t &place) { place = (place & 0xffffffffull) | static_cast<uint64_t>(value) << 32; };
    switch (offset) {
      case 0x00:
        control = value;
        if (control & 1) status &= ~1u;
        else status |= 1, active = hasTail = false;
        break;
      case 0x08: if (status & 1) low(current); break;
      case 0x0c: if (status & 1) high(current); break;
      case 0x10: low(tail), hasTail = true, status &= ~2u; break;
      case 0x14: high(tail); break;
      case 0x18: low(address); break;
      case 0x1c: high(address); break;
      case 0x28:
        if (runs() && !rings) length = value, left = value, moved = 0, active = true, status &= ~2u;
        break;
      default: break;
    }
  }

  void stop(uint32_t error) { status |= error | 1, active = false; }

  // Fetches the next descriptor where there is one.
  void fetch(Memory &memory) {
    if (!rings || active || !hasTail || !runs()) return;
    unsigned char bytes[64];
    if (current % 64 != 0 || !memory.holds(current, 64)) return stop(current % 64 != 0 ? 0x100 : 0x400);
    memory.load(current, bytes, 64);
    uint32_t words[16];
    std::memcpy(words, bytes, 64);
    // A descriptor that is already complete is a stale one.
    if ((words[7] & 0x80000000u) != 0 || (words[6] & 0x3ffffff) == 0) return stop(0x100);
    descriptor = current;
    address = words[2] | static_cast<uint64_t>(words[3]) << 32;
    word = words[6], length = left = word & 0x3ffffff, moved = 0, active = true;
  }

  // A beat has moved; `packetEnds`: it carried tlast.
  void advance(Memory &memory, uint32_t bytes, bool packetEnds) {
    left -= bytes, moved += bytes, address += bytes;
    if (left != 0 && !(packetEnds && !sends)) return;
    active = false;
    if (!rings) {
      status |= 2;
      return;
    }
    uint32_t done = 0x80000000u | moved | (packetEnds && !sends ? 0x04000000u : 0);
    unsigned char bytesOf[64];
    memory.store(descriptor + 28, reinterpret_cast<unsigned char *>(&done), 4);
    memory.load(descriptor, bytesOf, 8);
    uint64_t next;
    std::memcpy(&next, bytesOf, 8);
    if (descriptor == tail) hasTail = false, status |= 2;
    else current = next;
    if (descriptor == tail) current = next;
  }
};

struct Dma {
  bool hasReceive;
  DmaChannel send, receive;
  Port sData, sValid, sReady, sLast, mData, mValid, mReady, mLast;
  bool offers = false, takes = false;
  Stays stays;
  uint32_t some = 0;

  Dma(const Ports &ports, const std::string &in, const std::string &out, bool rings) : hasReceive(!out.empty()) {
    send = DmaChannel{rings, true}, receive = DmaChannel{rings, false};
    send.reset(), receive.reset();
    sData = ports.at(in + "_tdata"), sValid = ports.at(in + "_tvalid"), sReady = ports.at(in + "_tready");
    sLast = ports.maybe(in + "_tlast");
    if (!hasReceive) return;
    mData = ports.at(out + "_tdata"), mValid = ports.at(out + "_tvalid"), mReady = ports.at(out + "_tready");
    mLast = ports.at(out + "_tlast");
  }

  uint32_t read(uint32_t offset) const { return offset < 0x30 ? send.read(offset) : receive.read(offset - 0x30); }
  void write(uint32_t offset, uint32_t value, Memory &) {
    if (offset % 0x30 == 0 && (value & 4) != 0) return send.reset(), receive.reset();
    if (offset < 0x30) send.write(offset, value);
    else receive.write(offset - 0x30, value);
  }

  void drive(Memory &memory, Random &random) {
    send.fetch(memory), receive.fetch(memory);
    size_t width = sData.bytes();
    if (!offers && send.active && !random.waits()) {
      std::vector<unsigned char> data(width, 0);
      some = send.left < width ? send.left : static_cast<uint32_t>(width);
      aligned(send, width);
      unsigned answer = memory.answerRead(memory.holds(send.address, some), 0, send.address);
      if (answer != 0) send.stop(answer == 2 ? 0x20 : 0x40);
      else {
        memory.load(send.address, data.data(), some);
        sData.putBytes(data.data());
        sLast.put(some == send.left && (!send.rings || (send.word & 0x04000000u) != 0));
        offers = true;
      }
    }
    // A reset of the DMA takes the offer away, as it does in hardware.
    if (!send.active) offers = false;
    sValid.put(offers);
    takes = hasReceive && receive.active && !random.waits();
    mReady.put(takes);
  }

  // fpga/vivado builds DMAs of more than 64 bits without realignment.
  static void aligned(const DmaChannel &channel, size_t width) {
    if (width > 8 && channel.address % width != 0) fail("a transfer that begins inside of a beat, and no realignment");
  }

  void sample(Memory &memory) {
    if (hasReceive) {
      bool valid = mValid.get() != 0;
      stays.check("results", valid, takes, {mData.get(), mLast.get()});
      if (valid && takes) {
        std::vector<unsigned char> data = mData.getBytes();
        aligned(receive, data.size());
        uint32_t count = receive.left < data.size() ? receive.left : static_cast<uint32_t>(data.size());
        bool ends = mLast.get() != 0;
        // A packet that is longer than its transfer is an internal error.
        if (receive.left <= data.size() && !ends && !receive.rings) receive.stop(0x10);
        else {
          unsigned answer = memory.answerWrite(memory.holds(receive.address, count), 0, receive.address);
          if (answer != 0) receive.stop(answer == 2 ? 0x20 : 0x40);
          else memory.store(receive.address, data.data(), count), receive.advance(memory, count, ends);
        }
      }
    }
    if (offers && sReady.get()) offers = false, send.advance(memory, some, false);
  }
};
