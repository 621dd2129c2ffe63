/*
 * Firmware for tests of weights that are changed: SOCKET SEED MODE INTERRUPTS RINGS. Ends with 1 at the first thing that is
 * not as it should be. Two images, of soc_data.h and of other_data.h; the first is in the hardware from the start.
 *   between  loaded between calls: every sample of the next call has them
 *   during   loaded while a call waits: samples have the old weights up to some place, and the new ones from there on
 *   wrong    images that are no images, and refused beats of good ones: status, code, port, address, and the old weights stay
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heddle.h"
#include "heddle_cosim.h"
#include "heddle_dataflow_registers.h"
#include "heddle_registers.h"
#include "other_data.h"
#include "soc_data.h"
#include "soc_design.h"

#define BASE 0x1000000000u
#ifndef MOST
#define MOST 64u
#endif
#ifndef CALLS
#define CALLS 8u
#endif
#ifndef TIMEOUT
#define TIMEOUT 4000u
#endif
/* A load in a call begins after so many looks of the waiting processor at most. */
#ifndef LOOKS
#define LOOKS 150u
#endif
/* Beats of an image that are refused. */
#ifndef FAULTS
#define FAULTS 12u
#endif

static struct heddle device;
static struct heddle_cosim machine;
static struct heddle_platform platform;
static const unsigned char *const images[2] = {heddle_soc_weights, heddle_other_weights};
static const unsigned char *const due[2] = {heddle_soc_expected, heddle_other_expected};

/* A load in the middle of a call: which image, when, and what came of it. */
static struct {
  int armed;
  uint32_t looks;
  unsigned image;
  uint32_t bytes;           /* 0: the whole image */
  int status;
} middle;

static void expect(int good, const char *what, uint32_t value) {
  if (good) return;
  printf("not as it should be: %s (%lu)\n", what, (unsigned long)value);
  exit(1);
}

#define QUARTER (HEDDLE_COSIM_MEMORY_BYTES / 4u)
static unsigned char *image_place(void) { return machine.memory + QUARTER + 4u; }

static int load(unsigned which) {
  memcpy(image_place(), images[which], HEDDLE_SOC_WEIGHT_BYTES);
  return heddle_load_weights(&device, image_place(), middle.bytes != 0u ? middle.bytes : HEDDLE_SOC_WEIGHT_BYTES);
}

static void look(void) {
  if (!middle.armed) return;
  if (middle.looks != 0u) {
    middle.looks--;
    return;
  }
  middle.armed = 0;
  middle.status = load(middle.image);
}

static int hooked_wait(void *context, uint32_t microseconds) {
  /* The interrupt may come while the weights are loaded. */
  while (middle.armed && middle.looks != 0u) {
    int came = machine.platform.wait(context, 1u);
    if (came != 0) return came;
    middle.looks--;
  }
  look();
  return machine.platform.wait(context, microseconds);
}

static void hooked_idle(void *context) {
  look();
  machine.platform.idle(context);
}

/* Which of the two a result is of: 1 the first, 2 the second, 3 both, 0 none. */
static unsigned kind_of(const unsigned char *result, uint32_t sample) {
  size_t at = (size_t)(sample % HEDDLE_SOC_SAMPLES) * HEDDLE_SOC_OUTPUT_BYTES;
  unsigned kind = memcmp(result, due[0] + at, HEDDLE_SOC_OUTPUT_BYTES) == 0 ? 1u : 0u;
  return kind | (memcmp(result, due[1] + at, HEDDLE_SOC_OUTPUT_BYTES) == 0 ? 2u : 0u);
}

static unsigned char *output_place(void) { return machine.memory + 3u * QUARTER; }

/* What comes of a call. */
static int predict(uint32_t first, uint32_t samples) {
  unsigned char *input = machine.memory + 2u * QUARTER + first % 64u;
  uint32_t k;
  expect(64u + samples * HEDDLE_SOC_INPUT_BYTES <= QUARTER, "memory for the input", samples);
  for (k = 0u; k < samples; k++)
    memcpy(input + (size_t)k * HEDDLE_SOC_INPUT_BYTES,
           heddle_soc_inputs + (size_t)((first + k) % HEDDLE_SOC_SAMPLES) * HEDDLE_SOC_INPUT_BYTES, HEDDLE_SOC_INPUT_BYTES);
  memset(output_place(), 0x5a, (size_t)samples * HEDDLE_SOC_OUTPUT_BYTES);
  return heddle_predict(&device, input, output_place(), samples);
}

/* A call; the number of samples that have the weights `old`, before all others have the other ones. */
static uint32_t frame(uint32_t first, uint32_t samples, unsigned old) {
  const unsigned char *output = output_place();
  uint32_t before;
  uint32_t k;
  int status = predict(first, samples);
  expect(status == HEDDLE_OK, heddle_status_text(status), device.error.code);
  for (before = 0u; before < samples; before++)
    if ((kind_of(output + (size_t)before * HEDDLE_SOC_OUTPUT_BYTES, first + before) & (1u << old)) == 0u) break;
  for (k = before; k < samples; k++)
    expect((kind_of(output + (size_t)k * HEDDLE_SOC_OUTPUT_BYTES, first + k) & (2u >> old)) != 0u,
           "a sample of neither the old nor the new weights, or of the old ones behind new ones", k);
  return before;
}

static void between(uint32_t seed) {
  unsigned now = 0u;
  uint32_t k;
  for (k = 0u; k < CALLS; k++) {
    uint32_t some = 1u + (seed + k) % MOST;
    if (k % 3u != 2u) {
      int status = load(now ^ 1u);
      expect(status == HEDDLE_OK, heddle_status_text(status), device.error.code);
      now ^= 1u;
    }
    expect(frame(k, some, now) == some, "weights that were loaded before the call", k);
  }
  printf("between calls: %lu\n", (unsigned long)k);
}

static void during(uint32_t seed) {
  unsigned now = 0u;
  uint32_t inside = 0u;
  uint32_t random = seed * 2654435761u;
  uint32_t k;
  for (k = 0u; k < CALLS; k++) {
    uint32_t old;
    random = random * 1664525u + 1013904223u;
    middle.armed = 1;
    middle.looks = (random >> 24) % LOOKS;
    middle.image = now ^ 1u;
    middle.status = HEDDLE_OK;
    old = frame(k, MOST, now);
    /* The call was over before: the load comes behind it. */
    if (middle.armed) {
      middle.looks = 0u;
      look();
      expect(old == MOST, "weights that were not loaded yet", k);
    }
    expect(middle.status == HEDDLE_OK, heddle_status_text(middle.status), device.error.code);
    now ^= 1u;
    if (old != 0u && old != MOST) inside++;
    expect(frame(k, 2u, now) == 2u, "weights that were loaded in the call before", k);
  }
  printf("during calls: %lu, inside %lu\n", (unsigned long)k, (unsigned long)inside);
}

static void expect_fault(uint32_t beat, uint32_t response, int status) {
  uint32_t port;
  uint64_t address;
  expect(heddle_cosim_refused(&machine, &port, &address) == HEDDLE_OK, "socket", beat);
  if (heddle_soc.side == HEDDLE_MAPPED) {
    expect(status == HEDDLE_FAILED, "status of a refused beat", (uint32_t)status);
    expect(device.error.code == 9u + response - 2u, heddle_code_text(&device, device.error.code), beat);
    expect(device.error.port == port && port == 1u, heddle_port_text(&device, device.error.port), beat);
    expect(device.error.address == address, "address of a refused beat", (uint32_t)device.error.address);
  } else {
    expect(status == HEDDLE_DMA_FAILED, "status of a refused beat", (uint32_t)status);
    expect((device.error.dma_status & 0x770u) == (response == 2u ? 0x20u : 0x40u), "DMASR", device.error.dma_status);
  }
}

static void write_register(uint32_t offset, uint32_t value) {
  machine.platform.write(machine.platform.context, HEDDLE_CONTROL, offset, value);
}

static void wrong(void) {
  /* No such address; an end in the middle of a record; a register of a store. */
  static const uint32_t bad[3][3] = {{0x7ffffff0u, 1u, 5u}, {4u, 2u, 9u}, {8u, 1u, 1u}};
  uint32_t beats = HEDDLE_SOC_WEIGHT_BYTES / 4u;
  uint32_t step = beats > FAULTS ? beats / FAULTS : 1u;
  unsigned now = 0u;
  uint32_t k;
  for (k = 0u; k < 3u; k++) {
    int status;
    memcpy(image_place(), bad[k], sizeof bad[k]);
    status = heddle_load_weights(&device, image_place(), sizeof bad[k]);
    expect(status == HEDDLE_FAILED, heddle_status_text(status), k);
    expect(device.error.code == 13u && device.error.port == 1u, heddle_code_text(&device, device.error.code), k);
    expect(frame(k, 3u, now) == 3u, "weights behind a wrong image", k);
  }
  for (k = 0u; k < beats; k += step) {
    uint32_t response = 2u + (k / step & 1u);
    int status;
    (void)heddle_cosim_fault(&machine, 'r', k, response);
    status = load(now ^ 1u);
    expect_fault(k, response, status);
    (void)heddle_cosim_fault(&machine, 'r', 0u, 0u);
    expect(frame(k, 3u, now) == 3u, "weights behind a refused beat", k);
    if (k % 2u == 0u) {
      expect(load(now ^ 1u) == HEDDLE_OK, "a load behind a refused one", k);
      now ^= 1u;
      expect(frame(k, 3u, now) == 3u, "weights loaded behind a refused beat", k);
    }
  }
  /* An image without its end, in the middle of a call: both calls fail. */
  for (k = 0u; k < 4u; k++) {
    int status;
    middle.armed = 1;
    middle.looks = 2u * k;
    middle.image = now ^ 1u;
    middle.bytes = 40u + 4u * k;
    status = predict(k, MOST);
    expect(!middle.armed && middle.status == HEDDLE_FAILED, heddle_status_text(middle.status), k);
    expect(status == HEDDLE_FAILED, heddle_status_text(status), k);
    expect(device.error.code == 13u && device.error.port == 1u, heddle_code_text(&device, device.error.code), k);
    middle.bytes = 0u;
    expect(frame(k, 3u, now) == 3u, "weights behind a wrong image in a call", k);
  }
  /* Loaded by hand, with nobody waiting for it: the next call says so. */
  if (heddle_soc.side == HEDDLE_MAPPED) {
    uint64_t address = machine.base + (uint64_t)(image_place() - machine.memory);
    memcpy(image_place(), bad[0], sizeof bad[0]);
    (void)machine.platform.flush(machine.platform.context, image_place(), sizeof bad[0]);
    write_register(HEDDLE_DATAFLOW_WEIGHTS_LO_OFFSET, (uint32_t)(address & 0xffffffffu));
    write_register(HEDDLE_DATAFLOW_WEIGHTS_HI_OFFSET, (uint32_t)(address >> 32));
    write_register(HEDDLE_DATAFLOW_WEIGHTS_BYTES_OFFSET, sizeof bad[0]);
    write_register(HEDDLE_COMMAND_OFFSET, HEDDLE_DATAFLOW_COMMAND_LOAD_MASK);
    while ((machine.platform.read(machine.platform.context, HEDDLE_CONTROL, HEDDLE_ISR_OFFSET) & HEDDLE_ISR_ERROR_MASK) == 0u)
      machine.platform.idle(machine.platform.context);
    expect(predict(0u, 1u) == HEDDLE_FAILED, "status behind a load by hand", device.error.code);
    expect(device.error.code == 13u && device.error.port == 1u, heddle_code_text(&device, device.error.code), 0u);
    expect(frame(0u, 3u, now) == 3u, "weights behind a wrong load by hand", 0u);
  }
  printf("wrong images: 7, refused beats %lu of %lu\n", (unsigned long)((beats + step - 1u) / step), (unsigned long)beats);
}

int main(int count, char **argument) {
  static struct heddle_options options;
  uint32_t seed = count > 2 ? (uint32_t)strtoul(argument[2], NULL, 0) : 0u;
  int status;
  if (count != 6) return 2;
  status = heddle_cosim_open(&machine, argument[1], (uint64_t)BASE, seed);
  expect(status == HEDDLE_OK, "socket", 0u);
  platform = machine.platform;
  platform.wait = hooked_wait;
  platform.idle = hooked_idle;
  options.polls = strcmp(argument[4], "0") == 0;
  options.timeout_us = TIMEOUT;
  if (strcmp(argument[5], "0") != 0) {
    options.descriptors = machine.memory;
    options.descriptor_bytes = (2u * MOST + 1u) * 64u;
  }
  status = heddle_init(&device, &heddle_soc, &platform, &options);
  expect(status == HEDDLE_OK, heddle_status_text(status), 0u);
  if (strcmp(argument[3], "between") == 0) between(seed);
  else if (strcmp(argument[3], "during") == 0) during(seed);
  else if (strcmp(argument[3], "wrong") == 0) wrong();
  else return 2;
  heddle_cosim_close(&machine);
  return 0;
}
