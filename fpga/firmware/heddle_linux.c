/* Linux: registers through UIO, memory through u-dma-buf. */
#define _POSIX_C_SOURCE 200809L
#include "heddle_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LINE 64u
#define PATH_BYTES 128

static uint32_t read_word(void *context, uint32_t window, uint32_t offset) {
  const struct heddle_linux *machine = context;
  return machine->windows[window][offset / 4u];
}

static void write_word(void *context, uint32_t window, uint32_t offset, uint32_t value) {
  const struct heddle_linux *machine = context;
  machine->windows[window][offset / 4u] = value;
}

static int bus_address(void *context, const void *pointer, size_t bytes, uint64_t *address) {
  const struct heddle_linux *machine = context;
  uintptr_t place = (uintptr_t)pointer;
  uintptr_t begin = (uintptr_t)machine->memory;
  if (place < begin || place - begin > machine->memory_bytes) return HEDDLE_BAD_ARGUMENT;
  if (machine->memory_bytes - (place - begin) < bytes) return HEDDLE_BAD_ARGUMENT;
  *address = machine->memory_address + (uint64_t)(place - begin);
  return HEDDLE_OK;
}

/*
 * u-dma-buf takes offset, size, direction (1 to the device, 2 from it) and the command in one 64-bit word: offset in bits
 * 63:32, size in 31:4, direction in 3:2, command in bit 0. The size is a multiple of 16.
 */
static int synchronize(const struct heddle_linux *machine, int file, const void *pointer, size_t bytes,
                       unsigned direction) {
  char text[32];
  size_t begin = (size_t)((uintptr_t)pointer - (uintptr_t)machine->memory);
  size_t end = HEDDLE_WHOLE_LINES(begin + bytes, LINE);
  int length;
  begin -= begin % LINE;
  if (end > machine->memory_bytes) end = machine->memory_bytes;
  length = snprintf(text, sizeof text, "0x%08lX%08lX", (unsigned long)begin,
                    (unsigned long)(((end - begin) & ~(size_t)15u) | ((size_t)direction << 2) | 1u));
  return pwrite(file, text, (size_t)length, 0) == (ssize_t)length ? HEDDLE_OK : HEDDLE_PLATFORM_FAILED;
}

static int flush(void *context, const void *pointer, size_t bytes) {
  const struct heddle_linux *machine = context;
  return synchronize(machine, machine->sync_for_device, pointer, bytes, 1u);
}

/* To the device first: a line that is dirty must not be written back later. */
static int invalidate(void *context, void *pointer, size_t bytes) {
  const struct heddle_linux *machine = context;
  int status = synchronize(machine, machine->sync_for_device, pointer, bytes, 2u);
  return status == HEDDLE_OK ? synchronize(machine, machine->sync_for_cpu, pointer, bytes, 2u) : status;
}

static int wait_interrupt(void *context, uint32_t microseconds) {
  const struct heddle_linux *machine = context;
  struct pollfd events;
  uint32_t word = 1u;
  int came;
  /* The kernel has masked the interrupt when it came last; it comes at once where the line is still high. */
  if (write(machine->uio[HEDDLE_CONTROL], &word, sizeof word) != (ssize_t)sizeof word) return -1;
  events.fd = machine->uio[HEDDLE_CONTROL];
  events.events = POLLIN;
  events.revents = 0;
  came = poll(&events, 1, (int)(microseconds / 1000u) + 1);
  if (came < 0) return errno == EINTR ? 0 : -1;
  if (came == 0) return 0;
  return read(machine->uio[HEDDLE_CONTROL], &word, sizeof word) == (ssize_t)sizeof word ? 1 : -1;
}

static void idle(void *context) {
  static const struct timespec pause = {0, 10000};
  (void)context;
  (void)nanosleep(&pause, NULL);
}

static uint32_t now(void *context) {
  struct timespec time;
  (void)context;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint32_t)((uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u);
}

/* A number in a file of /sys, decimal or with 0x. */
static int read_number(const char *path, uint64_t *value) {
  char text[32];
  char *end;
  ssize_t length;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return HEDDLE_PLATFORM_FAILED;
  length = read(file, text, sizeof text - 1u);
  (void)close(file);
  if (length <= 0) return HEDDLE_PLATFORM_FAILED;
  text[length] = '\0';
  errno = 0;
  *value = strtoull(text, &end, 0);
  return errno == 0 && end != text ? HEDDLE_OK : HEDDLE_PLATFORM_FAILED;
}

static int open_window(struct heddle_linux *machine, unsigned k, const char *path) {
  char map[PATH_BYTES];
  uint64_t bytes;
  const char *name = strrchr(path, '/');
  void *place;
  (void)snprintf(map, sizeof map, "/sys/class/uio/%s/maps/map0/size", name == NULL ? path : name + 1);
  if (read_number(map, &bytes) != HEDDLE_OK) return HEDDLE_PLATFORM_FAILED;
  machine->uio[k] = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
  if (machine->uio[k] < 0) return HEDDLE_PLATFORM_FAILED;
  place = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, machine->uio[k], 0);
  if (place == MAP_FAILED) return HEDDLE_PLATFORM_FAILED;
  machine->windows[k] = place;
  machine->window_bytes[k] = (size_t)bytes;
  return HEDDLE_OK;
}

static int open_memory(struct heddle_linux *machine, const char *buffer) {
  char path[PATH_BYTES];
  uint64_t bytes;
  void *place;
  int file;
  (void)snprintf(path, sizeof path, "/sys/class/u-dma-buf/%s/size", buffer);
  if (read_number(path, &bytes) != HEDDLE_OK) return HEDDLE_PLATFORM_FAILED;
  (void)snprintf(path, sizeof path, "/sys/class/u-dma-buf/%s/phys_addr", buffer);
  if (read_number(path, &machine->memory_address) != HEDDLE_OK) return HEDDLE_PLATFORM_FAILED;
  (void)snprintf(path, sizeof path, "/sys/class/u-dma-buf/%s/sync_for_device", buffer);
  machine->sync_for_device = open(path, O_WRONLY | O_CLOEXEC);
  (void)snprintf(path, sizeof path, "/sys/class/u-dma-buf/%s/sync_for_cpu", buffer);
  machine->sync_for_cpu = open(path, O_WRONLY | O_CLOEXEC);
  if (machine->sync_for_device < 0 || machine->sync_for_cpu < 0) return HEDDLE_PLATFORM_FAILED;
  (void)snprintf(path, sizeof path, "/dev/%s", buffer);
  /* Without O_SYNC: the memory is cached, and the two files above keep it right. */
  file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return HEDDLE_PLATFORM_FAILED;
  place = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  (void)close(file);
  if (place == MAP_FAILED) return HEDDLE_PLATFORM_FAILED;
  machine->memory = place;
  machine->memory_bytes = (size_t)bytes;
  return HEDDLE_OK;
}

void heddle_linux_close(struct heddle_linux *machine) {
  unsigned k;
  for (k = 0u; k < 3u; k++) {
    if (machine->windows[k] != NULL)
      (void)munmap((void *)(uintptr_t)machine->windows[k], machine->window_bytes[k]);
    if (machine->uio[k] >= 0) (void)close(machine->uio[k]);
    machine->windows[k] = NULL;
    machine->uio[k] = -1;
  }
  if (machine->memory != NULL) (void)munmap(machine->memory, machine->memory_bytes);
  if (machine->sync_for_device >= 0) (void)close(machine->sync_for_device);
  if (machine->sync_for_cpu >= 0) (void)close(machine->sync_for_cpu);
  machine->memory = NULL;
  machine->sync_for_device = -1;
  machine->sync_for_cpu = -1;
}

int heddle_linux_open(struct heddle_linux *machine, const char *const uio[3], const char *buffer) {
  int status = HEDDLE_OK;
  unsigned k;
  machine->memory = NULL;
  machine->sync_for_device = -1;
  machine->sync_for_cpu = -1;
  for (k = 0u; k < 3u; k++) {
    machine->windows[k] = NULL;
    machine->uio[k] = -1;
  }
  for (k = 0u; k < 3u && status == HEDDLE_OK; k++)
    if (uio[k] != NULL) status = open_window(machine, k, uio[k]);
  if (status == HEDDLE_OK) status = open_memory(machine, buffer);
  if (status != HEDDLE_OK) {
    int reason = errno;
    heddle_linux_close(machine);
    errno = reason;
    return status;
  }
  machine->platform.context = machine;
  machine->platform.line = LINE;
  machine->platform.read = read_word;
  machine->platform.write = write_word;
  machine->platform.bus_address = bus_address;
  machine->platform.flush = flush;
  machine->platform.invalidate = invalidate;
  machine->platform.wait = wait_interrupt;
  machine->platform.idle = idle;
  machine->platform.now = now;
  return HEDDLE_OK;
}
