/*
 * The vendor's functions of a bare machine whose accelerator is a simulation behind the socket HEDDLE_SOCKET. WINDOWS are the
 * addresses of its registers: accelerator, DMAs; 64 KiB each. The cache is not coherent: memory of this process reaches that
 * of the simulation only by a flush, and is read from there only by an invalidate, in whole lines.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "xil_cache.h"
#include "xil_io.h"
#include "xtime_l.h"

#define LINE 64u

static const uintptr_t windows[] = {WINDOWS};

static void stop(const char *what) {
  fprintf(stderr, "bench_board: %s\n", what);
  exit(3);
}

static int bench(void) {
  static int opened = -1;
  struct sockaddr_un address;
  const char *path = getenv("HEDDLE_SOCKET");
  if (opened >= 0) return opened;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (path == NULL || strlen(path) >= sizeof address.sun_path) stop("HEDDLE_SOCKET");
  memcpy(address.sun_path, path, strlen(path));
  opened = socket(AF_UNIX, SOCK_STREAM, 0);
  if (opened < 0 || connect(opened, (const struct sockaddr *)&address, (socklen_t)sizeof address) != 0) stop("no simulation");
  return opened;
}

static void give(const void *data, size_t bytes) {
  const unsigned char *from = data;
  while (bytes != 0u) {
    ssize_t some = write(bench(), from, bytes);
    if (some <= 0) stop("the simulation has ended");
    from += some;
    bytes -= (size_t)some;
  }
}

static void take(void *data, size_t bytes) {
  unsigned char *to = data;
  while (bytes != 0u) {
    ssize_t some = read(bench(), to, bytes);
    if (some <= 0) stop("the simulation has ended");
    to += some;
    bytes -= (size_t)some;
  }
}

/* A request; little endian as this machine. The answer comes before what is read. */
static uint32_t ask(char command, unsigned char small, uint32_t word, uint64_t address, const void *data, size_t bytes) {
  unsigned char request[16] = {0};
  uint32_t answer;
  request[0] = (unsigned char)command;
  request[1] = small;
  memcpy(request + 4, &word, 4u);
  memcpy(request + 8, &address, 8u);
  give(request, sizeof request);
  if (bytes != 0u) give(data, bytes);
  take(&answer, 4u);
  return answer;
}

static unsigned char window_of(uintptr_t address) {
  unsigned char k;
  for (k = 0u; k < sizeof windows / sizeof windows[0]; k++)
    if (address >= windows[k] && address - windows[k] < 0x10000u) return k;
  stop("an address where nobody is");
  return 0u;
}

uint32_t Xil_In32(uintptr_t address) {
  unsigned char window = window_of(address);
  return ask('R', window, (uint32_t)(address - windows[window]), 0u, NULL, 0u);
}

void Xil_Out32(uintptr_t address, uint32_t value) {
  unsigned char window = window_of(address);
  (void)ask('W', window, (uint32_t)(address - windows[window]), value, NULL, 0u);
}

static uintptr_t down(uintptr_t address) { return address / LINE * LINE; }

void Xil_DCacheFlushRange(INTPTR address, uintptr_t bytes) {
  uintptr_t from = down((uintptr_t)address);
  uintptr_t to = down((uintptr_t)address + bytes + LINE - 1u);
  (void)ask('M', 0u, (uint32_t)(to - from), from, (const void *)from, to - from);
}

void Xil_DCacheInvalidateRange(INTPTR address, uintptr_t bytes) {
  uintptr_t from = down((uintptr_t)address);
  uintptr_t to = down((uintptr_t)address + bytes + LINE - 1u);
  (void)ask('G', 0u, (uint32_t)(to - from), from, NULL, 0u);
  take((void *)from, to - from);
}

void XTime_GetTime(XTime *time) { *time = (XTime)ask('T', 0u, 0u, 0u, NULL, 0u) * (COUNTS_PER_SECOND / 1000000u); }
