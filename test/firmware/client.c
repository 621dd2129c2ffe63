/*
 * Firmware for tests: SOCKET SEED MODE INTERRUPTS RINGS. Prints one line a call; ends with 1 at the first thing that is
 * not as it should be.
 *   frames   calls of several sizes at several places, results compared; register accesses of each
 *   faults   beats of memory refused, some of many; status, code, port, address; the next frame must be right
 *   each     every beat refused, with SLVERR and with DECERR
 *   reset    a frame given up by time, then frames
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heddle.h"
#include "heddle_cosim.h"
#include "soc_data.h"
#include "soc_design.h"

#define BASE 0x1000000000u
/* Samples of the largest call, calls, and the longest time of one. */
#ifndef MOST
#define MOST 4u
#endif
#ifndef CALLS
#define CALLS 6u
#endif
#ifndef TIMEOUT
#define TIMEOUT 2000u
#endif
/* Beats of a channel that are refused, one after the other. */
#ifndef FAULTS
#define FAULTS 24u
#endif
/* Samples of a call of which a beat is refused. */
#ifndef REFUSED
#define REFUSED 2u
#endif

static struct heddle device;
static struct heddle_cosim machine;

static void expect(int good, const char *what, uint32_t value) {
  if (good) return;
  printf("not as it should be: %s (%lu)\n", what, (unsigned long)value);
  exit(1);
}

/* Places in the memory of the processor; the output begins at a line, the input anywhere. */
#define HALF (HEDDLE_COSIM_MEMORY_BYTES / 2u)
#define QUARTER (HEDDLE_COSIM_MEMORY_BYTES / 4u)
static unsigned char *input_place(uint32_t shift) { return machine.memory + HALF + shift; }
static unsigned char *output_place(uint32_t shift) {
  return machine.memory + HALF + QUARTER + shift * HEDDLE_COSIM_LINE;
}

/* A call of so many samples; its accesses of registers. */
static uint32_t frame(uint32_t first, uint32_t samples, uint32_t shift, int *status) {
  uint32_t before = machine.accesses;
  uint32_t k;
  unsigned char *output = output_place(shift & 7u);
  unsigned char *input = input_place(shift);
  for (k = 0u; k < samples; k++)
    memcpy(input + k * HEDDLE_SOC_INPUT_BYTES,
           heddle_soc_inputs + ((first + k) % HEDDLE_SOC_SAMPLES) * HEDDLE_SOC_INPUT_BYTES, HEDDLE_SOC_INPUT_BYTES);
  /* Dirty lines where the results go: they must not come back over them. */
  memset(output, 0x5a, (size_t)samples * HEDDLE_SOC_OUTPUT_BYTES);
  *status = heddle_predict(&device, input, output, samples);
  if (*status != HEDDLE_OK) return machine.accesses - before;
  for (k = 0u; k < samples; k++) {
    const unsigned char *due = heddle_soc_expected + ((first + k) % HEDDLE_SOC_SAMPLES) * HEDDLE_SOC_OUTPUT_BYTES;
    const unsigned char *care = heddle_soc_care + ((first + k) % HEDDLE_SOC_SAMPLES) * HEDDLE_SOC_OUTPUT_BYTES;
    uint32_t byte;
    for (byte = 0u; byte < HEDDLE_SOC_OUTPUT_BYTES; byte++)
      expect(((output[k * HEDDLE_SOC_OUTPUT_BYTES + byte] ^ due[byte]) & care[byte]) == 0u, "result", first + k);
  }
  return machine.accesses - before;
}

static void good_frame(uint32_t first, uint32_t samples, uint32_t shift) {
  int status;
  uint32_t accesses = frame(first, samples, shift, &status);
  printf("frame %lu samples %lu accesses %s\n", (unsigned long)samples, (unsigned long)accesses,
         heddle_status_text(status));
  expect(status == HEDDLE_OK, heddle_status_text(status), device.error.code);
}

static void counters(uint32_t samples) {
  uint64_t values[HEDDLE_SOC_COUNTERS];
  uint32_t k;
  expect(heddle_counters(&device, values, HEDDLE_SOC_COUNTERS, 1) == HEDDLE_OK, "counters", 0u);
  for (k = 0u; k < HEDDLE_SOC_COUNTERS; k++) {
    printf("counter %s %lu\n", heddle_soc.counters[k].name, (unsigned long)values[k]);
    if (strcmp(heddle_soc.counters[k].name, "FRAMES") == 0) expect(values[k] == samples, "counter FRAMES", samples);
  }
}

/* A frame with one refused beat: it ends with what memory answered and where, and the next frame is right. */
static void refuse(char channel, uint32_t beat, uint32_t response, uint32_t shift) {
  uint32_t port;
  uint64_t address;
  int status;
  (void)heddle_cosim_fault(&machine, channel, beat, response);
  (void)frame(beat, REFUSED, shift, &status);
  if (heddle_soc.side == HEDDLE_MAPPED) {
    uint32_t code = (channel == 'r' ? 9u : 11u) + (response - 2u);
    expect(status == HEDDLE_FAILED, "status of a refused beat", (uint32_t)status);
    expect(heddle_cosim_refused(&machine, &port, &address) == HEDDLE_OK, "socket", beat);
    expect(device.error.code == code, heddle_code_text(&device, device.error.code), beat);
    expect(device.error.port == port, heddle_port_text(&device, device.error.port), beat);
    expect(device.error.address == address, "address of a refused beat", (uint32_t)device.error.address);
  } else {
    /* The DMA says which of the two it was. */
    expect(status == HEDDLE_DMA_FAILED, "status of a refused beat", (uint32_t)status);
    expect((device.error.dma_status & 0x770u) == (response == 2u ? 0x20u : 0x40u), "DMASR", device.error.dma_status);
  }
  (void)heddle_cosim_fault(&machine, channel, 0u, 0u);
  (void)frame(beat + 1u, REFUSED, 0u, &status);
  expect(status == HEDDLE_OK, "frame behind a refused beat", beat);
}

/* Refuses beat after beat of a channel: each in both ways, or some in turn. */
static void faults(char channel, int each, uint32_t shift) {
  uint32_t count = 0u;
  uint32_t beats;
  uint32_t step;
  uint32_t k;
  (void)heddle_cosim_fault(&machine, channel, 0u, 0u);
  good_frame(0u, REFUSED, shift);
  beats = heddle_cosim_beats(&machine, channel);
  step = each || beats <= FAULTS ? 1u : beats / FAULTS;
  for (k = 0u; k < beats; k += step) {
    refuse(channel, k, 2u + (k & 1u), shift);
    if (each) refuse(channel, k, 3u - (k & 1u), shift);
    count++;
  }
  printf("faults %c %lu of %lu beats\n", channel, (unsigned long)count, (unsigned long)beats);
}

int main(int count, char **argument) {
  static struct heddle_options options;
  uint32_t seed = count > 2 ? (uint32_t)strtoul(argument[2], NULL, 0) : 0u;
  uint32_t k;
  int status;
  if (count != 6) return 2;
  status = heddle_cosim_open(&machine, argument[1], (uint64_t)BASE, seed);
  expect(status == HEDDLE_OK, "socket", 0u);
  options.polls = strcmp(argument[4], "0") == 0;
  options.timeout_us = TIMEOUT;
  if (strcmp(argument[5], "0") != 0) {
    options.descriptors = machine.memory;
    /* Engines: one for each transfer; others: two calls for the largest frames. */
    options.descriptor_bytes = heddle_soc.kind == HEDDLE_ENGINE ? (heddle_soc.list_words / 4u + 1u) * 64u : 6u * 64u;
  }
  if (heddle_soc.kind == HEDDLE_ENGINE) options.buffer = machine.memory + 0x4000u;
  status = heddle_init(&device, &heddle_soc, &machine.platform, &options);
  expect(status == HEDDLE_OK, heddle_status_text(status), 0u);
#ifdef HEDDLE_SOC_WEIGHT_BYTES
  /* Others have their weights from the start. */
  if (heddle_soc.kind == HEDDLE_ENGINE) status = heddle_load_weights(&device, heddle_soc_weights, HEDDLE_SOC_WEIGHT_BYTES);
  expect(status == HEDDLE_OK, heddle_status_text(status), 1u);
#endif
  if (strcmp(argument[3], "frames") == 0) {
    uint32_t samples = 0u;
    for (k = 0u; k < CALLS; k++) {
      uint32_t some = 1u + (seed + k) % MOST;
      good_frame(k, some, (seed * 7u + k * 13u) % 64u);
      samples += some;
    }
    counters(samples);
  } else if (strcmp(argument[3], "faults") == 0 || strcmp(argument[3], "each") == 0) {
    int each = strcmp(argument[3], "each") == 0;
    faults('r', each, seed * 5u % 64u);
    faults('b', each, seed * 5u % 64u);
  } else if (strcmp(argument[3], "reset") == 0) {
    for (k = 0u; k < 4u; k++) {
      uint32_t accesses;
      device.options.timeout_us = 1u + k;
      accesses = frame(k, MOST, 0u, &status);
      expect(status == HEDDLE_TIMED_OUT || status == HEDDLE_OK, heddle_status_text(status), accesses);
      printf("given up: %s\n", heddle_status_text(status));
      device.options.timeout_us = TIMEOUT;
      good_frame(k, 2u, 0u);
    }
  } else return 2;
  heddle_cosim_close(&machine);
  return 0;
}
