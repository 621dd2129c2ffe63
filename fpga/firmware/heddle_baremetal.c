/*
 * Bare machine. The caches of the processor do not see what the accelerator does at a high-performance port: dirty lines
 * are written back before it reads, and dropped before and after it writes.
 */
#include "heddle_baremetal.h"

#include "heddle_registers.h"
#include "xil_cache.h"
#include "xil_io.h"
#include "xtime_l.h"

/* Cortex-A53 has lines of 64 bytes, Cortex-A9 of 32, but its second level cache is served well by 64 too. */
#define LINE 64u

static uint32_t read_word(void *context, uint32_t window, uint32_t offset) {
  const struct heddle_baremetal *machine = context;
  return Xil_In32(machine->bases[window] + offset);
}

static void write_word(void *context, uint32_t window, uint32_t offset, uint32_t value) {
  const struct heddle_baremetal *machine = context;
  Xil_Out32(machine->bases[window] + offset, value);
}

/* Memory lies where the processor sees it: the BSP maps it one to one. */
static int bus_address(void *context, const void *pointer, size_t bytes, uint64_t *address) {
  (void)context;
  (void)bytes;
  *address = (uint64_t)(uintptr_t)pointer;
  return HEDDLE_OK;
}

static int flush(void *context, const void *pointer, size_t bytes) {
  (void)context;
  Xil_DCacheFlushRange((INTPTR)pointer, bytes);
  return HEDDLE_OK;
}

static int invalidate(void *context, void *pointer, size_t bytes) {
  (void)context;
  Xil_DCacheInvalidateRange((INTPTR)pointer, bytes);
  return HEDDLE_OK;
}

static uint32_t now(void *context) {
  XTime ticks;
  (void)context;
  XTime_GetTime(&ticks);
  return (uint32_t)(ticks / (COUNTS_PER_SECOND / 1000000u));
}

static int wait_interrupt(void *context, uint32_t microseconds) {
  struct heddle_baremetal *machine = context;
  uint32_t start = now(context);
  int came;
  /* The handler has switched the line off; what is pending now comes at once. */
  Xil_Out32(machine->bases[HEDDLE_CONTROL] + HEDDLE_GIE_OFFSET, HEDDLE_GIE_ENABLE_MASK);
  while (machine->interrupted == 0u && now(context) - start < microseconds) {
  }
  came = machine->interrupted != 0u;
  machine->interrupted = 0u;
  return came;
}

void heddle_baremetal_interrupt(void *context) {
  struct heddle_baremetal *machine = context;
  Xil_Out32(machine->bases[HEDDLE_CONTROL] + HEDDLE_GIE_OFFSET, 0u);
  machine->interrupted = 1u;
}

void heddle_baremetal_init(struct heddle_baremetal *machine, const uintptr_t bases[3], int interrupts) {
  unsigned k;
  for (k = 0u; k < 3u; k++) machine->bases[k] = bases[k];
  machine->interrupted = 0u;
  machine->platform.context = machine;
  machine->platform.line = LINE;
  machine->platform.read = read_word;
  machine->platform.write = write_word;
  machine->platform.bus_address = bus_address;
  machine->platform.flush = flush;
  machine->platform.invalidate = invalidate;
  machine->platform.wait = interrupts ? wait_interrupt : NULL;
  machine->platform.idle = NULL;
  machine->platform.now = now;
}
