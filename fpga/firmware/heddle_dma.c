/* The AXI DMA of the vendor. */
#include "heddle_dma.h"

#include "heddle_internal.h"

#define WORDS (HEDDLE_DMA_DESCRIPTOR_BYTES / 4u)

static uint32_t dma_read(const struct heddle *device, uint32_t window, uint32_t offset) {
  return device->platform->read(device->platform->context, window, offset);
}

static void dma_write(const struct heddle *device, uint32_t window, uint32_t offset, uint32_t value) {
  device->platform->write(device->platform->context, window, offset, value);
}

static void dma_write_address(const struct heddle *device, uint32_t window, uint32_t offset, uint64_t address) {
  dma_write(device, window, offset + 4u, (uint32_t)(address >> 32));
  dma_write(device, window, offset, (uint32_t)(address & 0xffffffffu));
}

static int reset_one(struct heddle *device, uint32_t window) {
  struct heddle_deadline deadline = heddle_deadline(device);
  deadline.length = HEDDLE_RESET_TIMEOUT_US;
  dma_write(device, window, HEDDLE_DMA_SEND + HEDDLE_DMA_CONTROL_OFFSET, HEDDLE_DMA_CONTROL_RESET);
  while ((dma_read(device, window, HEDDLE_DMA_SEND + HEDDLE_DMA_CONTROL_OFFSET) & HEDDLE_DMA_CONTROL_RESET) != 0u) {
    if (heddle_left(device, &deadline) == 0u) return HEDDLE_STUCK;
    heddle_idle(device);
  }
  return HEDDLE_OK;
}

int heddle_dma_reset(struct heddle *device) {
  int status = reset_one(device, HEDDLE_DMA);
  if (status == HEDDLE_OK && device->design->weight_bytes != 0u) status = reset_one(device, HEDDLE_DMA_WEIGHTS);
  return status;
}

void heddle_dma_simple(const struct heddle *device, uint32_t window, uint32_t channel, uint64_t address,
                       uint32_t bytes) {
  dma_write(device, window, channel + HEDDLE_DMA_CONTROL_OFFSET, HEDDLE_DMA_CONTROL_RUN);
  dma_write_address(device, window, channel + HEDDLE_DMA_ADDRESS_OFFSET, address);
  /* The length starts the transfer. */
  dma_write(device, window, channel + HEDDLE_DMA_LENGTH_OFFSET, bytes);
}

uint32_t heddle_dma_status(const struct heddle *device, uint32_t window, uint32_t channel) {
  return dma_read(device, window, channel + HEDDLE_DMA_STATUS_OFFSET);
}

int heddle_dma_broken(struct heddle *device) {
  static const uint32_t windows[3] = {HEDDLE_DMA, HEDDLE_DMA, HEDDLE_DMA_WEIGHTS};
  static const uint32_t channels[3] = {HEDDLE_DMA_SEND, HEDDLE_DMA_RECEIVE, HEDDLE_DMA_SEND};
  unsigned count = device->design->weight_bytes == 0u ? 2u : 3u;
  unsigned k;
  if (device->design->side != HEDDLE_STREAM) return 0;
  for (k = 0u; k < count; k++) {
    uint32_t status = heddle_dma_status(device, windows[k], channels[k]);
    if ((status & HEDDLE_DMA_STATUS_ERRORS) != 0u) {
      device->error.dma_status = status;
      return 1;
    }
  }
  return 0;
}

int heddle_dma_has_rings(const struct heddle *device, uint32_t window) {
  return (heddle_dma_status(device, window, HEDDLE_DMA_SEND) & HEDDLE_DMA_STATUS_SCATTER_GATHER) != 0u;
}

int heddle_ring_add(struct heddle_ring *ring, uint32_t capacity, uint64_t address, uint32_t bytes, int first,
                    int last) {
  while (bytes != 0u) {
    uint32_t some = bytes > HEDDLE_DMA_LONGEST ? HEDDLE_DMA_LONGEST : bytes;
    volatile uint32_t *word;
    uint64_t next;
    if (ring->count >= capacity) return HEDDLE_BAD_ARGUMENT;
    word = ring->words + (size_t)ring->count * WORDS;
    next = ring->address + (uint64_t)(ring->count + 1u) * HEDDLE_DMA_DESCRIPTOR_BYTES;
    word[HEDDLE_DMA_DESCRIPTOR_NEXT] = (uint32_t)(next & 0xffffffffu);
    word[HEDDLE_DMA_DESCRIPTOR_NEXT + 1u] = (uint32_t)(next >> 32);
    word[HEDDLE_DMA_DESCRIPTOR_ADDRESS] = (uint32_t)(address & 0xffffffffu);
    word[HEDDLE_DMA_DESCRIPTOR_ADDRESS + 1u] = (uint32_t)(address >> 32);
    word[4] = 0u;
    word[5] = 0u;
    word[HEDDLE_DMA_DESCRIPTOR_CONTROL] =
        some | (first ? HEDDLE_DMA_FIRST : 0u) | (last && some == bytes ? HEDDLE_DMA_LAST : 0u);
    word[HEDDLE_DMA_DESCRIPTOR_STATUS] = 0u;
    ring->count++;
    address += some;
    bytes -= some;
    first = 0;
  }
  return HEDDLE_OK;
}

int heddle_ring_start(const struct heddle *device, const struct heddle_ring *ring) {
  struct heddle_deadline deadline = heddle_deadline(device);
  uint32_t k;
  int status;
  for (k = 0u; k < ring->count; k++) ring->words[(size_t)k * WORDS + HEDDLE_DMA_DESCRIPTOR_STATUS] = 0u;
  status = device->platform->flush(device->platform->context, (const void *)(uintptr_t)ring->words,
                                   (size_t)ring->count * HEDDLE_DMA_DESCRIPTOR_BYTES);
  if (status != HEDDLE_OK || ring->count == 0u) return status;
  /* The first descriptor can only be set while the channel does not run. */
  dma_write(device, ring->window, ring->channel + HEDDLE_DMA_CONTROL_OFFSET, 0u);
  while ((heddle_dma_status(device, ring->window, ring->channel) & HEDDLE_DMA_STATUS_HALTED) == 0u) {
    if (heddle_left(device, &deadline) == 0u) return HEDDLE_TIMED_OUT;
    heddle_idle(device);
  }
  dma_write_address(device, ring->window, ring->channel + HEDDLE_DMA_CURRENT_OFFSET, ring->address);
  dma_write(device, ring->window, ring->channel + HEDDLE_DMA_CONTROL_OFFSET, HEDDLE_DMA_CONTROL_RUN);
  return HEDDLE_OK;
}

void heddle_ring_go(const struct heddle *device, const struct heddle_ring *ring, uint32_t count) {
  if (count == 0u) return;
  dma_write_address(device, ring->window, ring->channel + HEDDLE_DMA_TAIL_OFFSET,
                    ring->address + (uint64_t)(count - 1u) * HEDDLE_DMA_DESCRIPTOR_BYTES);
}

int heddle_ring_status(const struct heddle *device, const struct heddle_ring *ring, uint32_t index, uint32_t *status) {
  volatile uint32_t *word = ring->words + (size_t)index * WORDS;
  int answer = device->platform->invalidate(device->platform->context, (void *)(uintptr_t)word,
                                            HEDDLE_DMA_DESCRIPTOR_BYTES);
  *status = word[HEDDLE_DMA_DESCRIPTOR_STATUS];
  return answer;
}
