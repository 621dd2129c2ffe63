/* Frames: start, wait, errors, reset, counters. The register map is that of every design (heddle_registers.h). */
#include "heddle_internal.h"
#include "heddle_dataflow_registers.h"
#include "heddle_dma.h"
#include "heddle_engine_registers.h"
#include "heddle_registers.h"

#define VERSION_MAJOR 1u
#define DEFAULT_TIMEOUT_US 1000000u
#define ISR_ALL (HEDDLE_ISR_DONE_MASK | HEDDLE_ISR_READY_MASK | HEDDLE_ISR_ERROR_MASK)

uint32_t heddle_read(const struct heddle *device, uint32_t offset) {
  return device->platform->read(device->platform->context, HEDDLE_CONTROL, offset);
}

void heddle_write(const struct heddle *device, uint32_t offset, uint32_t value) {
  device->platform->write(device->platform->context, HEDDLE_CONTROL, offset, value);
}

struct heddle_deadline heddle_deadline(const struct heddle *device) {
  struct heddle_deadline deadline;
  deadline.start = device->platform->now(device->platform->context);
  deadline.length = device->options.timeout_us;
  return deadline;
}

uint32_t heddle_left(const struct heddle *device, const struct heddle_deadline *deadline) {
  uint32_t passed = device->platform->now(device->platform->context) - deadline->start;
  return passed < deadline->length ? deadline->length - passed : 0u;
}

void heddle_idle(const struct heddle *device) {
  if (device->platform->idle != NULL) device->platform->idle(device->platform->context);
}

int heddle_reach(const struct heddle *device, const void *pointer, size_t bytes, int writes, uint64_t *address) {
  uint32_t line = device->platform->line;
  if (pointer == NULL || bytes == 0u) return HEDDLE_BAD_ARGUMENT;
  if (writes && ((uintptr_t)pointer & (uintptr_t)(line - 1u)) != 0u) return HEDDLE_BAD_ARGUMENT;
  return device->platform->bus_address(device->platform->context, pointer, bytes, address);
}

/* ISR bits are toggled by writing 1, so that only those that are set may be written. */
static void clear_interrupts(const struct heddle *device) {
  uint32_t set = heddle_read(device, HEDDLE_ISR_OFFSET) & ISR_ALL;
  if (set != 0u) heddle_write(device, HEDDLE_ISR_OFFSET, set);
}

int heddle_reset(struct heddle *device) {
  struct heddle_deadline deadline;
  int status = HEDDLE_OK;
  int streams;
  if (device == NULL || device->design == NULL) return HEDDLE_BAD_ARGUMENT;
  /* Packets may have been cut where transfers have been made. */
  streams = device->design->side == HEDDLE_STREAM;
  if (device->design->kind == HEDDLE_ENGINE && !device->loaded) streams = 0;
  deadline = heddle_deadline(device);
  deadline.length = HEDDLE_RESET_TIMEOUT_US;
  heddle_write(device, HEDDLE_COMMAND_OFFSET, HEDDLE_COMMAND_RESET_MASK);
  if (device->design->side == HEDDLE_STREAM) status = heddle_dma_reset(device);
  if (streams && status == HEDDLE_OK)
    status = device->design->kind == HEDDLE_ENGINE ? heddle_drain_rings(device) : heddle_drain_streams(device);
  heddle_write(device, HEDDLE_COMMAND_OFFSET, 0u);
  while ((heddle_read(device, HEDDLE_CTRL_OFFSET) & HEDDLE_CTRL_IDLE_MASK) == 0u) {
    if (heddle_left(device, &deadline) == 0u) return HEDDLE_STUCK;
    heddle_idle(device);
  }
  if (streams && status == HEDDLE_OK) status = heddle_dma_reset(device);
  clear_interrupts(device);
  device->running = 0;
  return status;
}

int heddle_give_up(struct heddle *device, int status) {
  int reset = heddle_reset(device);
  return reset == HEDDLE_OK ? status : reset;
}

static void read_error(struct heddle *device) {
  uint32_t word = heddle_read(device, HEDDLE_ERROR_OFFSET);
  struct heddle_error *error = &device->error;
  error->code = (word & HEDDLE_ENGINE_ERROR_CODE_MASK) >> HEDDLE_ENGINE_ERROR_CODE_SHIFT;
  error->port = (word & HEDDLE_ENGINE_ERROR_PORT_MASK) >> HEDDLE_ENGINE_ERROR_PORT_SHIFT;
  error->rule = (word & HEDDLE_ENGINE_ERROR_RULE_MASK) >> HEDDLE_ENGINE_ERROR_RULE_SHIFT;
  error->place = heddle_read(device, HEDDLE_ERROR_PLACE_OFFSET);
  error->address = 0u;
  if (device->design->side == HEDDLE_MAPPED) {
    error->address = heddle_read(device, HEDDLE_DATAFLOW_ERROR_ADDR_LO_OFFSET);
    error->address |= (uint64_t)heddle_read(device, HEDDLE_DATAFLOW_ERROR_ADDR_HI_OFFSET) << 32;
  }
}

int heddle_failed(const struct heddle *device) {
  return (heddle_read(device, HEDDLE_ISR_OFFSET) & HEDDLE_ISR_ERROR_MASK) != 0u;
}

int heddle_fail(struct heddle *device) {
  read_error(device);
  return heddle_give_up(device, HEDDLE_FAILED);
}

/* STATUS has both in one word: an error between two reads could be taken for the end of the load. */
int heddle_load_over(struct heddle *device, int *status) {
  uint32_t word = heddle_read(device, HEDDLE_STATUS_OFFSET);
  uint32_t state = (word & HEDDLE_DATAFLOW_STATUS_STATE_MASK) >> HEDDLE_DATAFLOW_STATUS_STATE_SHIFT;
  *status = HEDDLE_OK;
  if (state == HEDDLE_DATAFLOW_STATUS_STATE_FAILED) {
    read_error(device);
    *status = heddle_give_up_load(device, HEDDLE_FAILED);
    return 1;
  }
  return (word & HEDDLE_DATAFLOW_STATUS_WEIGHTS_PENDING_MASK) == 0u;
}

int heddle_give_up_load(struct heddle *device, int status) {
  return device->running ? status : heddle_give_up(device, status);
}

void heddle_start(struct heddle *device) {
  device->running = 1;
  heddle_write(device, HEDDLE_CTRL_OFFSET, HEDDLE_CTRL_START_MASK);
}

int heddle_finish(struct heddle *device, const struct heddle_deadline *deadline) {
  const struct heddle_platform *platform = device->platform;
  int interrupts = platform->wait != NULL && !device->options.polls;
  for (;;) {
    uint32_t left = heddle_left(device, deadline);
    uint32_t events;
    if (interrupts && left != 0u && platform->wait(platform->context, left) < 0)
      return heddle_give_up(device, HEDDLE_PLATFORM_FAILED);
    /* Looked at once more after the time is over: the last interrupt may have been lost in between. */
    events = heddle_read(device, HEDDLE_ISR_OFFSET) & ISR_ALL;
    if (events != 0u) heddle_write(device, HEDDLE_ISR_OFFSET, events);
    if ((events & HEDDLE_ISR_ERROR_MASK) != 0u) return heddle_fail(device);
    if ((events & HEDDLE_ISR_DONE_MASK) != 0u) {
      device->running = 0;
      return HEDDLE_OK;
    }
    if (left == 0u) return heddle_give_up(device, heddle_dma_broken(device) ? HEDDLE_DMA_FAILED : HEDDLE_TIMED_OUT);
    if (!interrupts) heddle_idle(device);
  }
}

static int check_platform(const struct heddle_platform *platform) {
  if (platform == NULL || platform->read == NULL || platform->write == NULL) return HEDDLE_BAD_ARGUMENT;
  if (platform->bus_address == NULL || platform->flush == NULL) return HEDDLE_BAD_ARGUMENT;
  if (platform->invalidate == NULL || platform->now == NULL) return HEDDLE_BAD_ARGUMENT;
  if (platform->line == 0u || (platform->line & (platform->line - 1u)) != 0u) return HEDDLE_BAD_ARGUMENT;
  return HEDDLE_OK;
}

static int check_engine(const struct heddle *device) {
  uintptr_t place = (uintptr_t)device->options.buffer;
  uint64_t address;
  if (place == 0u || (place & 63u) != 0u) return HEDDLE_BAD_ARGUMENT;
  return heddle_reach(device, device->options.buffer, device->design->buffer_bytes, 1, &address);
}

static int check_identity(const struct heddle *device) {
  uint32_t id = device->design->kind == HEDDLE_ENGINE ? HEDDLE_ENGINE_ID_DEFAULT : HEDDLE_DATAFLOW_ID_DEFAULT;
  uint32_t build = device->design->build;
  static const uint32_t patterns[2] = {0x5aa5c33cu, 0xa55a3cc3u};
  unsigned k;
  if (heddle_read(device, HEDDLE_ID_OFFSET) != id) return HEDDLE_WRONG_ID;
  if ((heddle_read(device, HEDDLE_VERSION_OFFSET) >> 16) != VERSION_MAJOR) return HEDDLE_WRONG_VERSION;
  if (!device->options.skip_build && build != 0u && heddle_read(device, HEDDLE_BUILD_OFFSET) != build)
    return HEDDLE_WRONG_BUILD;
  for (k = 0u; k < 2u; k++) {
    heddle_write(device, HEDDLE_SCRATCH_OFFSET, patterns[k]);
    if (heddle_read(device, HEDDLE_SCRATCH_OFFSET) != patterns[k]) return HEDDLE_BROKEN_BUS;
  }
  return HEDDLE_OK;
}

int heddle_init(struct heddle *device, const struct heddle_design *design, const struct heddle_platform *platform,
                const struct heddle_options *options) {
  static const struct heddle_options defaults;
  static const struct heddle_error none;
  int status;
  if (device == NULL || design == NULL || check_platform(platform) != HEDDLE_OK) return HEDDLE_BAD_ARGUMENT;
  device->design = design;
  device->platform = platform;
  device->options = options == NULL ? defaults : *options;
  device->error = none;
  device->loaded = 0;
  device->running = 0;
  device->places[0] = 0u;
  device->places[1] = 0u;
  device->places[2] = 0u;
  if (device->options.timeout_us == 0u) device->options.timeout_us = DEFAULT_TIMEOUT_US;
  if (design->kind == HEDDLE_ENGINE) {
    status = check_engine(device);
    if (status != HEDDLE_OK) return status;
  }
  status = check_identity(device);
  if (status == HEDDLE_OK) status = heddle_reset(device);
  if (status != HEDDLE_OK) return status;
  heddle_write(device, HEDDLE_WATCHDOG_OFFSET, device->options.watchdog_cycles);
  heddle_write(device, HEDDLE_IER_OFFSET, HEDDLE_IER_DONE_MASK | HEDDLE_IER_ERROR_MASK);
  heddle_write(device, HEDDLE_GIE_OFFSET,
               platform->wait != NULL && !device->options.polls ? HEDDLE_GIE_ENABLE_MASK : 0u);
  return HEDDLE_OK;
}

int heddle_predict(struct heddle *device, const void *input, void *output, uint32_t samples) {
  if (device == NULL || device->design == NULL) return HEDDLE_BAD_ARGUMENT;
  if (samples == 0u) return HEDDLE_OK;
  if (device->design->kind == HEDDLE_ENGINE) return heddle_predict_engine(device, input, output, samples);
  /* Lengths are 32 bits in the bus address as in the arrays. */
  if (samples > UINT32_MAX / device->design->input_bytes || samples > UINT32_MAX / device->design->output_bytes)
    return HEDDLE_BAD_ARGUMENT;
  if (device->design->side == HEDDLE_MAPPED) return heddle_predict_mapped(device, input, output, samples);
  return heddle_predict_stream(device, input, output, samples);
}

int heddle_counters(struct heddle *device, uint64_t *values, uint32_t count, int clear) {
  uint32_t k;
  uint32_t command = HEDDLE_COMMAND_SNAPSHOT_MASK;
  if (device == NULL || device->design == NULL || values == NULL) return HEDDLE_BAD_ARGUMENT;
  if (count > device->design->counter_count) return HEDDLE_BAD_ARGUMENT;
  if (clear) command |= HEDDLE_COMMAND_CLEAR_MASK;
  heddle_write(device, HEDDLE_COMMAND_OFFSET, command);
  for (k = 0u; k < count; k++) {
    uint32_t offset = device->design->counters[k].offset;
    values[k] = heddle_read(device, offset);
    values[k] |= (uint64_t)heddle_read(device, offset + 4u) << 32;
  }
  return HEDDLE_OK;
}
