/* Frames and weights of stream sides: a DMA beside the accelerator moves samples, results and weights. */
#include "heddle_dataflow_registers.h"
#include "heddle_dma.h"
#include "heddle_internal.h"
#include "heddle_registers.h"

/* A DMA stopped: both are reset, so that no half packet stays. */
static int dma_failed(struct heddle *device, uint32_t status) {
  device->error.dma_status = status;
  return heddle_give_up(device, HEDDLE_DMA_FAILED);
}

/*
 * Waits until a channel has nothing more to do. An error of the accelerator ends the wait as well: what it does not take
 * the DMA never ends.
 */
static int wait_channel(struct heddle *device, uint32_t window, uint32_t channel,
                        const struct heddle_deadline *deadline) {
  for (;;) {
    uint32_t left = heddle_left(device, deadline);
    uint32_t status = heddle_dma_status(device, window, channel);
    if ((status & HEDDLE_DMA_STATUS_ERRORS) != 0u) return dma_failed(device, status);
    if ((status & HEDDLE_DMA_STATUS_IDLE) != 0u) return HEDDLE_OK;
    if (heddle_failed(device)) return heddle_fail(device);
    if (left == 0u) return heddle_give_up(device, HEDDLE_TIMED_OUT);
    heddle_idle(device);
  }
}

/* Descriptors of samples and results; where weights can be changed, the last one is for their images. */
static uint32_t sample_descriptors(const struct heddle *device) {
  uint32_t count = device->options.descriptor_bytes / HEDDLE_DMA_DESCRIPTOR_BYTES;
  return device->design->weight_bytes != 0u && count != 0u ? count - 1u : count;
}

/* One run of bytes, by a transfer or by a descriptor of its own. */
static int arm(struct heddle *device, uint32_t window, uint32_t channel, uint64_t address, uint32_t bytes) {
  struct heddle_ring ring = {NULL, 0u, 0u, window, channel};
  uint32_t place = channel == HEDDLE_DMA_SEND ? 0u : HEDDLE_DMA_DESCRIPTOR_BYTES;
  if (window == HEDDLE_DMA_WEIGHTS) place = sample_descriptors(device) * HEDDLE_DMA_DESCRIPTOR_BYTES;
  int status;
  if (!heddle_dma_has_rings(device, window)) {
    heddle_dma_simple(device, window, channel, address, bytes);
    return HEDDLE_OK;
  }
  status = heddle_reach(device, device->options.descriptors, device->options.descriptor_bytes, 1, &ring.address);
  if (status != HEDDLE_OK) return status;
  ring.words = (uint32_t *)device->options.descriptors + place / 4u;
  ring.address += place;
  status = heddle_ring_add(&ring, 1u, address, bytes, 1, 1);
  if (status == HEDDLE_OK) status = heddle_ring_start(device, &ring);
  heddle_ring_go(device, &ring, ring.count);
  return status;
}

/*
 * Results on offer stay on offer, at most two beats and the end of the packet that they belong to: the DMA takes them,
 * packet by packet.
 */
static int drain_results(struct heddle *device) {
  enum { PACKETS = 4, LOOKS = 8 };
  int packet;
  for (packet = 0; packet < PACKETS; packet++) {
    int look;
    int status = arm(device, HEDDLE_DMA, HEDDLE_DMA_RECEIVE, device->places[1], device->design->output_bytes);
    if (status != HEDDLE_OK) return status;
    for (look = 0; look < LOOKS; look++) {
      if ((heddle_dma_status(device, HEDDLE_DMA, HEDDLE_DMA_RECEIVE) & HEDDLE_DMA_STATUS_IDLE) != 0u) break;
      heddle_idle(device);
    }
    /* Nothing came: the transfer stays open until the DMA is reset once more. */
    if (look == LOOKS) break;
  }
  return HEDDLE_OK;
}

/* The end of a packet that the reset of the DMA has cut: the accelerator drops beats up to a tlast. */
static int end_packet(struct heddle *device, uint32_t window, uint64_t address, uint32_t bytes,
                      const struct heddle_deadline *deadline) {
  int status = arm(device, window, HEDDLE_DMA_SEND, address, bytes);
  while (status == HEDDLE_OK && (heddle_dma_status(device, window, HEDDLE_DMA_SEND) & HEDDLE_DMA_STATUS_IDLE) == 0u) {
    if (heddle_left(device, deadline) == 0u) return HEDDLE_STUCK;
    heddle_idle(device);
  }
  return status;
}

int heddle_drain_streams(struct heddle *device) {
  struct heddle_deadline deadline = heddle_deadline(device);
  int status = HEDDLE_OK;
  deadline.length = HEDDLE_RESET_TIMEOUT_US;
  if (device->places[0] != 0u && device->places[1] != 0u) {
    status = drain_results(device);
    if (status == HEDDLE_OK)
      status = end_packet(device, HEDDLE_DMA, device->places[0], device->design->input_bytes, &deadline);
  }
  if (status == HEDDLE_OK && device->places[2] != 0u)
    status = end_packet(device, HEDDLE_DMA_WEIGHTS, device->places[2], 4u, &deadline);
  return status;
}

/* Where input and output of a call lie on the bus. */
struct places {
  uint64_t from;
  uint64_t to;
};

/* One transfer each way for every sample. */
static int predict_simple(struct heddle *device, struct places places, uint32_t samples) {
  struct heddle_deadline deadline = heddle_deadline(device);
  const struct heddle_design *design = device->design;
  uint32_t k;
  heddle_write(device, HEDDLE_DATAFLOW_FRAMES_OFFSET, samples);
  heddle_start(device);
  for (k = 0u; k < samples; k++) {
    int status;
    uint64_t from = places.from + (uint64_t)k * design->input_bytes;
    uint64_t to = places.to + (uint64_t)k * design->output_bytes;
    heddle_dma_simple(device, HEDDLE_DMA, HEDDLE_DMA_RECEIVE, to, design->output_bytes);
    heddle_dma_simple(device, HEDDLE_DMA, HEDDLE_DMA_SEND, from, design->input_bytes);
    status = wait_channel(device, HEDDLE_DMA, HEDDLE_DMA_SEND, &deadline);
    if (status == HEDDLE_OK) status = wait_channel(device, HEDDLE_DMA, HEDDLE_DMA_RECEIVE, &deadline);
    if (status != HEDDLE_OK) return status;
  }
  return heddle_finish(device, &deadline);
}

/* The accelerator is done when its last beat has left; the DMA says in the descriptor that it has arrived. */
static int wait_last(struct heddle *device, const struct heddle_ring *ring, const struct heddle_deadline *deadline) {
  for (;;) {
    uint32_t left = heddle_left(device, deadline);
    uint32_t word;
    int status = heddle_ring_status(device, ring, ring->count - 1u, &word);
    if (status != HEDDLE_OK) return status;
    if ((word & HEDDLE_DMA_DESCRIPTOR_ERRORS) != 0u) return dma_failed(device, word);
    if ((word & HEDDLE_DMA_COMPLETE) != 0u) return HEDDLE_OK;
    if (heddle_dma_broken(device)) return heddle_give_up(device, HEDDLE_DMA_FAILED);
    if (left == 0u) return heddle_give_up(device, HEDDLE_TIMED_OUT);
    heddle_idle(device);
  }
}

/* As many samples as there are descriptors for; the accelerator and the DMA do them alone. */
static int predict_ring(struct heddle *device, struct places places, uint32_t samples) {
  struct heddle_deadline deadline = heddle_deadline(device);
  const struct heddle_design *design = device->design;
  uint32_t capacity = sample_descriptors(device) / 2u;
  struct heddle_ring in = {NULL, 0u, 0u, HEDDLE_DMA, HEDDLE_DMA_SEND};
  struct heddle_ring out = {NULL, 0u, 0u, HEDDLE_DMA, HEDDLE_DMA_RECEIVE};
  uint32_t half = capacity * HEDDLE_DMA_DESCRIPTOR_BYTES;
  uint32_t k;
  int status = heddle_reach(device, device->options.descriptors, device->options.descriptor_bytes, 1, &in.address);
  if (status != HEDDLE_OK) return status;
  in.words = device->options.descriptors;
  out.words = in.words + half / 4u;
  out.address = in.address + half;
  for (k = 0u; k < samples && status == HEDDLE_OK; k++) {
    status = heddle_ring_add(&in, capacity, places.from + (uint64_t)k * design->input_bytes, design->input_bytes, 1, 1);
    if (status == HEDDLE_OK)
      status = heddle_ring_add(&out, capacity, places.to + (uint64_t)k * design->output_bytes, design->output_bytes, 1, 1);
  }
  if (status == HEDDLE_OK) status = heddle_ring_start(device, &out);
  if (status == HEDDLE_OK) status = heddle_ring_start(device, &in);
  if (status != HEDDLE_OK) return status;
  heddle_write(device, HEDDLE_DATAFLOW_FRAMES_OFFSET, samples);
  heddle_start(device);
  heddle_ring_go(device, &out, out.count);
  heddle_ring_go(device, &in, in.count);
  status = heddle_finish(device, &deadline);
  return status == HEDDLE_OK ? wait_last(device, &out, &deadline) : status;
}

int heddle_predict_stream(struct heddle *device, const void *input, void *output, uint32_t samples) {
  const struct heddle_platform *platform = device->platform;
  const struct heddle_design *design = device->design;
  size_t input_bytes = (size_t)design->input_bytes * samples;
  size_t output_bytes = (size_t)design->output_bytes * samples;
  int rings = device->options.descriptors != NULL && heddle_dma_has_rings(device, HEDDLE_DMA);
  uint32_t most = samples;
  uint32_t done = 0u;
  struct places places;
  int status = heddle_reach(device, input, input_bytes, 0, &places.from);
  if (status == HEDDLE_OK) status = heddle_reach(device, output, output_bytes, 1, &places.to);
  if (design->input_bytes > HEDDLE_DMA_LONGEST || design->output_bytes > HEDDLE_DMA_LONGEST) return HEDDLE_BAD_ARGUMENT;
  if (rings) most = sample_descriptors(device) / 2u;
  if (most == 0u) return HEDDLE_BAD_ARGUMENT;
  if (status == HEDDLE_OK) status = platform->flush(platform->context, input, input_bytes);
  if (status == HEDDLE_OK) status = platform->invalidate(platform->context, output, output_bytes);
  device->places[0] = places.from;
  device->places[1] = places.to;
  while (status == HEDDLE_OK && done < samples) {
    uint32_t some = samples - done < most ? samples - done : most;
    status = rings ? predict_ring(device, places, some) : predict_simple(device, places, some);
    places.from += (uint64_t)some * design->input_bytes;
    places.to += (uint64_t)some * design->output_bytes;
    done += some;
  }
  return status == HEDDLE_OK ? platform->invalidate(platform->context, output, output_bytes) : status;
}

int heddle_load_stream(struct heddle *device, const void *image, uint32_t bytes) {
  struct heddle_deadline deadline = heddle_deadline(device);
  uint64_t address;
  int status = heddle_reach(device, image, bytes, 0, &address);
  if (bytes > HEDDLE_DMA_LONGEST) return HEDDLE_BAD_ARGUMENT;
  if (status == HEDDLE_OK) status = device->platform->flush(device->platform->context, image, bytes);
  if (status != HEDDLE_OK) return status;
  device->places[2] = address;
  status = arm(device, HEDDLE_DMA_WEIGHTS, HEDDLE_DMA_SEND, address, bytes);
  while (status == HEDDLE_OK) {
    uint32_t left = heddle_left(device, &deadline);
    uint32_t dma = heddle_dma_status(device, HEDDLE_DMA_WEIGHTS, HEDDLE_DMA_SEND);
    int over = heddle_load_over(device, &status);
    /* Behind the last word of an image; it may not have begun before. */
    if (over && (status != HEDDLE_OK || (dma & HEDDLE_DMA_STATUS_IDLE) != 0u)) return status;
    if ((dma & HEDDLE_DMA_STATUS_ERRORS) != 0u) {
      device->error.dma_status = dma;
      return heddle_give_up_load(device, HEDDLE_DMA_FAILED);
    }
    if (left == 0u) return heddle_give_up_load(device, HEDDLE_TIMED_OUT);
    heddle_idle(device);
  }
  return status;
}
