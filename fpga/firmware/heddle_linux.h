/* Linux: registers through UIO, memory through u-dma-buf. */
#ifndef HEDDLE_LINUX_H
#define HEDDLE_LINUX_H

#include "heddle.h"

/** One open accelerator; set by heddle_linux_open. All buffers of the device are taken from `memory`. */
struct heddle_linux {
  int uio[3];
  int sync_for_device;
  int sync_for_cpu;
  volatile uint32_t *windows[3];
  size_t window_bytes[3];
  unsigned char *memory;
  size_t memory_bytes;
  uint64_t memory_address;
  struct heddle_platform platform;
};

/**
 * `uio`: device files of control, DMA and DMA of weights, such as "/dev/uio0"; NULL where there is none. `buffer`: name of
 * the u-dma-buf, such as "udmabuf0". Fails with HEDDLE_PLATFORM_FAILED and errno; nothing stays open then.
 */
int heddle_linux_open(struct heddle_linux *machine, const char *const uio[3], const char *buffer);
void heddle_linux_close(struct heddle_linux *machine);

#endif /* HEDDLE_LINUX_H */
