/* Frames and weights of mapped sides: the accelerator fetches and stores by itself. */
#include <string.h>

#include "heddle_dataflow_registers.h"
#include "heddle_engine_registers.h"
#include "heddle_internal.h"
#include "heddle_registers.h"

static void write_address(const struct heddle *device, uint32_t low, uint64_t address) {
  heddle_write(device, low, (uint32_t)(address & 0xffffffffu));
  heddle_write(device, low + 4u, (uint32_t)(address >> 32));
}

int heddle_predict_mapped(struct heddle *device, const void *input, void *output, uint32_t samples) {
  const struct heddle_platform *platform = device->platform;
  size_t input_bytes = (size_t)device->design->input_bytes * samples;
  size_t output_bytes = (size_t)device->design->output_bytes * samples;
  struct heddle_deadline deadline;
  uint64_t from;
  uint64_t to;
  int status = heddle_reach(device, input, input_bytes, 0, &from);
  if (status == HEDDLE_OK) status = heddle_reach(device, output, output_bytes, 1, &to);
  /* Lines of the output that are dirty now would be written back over the results later. */
  if (status == HEDDLE_OK) status = platform->flush(platform->context, input, input_bytes);
  if (status == HEDDLE_OK) status = platform->invalidate(platform->context, output, output_bytes);
  if (status != HEDDLE_OK) return status;
  write_address(device, HEDDLE_DATAFLOW_INPUT_LO_OFFSET, from);
  write_address(device, HEDDLE_DATAFLOW_OUTPUT_LO_OFFSET, to);
  heddle_write(device, HEDDLE_DATAFLOW_FRAMES_OFFSET, samples);
  deadline = heddle_deadline(device);
  heddle_start(device);
  status = heddle_finish(device, &deadline);
  if (status != HEDDLE_OK) return status;
  /* Again: the processor may have fetched lines ahead while the accelerator wrote. */
  return platform->invalidate(platform->context, output, output_bytes);
}

static int predict_one(struct heddle *device, const void *input, void *output) {
  const struct heddle_platform *platform = device->platform;
  const struct heddle_design *design = device->design;
  void *from = heddle_input_place(device);
  void *to = heddle_output_place(device);
  struct heddle_deadline deadline;
  int status;
  if (input != NULL && input != from) memcpy(from, input, design->input_bytes);
  status = platform->flush(platform->context, from, design->input_bytes);
  if (status != HEDDLE_OK) return status;
  if (design->side == HEDDLE_STREAM) status = heddle_run_rings(device);
  else {
    deadline = heddle_deadline(device);
    heddle_start(device);
    status = heddle_finish(device, &deadline);
  }
  if (status != HEDDLE_OK) return status;
  status = platform->invalidate(platform->context, to, design->output_bytes);
  if (status == HEDDLE_OK && output != NULL && output != to) memcpy(output, to, design->output_bytes);
  return status;
}

int heddle_predict_engine(struct heddle *device, const void *input, void *output, uint32_t samples) {
  const unsigned char *from = input;
  unsigned char *to = output;
  uint32_t k;
  if (!device->loaded) return HEDDLE_NOT_LOADED;
  if (samples > 1u && (input == NULL || output == NULL)) return HEDDLE_BAD_ARGUMENT;
  for (k = 0u; k < samples; k++) {
    int status = predict_one(device, from, to);
    if (status != HEDDLE_OK) return status;
    if (from != NULL) from += device->design->input_bytes;
    if (to != NULL) to += device->design->output_bytes;
  }
  return HEDDLE_OK;
}

void *heddle_input_place(const struct heddle *device) {
  if (device == NULL || device->design == NULL || device->design->kind != HEDDLE_ENGINE) return NULL;
  return (unsigned char *)device->options.buffer + device->design->input_offset;
}

void *heddle_output_place(const struct heddle *device) {
  if (device == NULL || device->design == NULL || device->design->kind != HEDDLE_ENGINE) return NULL;
  return (unsigned char *)device->options.buffer + device->design->output_offset;
}

/* The image of an engine: weights and descriptors; the lists lie behind the tensors. Tensors between input and output belong to the accelerator alone. */
static int load_engine(struct heddle *device, const void *image, uint32_t bytes) {
  const struct heddle_platform *platform = device->platform;
  const struct heddle_design *design = device->design;
  uint64_t address;
  int status;
  if (bytes != design->weight_bytes || bytes > design->buffer_bytes || design->lists == NULL) return HEDDLE_BAD_ARGUMENT;
  status = heddle_reach(device, device->options.buffer, design->buffer_bytes, 1, &address);
  if (status != HEDDLE_OK) return status;
  /* No line of the buffer may be dirty while the accelerator writes tensors there. */
  if (image != device->options.buffer) memcpy(device->options.buffer, image, bytes);
  memcpy((unsigned char *)device->options.buffer + design->list_offset, design->lists, 4u * (size_t)design->list_words);
  status = platform->flush(platform->context, device->options.buffer, design->buffer_bytes);
  if (status == HEDDLE_OK) status = platform->invalidate(platform->context, device->options.buffer, design->buffer_bytes);
  if (status != HEDDLE_OK) return status;
  if (design->side == HEDDLE_STREAM) {
    status = heddle_make_rings(device);
    device->loaded = status == HEDDLE_OK;
    return status;
  }
  write_address(device, HEDDLE_ENGINE_BUFFER_LO_OFFSET, address);
  heddle_write(device, HEDDLE_ENGINE_LIST_W_OFFSET, design->list_w);
  heddle_write(device, HEDDLE_ENGINE_LIST_X_OFFSET, design->list_x);
  heddle_write(device, HEDDLE_ENGINE_LIST_Y_OFFSET, design->list_y);
  device->loaded = 1;
  return HEDDLE_OK;
}

static int load_mapped(struct heddle *device, const void *image, uint32_t bytes) {
  const struct heddle_platform *platform = device->platform;
  struct heddle_deadline deadline = heddle_deadline(device);
  uint64_t address;
  int status = heddle_reach(device, image, bytes, 0, &address);
  if (status == HEDDLE_OK) status = platform->flush(platform->context, image, bytes);
  if (status != HEDDLE_OK) return status;
  write_address(device, HEDDLE_DATAFLOW_WEIGHTS_LO_OFFSET, address);
  heddle_write(device, HEDDLE_DATAFLOW_WEIGHTS_BYTES_OFFSET, bytes);
  heddle_write(device, HEDDLE_COMMAND_OFFSET, HEDDLE_DATAFLOW_COMMAND_LOAD_MASK);
  for (;;) {
    if (heddle_load_over(device, &status)) return status;
    if (heddle_left(device, &deadline) == 0u) return heddle_give_up_load(device, HEDDLE_TIMED_OUT);
    heddle_idle(device);
  }
}

int heddle_load_weights(struct heddle *device, const void *image, uint32_t bytes) {
  if (device == NULL || device->design == NULL || image == NULL) return HEDDLE_BAD_ARGUMENT;
  if (device->design->weight_bytes == 0u) return HEDDLE_UNSUPPORTED;
  if (device->design->kind == HEDDLE_ENGINE) return load_engine(device, image, bytes);
  if (bytes == 0u || (bytes & 3u) != 0u) return HEDDLE_BAD_ARGUMENT;
  if (device->design->side == HEDDLE_STREAM) return heddle_load_stream(device, image, bytes);
  return load_mapped(device, image, bytes);
}
