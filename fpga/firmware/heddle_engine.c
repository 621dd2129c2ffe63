/*
 * Engines of stream sides: the lists of transfers become rings of descriptors once, when the image is loaded. A frame hands
 * them to the DMAs; pixels that wait for results are let go when those have arrived.
 */
#include "heddle_dma.h"
#include "heddle_engine_registers.h"
#include "heddle_internal.h"
#include "heddle_registers.h"

#define ENTRY_WORDS 4u
#define AFTER_MASK 0x0000ffffu
#define LAST 0x40000000u
#define END 0x80000000u

enum { WEIGHTS = 0, PIXELS = 1, RESULTS = 2 };

/* The first entry of a list; NULL where a frame has no transfer of the kind. */
static const uint32_t *list_of(const struct heddle_design *design, uint32_t place) {
  return place == 0u ? NULL : design->lists + (place - design->list_offset) / 4u;
}

/* Entry and descriptor have the same number. */
static int add_list(struct heddle_ring *ring, uint32_t capacity, const uint32_t *entry, uint64_t buffer) {
  int first = 1;
  int status;
  if (entry == NULL) return HEDDLE_OK;
  for (;;) {
    int last = (entry[2] & LAST) != 0u;
    if (entry[1] > HEDDLE_DMA_LONGEST) return HEDDLE_BAD_ARGUMENT;
    status = heddle_ring_add(ring, capacity, buffer + entry[0], entry[1], first, last);
    if (status != HEDDLE_OK || (entry[2] & END) != 0u) return status;
    first = last;
    entry += ENTRY_WORDS;
  }
}

int heddle_make_rings(struct heddle *device) {
  static const uint32_t windows[3] = {HEDDLE_DMA_WEIGHTS, HEDDLE_DMA, HEDDLE_DMA};
  static const uint32_t channels[3] = {HEDDLE_DMA_SEND, HEDDLE_DMA_SEND, HEDDLE_DMA_RECEIVE};
  const struct heddle_design *design = device->design;
  /* The last descriptor is for the ends of packets that a reset has cut off. */
  uint32_t capacity = device->options.descriptor_bytes / HEDDLE_DMA_DESCRIPTOR_BYTES;
  const uint32_t *lists[3];
  uint64_t buffer;
  uint64_t address;
  uint32_t used = 0u;
  unsigned k;
  int status = heddle_reach(device, device->options.buffer, design->buffer_bytes, 1, &buffer);
  if (status == HEDDLE_OK)
    status = heddle_reach(device, device->options.descriptors, device->options.descriptor_bytes, 1, &address);
  if (status == HEDDLE_OK && !heddle_dma_has_rings(device, HEDDLE_DMA)) status = HEDDLE_UNSUPPORTED;
  if (status == HEDDLE_OK && capacity == 0u) status = HEDDLE_BAD_ARGUMENT;
  if (status != HEDDLE_OK) return status;
  capacity--;
  lists[WEIGHTS] = list_of(design, design->list_w);
  lists[PIXELS] = list_of(design, design->list_x);
  lists[RESULTS] = list_of(design, design->list_y);
  for (k = 0u; k < 3u && status == HEDDLE_OK; k++) {
    struct heddle_ring *ring = &device->rings[k];
    ring->words = (uint32_t *)device->options.descriptors + (size_t)used * (HEDDLE_DMA_DESCRIPTOR_BYTES / 4u);
    ring->address = address + (uint64_t)used * HEDDLE_DMA_DESCRIPTOR_BYTES;
    ring->count = 0u;
    ring->window = windows[k];
    ring->channel = channels[k];
    status = add_list(ring, capacity - used, lists[k], buffer);
    used += ring->count;
  }
  return status;
}

/* Waits until a descriptor is complete; an error of the accelerator or of the DMA ends the frame. */
static int wait_descriptor(struct heddle *device, const struct heddle_ring *ring, uint32_t index,
                           const struct heddle_deadline *deadline) {
  for (;;) {
    uint32_t left = heddle_left(device, deadline);
    uint32_t word;
    int status = heddle_ring_status(device, ring, index, &word);
    if (status != HEDDLE_OK) return heddle_give_up(device, status);
    if ((word & HEDDLE_DMA_COMPLETE) != 0u) return HEDDLE_OK;
    if (heddle_failed(device)) return heddle_fail(device);
    if (heddle_dma_broken(device)) return heddle_give_up(device, HEDDLE_DMA_FAILED);
    if (left == 0u) return heddle_give_up(device, HEDDLE_TIMED_OUT);
    heddle_idle(device);
  }
}

/* A packet of one descriptor, whatever is in it: the engine drops it up to its end. */
static int end_packet(struct heddle *device, const struct heddle_ring *cut) {
  struct heddle_deadline deadline = heddle_deadline(device);
  uint32_t place = device->options.descriptor_bytes / HEDDLE_DMA_DESCRIPTOR_BYTES - 1u;
  struct heddle_ring ring = *cut;
  uint32_t word = 0u;
  uint64_t buffer;
  int status = heddle_reach(device, device->options.descriptors, device->options.descriptor_bytes, 1, &ring.address);
  if (status == HEDDLE_OK) status = heddle_reach(device, device->options.buffer, device->design->buffer_bytes, 1, &buffer);
  if (status != HEDDLE_OK) return status;
  ring.words = (uint32_t *)device->options.descriptors + (size_t)place * (HEDDLE_DMA_DESCRIPTOR_BYTES / 4u);
  ring.address += (uint64_t)place * HEDDLE_DMA_DESCRIPTOR_BYTES;
  ring.count = 0u;
  deadline.length = HEDDLE_RESET_TIMEOUT_US;
  status = heddle_ring_add(&ring, 1u, buffer, HEDDLE_DMA_DESCRIPTOR_BYTES, 1, 1);
  if (status == HEDDLE_OK) status = heddle_ring_start(device, &ring);
  heddle_ring_go(device, &ring, 1u);
  while (status == HEDDLE_OK && (word & HEDDLE_DMA_COMPLETE) == 0u) {
    if (heddle_left(device, &deadline) == 0u) return HEDDLE_STUCK;
    heddle_idle(device);
    status = heddle_ring_status(device, &ring, 0u, &word);
  }
  return status;
}

/* Cycles in which a beat of results was offered and not taken, so far. */
static uint32_t waiting_results(const struct heddle *device) {
  heddle_write(device, HEDDLE_COMMAND_OFFSET, HEDDLE_COMMAND_RESET_MASK | HEDDLE_COMMAND_SNAPSHOT_MASK);
  return heddle_read(device, HEDDLE_ENGINE_WAIT_RESULTS_LO_OFFSET);
}

/* What of the results was on offer stays, and the end of the packet comes behind it: the DMA takes all of that. */
static int drain_results(struct heddle *device) {
  const struct heddle_ring *results = &device->rings[RESULTS];
  struct heddle_deadline deadline = heddle_deadline(device);
  uint32_t before;
  uint32_t now;
  int status;
  if (results->count == 0u) return HEDDLE_OK;
  deadline.length = HEDDLE_RESET_TIMEOUT_US;
  status = heddle_ring_start(device, results);
  heddle_ring_go(device, results, results->count);
  now = waiting_results(device);
  do {
    if (heddle_left(device, &deadline) == 0u) return HEDDLE_STUCK;
    before = now;
    heddle_idle(device);
    now = waiting_results(device);
  } while (before != now || (heddle_read(device, HEDDLE_STATUS_OFFSET) & HEDDLE_ENGINE_STATUS_RESULTS_OPEN_MASK) != 0u);
  return status;
}

int heddle_drain_rings(struct heddle *device) {
  int status = drain_results(device);
  uint32_t word = heddle_read(device, HEDDLE_STATUS_OFFSET);
  if (status == HEDDLE_OK && (word & HEDDLE_ENGINE_STATUS_WEIGHTS_DROPPED_MASK) != 0u)
    status = end_packet(device, &device->rings[WEIGHTS]);
  if (status == HEDDLE_OK && (word & HEDDLE_ENGINE_STATUS_PIXELS_DROPPED_MASK) != 0u)
    status = end_packet(device, &device->rings[PIXELS]);
  return status;
}

/* Lets pixels go packet by packet as the results that they are made of arrive. */
static int send_pixels(struct heddle *device, const struct heddle_deadline *deadline) {
  const struct heddle_ring *pixels = &device->rings[PIXELS];
  const uint32_t *x = list_of(device->design, device->design->list_x);
  const uint32_t *y = list_of(device->design, device->design->list_y);
  uint32_t arrived = 0u;
  uint32_t entry = 0u;
  uint32_t k;
  for (k = 0u; k < pixels->count; k++) {
    uint32_t after = x[k * ENTRY_WORDS + 2u] & AFTER_MASK;
    if (after <= arrived) continue;
    heddle_ring_go(device, pixels, k);
    while (arrived < after) {
      int status;
      while ((y[entry * ENTRY_WORDS + 2u] & LAST) == 0u) entry++;
      status = wait_descriptor(device, &device->rings[RESULTS], entry, deadline);
      if (status != HEDDLE_OK) return status;
      entry++;
      arrived++;
    }
  }
  heddle_ring_go(device, pixels, pixels->count);
  return HEDDLE_OK;
}

int heddle_run_rings(struct heddle *device) {
  struct heddle_deadline deadline = heddle_deadline(device);
  const struct heddle_ring *results = &device->rings[RESULTS];
  int status = HEDDLE_OK;
  unsigned k;
  for (k = 0u; k < 3u && status == HEDDLE_OK; k++) status = heddle_ring_start(device, &device->rings[k]);
  if (status != HEDDLE_OK) return status;
  heddle_start(device);
  heddle_ring_go(device, results, results->count);
  heddle_ring_go(device, &device->rings[WEIGHTS], device->rings[WEIGHTS].count);
  status = send_pixels(device, &deadline);
  if (status == HEDDLE_OK) status = heddle_finish(device, &deadline);
  if (status != HEDDLE_OK || results->count == 0u) return status;
  return wait_descriptor(device, results, results->count - 1u, &deadline);
}
