/* Co-simulation: the accelerator is a simulation behind a Unix socket. */
#define _POSIX_C_SOURCE 200809L
#include "heddle_cosim.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The processor has one memory, so that there is one simulation in a process. */
static unsigned char storage[HEDDLE_COSIM_MEMORY_BYTES + HEDDLE_COSIM_LINE];
static unsigned char seen[HEDDLE_COSIM_MEMORY_BYTES];

/* A request is 16 bytes, little endian: command, a byte, 2 bytes, 4 bytes, 8 bytes; data behind it where there is some. */
struct request {
  unsigned char bytes[16];
};

static void put(unsigned char *bytes, unsigned count, uint64_t value) {
  unsigned k;
  for (k = 0u; k < count; k++) bytes[k] = (unsigned char)(value >> (8u * k));
}

static int send_all(struct heddle_cosim *machine, const void *data, size_t bytes) {
  const unsigned char *from = data;
  while (bytes != 0u && !machine->failed) {
    ssize_t some = write(machine->socket, from, bytes);
    if (some <= 0) machine->failed = 1;
    else {
      from += some;
      bytes -= (size_t)some;
    }
  }
  return machine->failed ? HEDDLE_PLATFORM_FAILED : HEDDLE_OK;
}

static int receive_all(struct heddle_cosim *machine, void *data, size_t bytes) {
  unsigned char *to = data;
  while (bytes != 0u && !machine->failed) {
    ssize_t some = read(machine->socket, to, bytes);
    if (some <= 0) machine->failed = 1;
    else {
      to += some;
      bytes -= (size_t)some;
    }
  }
  return machine->failed ? HEDDLE_PLATFORM_FAILED : HEDDLE_OK;
}

/* Sends a request with data behind it and takes an answer of four bytes. */
static uint32_t ask(struct heddle_cosim *machine, char command, unsigned small, uint32_t word, uint64_t address,
                    const void *data, size_t bytes) {
  struct request request;
  unsigned char answer[4] = {0u, 0u, 0u, 0u};
  request.bytes[0] = (unsigned char)command;
  request.bytes[1] = (unsigned char)small;
  put(request.bytes + 2, 2u, 0u);
  put(request.bytes + 4, 4u, word);
  put(request.bytes + 8, 8u, address);
  if (send_all(machine, request.bytes, sizeof request.bytes) == HEDDLE_OK && bytes != 0u)
    (void)send_all(machine, data, bytes);
  (void)receive_all(machine, answer, sizeof answer);
  return (uint32_t)answer[0] | (uint32_t)answer[1] << 8 | (uint32_t)answer[2] << 16 | (uint32_t)answer[3] << 24;
}

static void write_back(struct heddle_cosim *machine, size_t begin, size_t end) {
  (void)ask(machine, 'M', 0u, (uint32_t)(end - begin), machine->base + begin, machine->memory + begin, end - begin);
  memcpy(seen + begin, machine->memory + begin, end - begin);
}

/* A cache may write a dirty line back at any time. */
static void evict(struct heddle_cosim *machine) {
  size_t line;
  if (machine->random == 0u) return;
  for (line = 0u; line < HEDDLE_COSIM_MEMORY_BYTES; line += HEDDLE_COSIM_LINE) {
    if (memcmp(machine->memory + line, seen + line, HEDDLE_COSIM_LINE) == 0) continue;
    machine->random = machine->random * 1664525u + 1013904223u;
    if ((machine->random >> 28) < 2u) write_back(machine, line, line + HEDDLE_COSIM_LINE);
  }
}

static uint32_t read_word(void *context, uint32_t window, uint32_t offset) {
  struct heddle_cosim *machine = context;
  machine->accesses++;
  evict(machine);
  return ask(machine, 'R', window, offset, 0u, NULL, 0u);
}

static void write_word(void *context, uint32_t window, uint32_t offset, uint32_t value) {
  struct heddle_cosim *machine = context;
  machine->accesses++;
  evict(machine);
  (void)ask(machine, 'W', window, offset, value, NULL, 0u);
}

static int range(const struct heddle_cosim *machine, const void *pointer, size_t bytes, size_t *begin, size_t *end) {
  uintptr_t place = (uintptr_t)pointer;
  uintptr_t first = (uintptr_t)machine->memory;
  if (place < first || place - first > HEDDLE_COSIM_MEMORY_BYTES) return HEDDLE_BAD_ARGUMENT;
  if (HEDDLE_COSIM_MEMORY_BYTES - (place - first) < bytes) return HEDDLE_BAD_ARGUMENT;
  *begin = (place - first) / HEDDLE_COSIM_LINE * HEDDLE_COSIM_LINE;
  *end = HEDDLE_WHOLE_LINES(place - first + bytes, HEDDLE_COSIM_LINE);
  return HEDDLE_OK;
}

static int bus_address(void *context, const void *pointer, size_t bytes, uint64_t *address) {
  const struct heddle_cosim *machine = context;
  size_t begin;
  size_t end;
  int status = range(machine, pointer, bytes, &begin, &end);
  if (status == HEDDLE_OK) *address = machine->base + (uint64_t)((uintptr_t)pointer - (uintptr_t)machine->memory);
  return status;
}

static int flush(void *context, const void *pointer, size_t bytes) {
  struct heddle_cosim *machine = context;
  size_t begin;
  size_t end;
  int status = range(machine, pointer, bytes, &begin, &end);
  if (status == HEDDLE_OK) write_back(machine, begin, end);
  return machine->failed ? HEDDLE_PLATFORM_FAILED : status;
}

/* Lines that the processor has changed are lost, as a cache may lose them. */
static int invalidate(void *context, void *pointer, size_t bytes) {
  struct heddle_cosim *machine = context;
  size_t begin;
  size_t end;
  int status = range(machine, pointer, bytes, &begin, &end);
  if (status != HEDDLE_OK) return status;
  (void)ask(machine, 'G', 0u, (uint32_t)(end - begin), machine->base + begin, NULL, 0u);
  status = receive_all(machine, machine->memory + begin, end - begin);
  memcpy(seen + begin, machine->memory + begin, end - begin);
  return status;
}

static int wait_interrupt(void *context, uint32_t microseconds) {
  struct heddle_cosim *machine = context;
  uint32_t came;
  machine->waits++;
  evict(machine);
  came = ask(machine, 'I', 0u, microseconds, 0u, NULL, 0u);
  return machine->failed ? -1 : (int)came;
}

static void idle(void *context) {
  struct heddle_cosim *machine = context;
  (void)ask(machine, 'P', 0u, 20u, 0u, NULL, 0u);
}

static uint32_t now(void *context) {
  struct heddle_cosim *machine = context;
  /* Without an answer all time is over. */
  uint32_t time = ask(machine, 'T', 0u, 0u, 0u, NULL, 0u);
  if (machine->failed) machine->lost += 0x10000000u;
  return machine->failed ? machine->lost : time;
}

int heddle_cosim_open(struct heddle_cosim *machine, const char *path, uint64_t base, uint32_t seed) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) return HEDDLE_BAD_ARGUMENT;
  memcpy(address.sun_path, path, strlen(path));
  machine->socket = socket(AF_UNIX, SOCK_STREAM, 0);
  if (machine->socket < 0) return HEDDLE_PLATFORM_FAILED;
  if (connect(machine->socket, (const struct sockaddr *)&address, (socklen_t)sizeof address) != 0) {
    (void)close(machine->socket);
    return HEDDLE_PLATFORM_FAILED;
  }
  machine->failed = 0;
  machine->lost = 0u;
  machine->random = seed;
  machine->accesses = 0u;
  machine->waits = 0u;
  machine->base = base;
  machine->memory = storage + (HEDDLE_COSIM_LINE - (uintptr_t)storage % HEDDLE_COSIM_LINE) % HEDDLE_COSIM_LINE;
  machine->platform.context = machine;
  machine->platform.line = HEDDLE_COSIM_LINE;
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

int heddle_cosim_fault(struct heddle_cosim *machine, char channel, uint32_t beat, uint32_t response) {
  (void)ask(machine, 'F', (unsigned char)channel, beat, response, NULL, 0u);
  return machine->failed ? HEDDLE_PLATFORM_FAILED : HEDDLE_OK;
}

uint32_t heddle_cosim_beats(struct heddle_cosim *machine, char channel) {
  return ask(machine, 'C', (unsigned char)channel, 0u, 0u, NULL, 0u);
}

int heddle_cosim_refused(struct heddle_cosim *machine, uint32_t *port, uint64_t *address) {
  unsigned char bytes[8];
  unsigned k;
  *port = ask(machine, 'A', 0u, 0u, 0u, NULL, 0u);
  *address = 0u;
  if (receive_all(machine, bytes, sizeof bytes) != HEDDLE_OK) return HEDDLE_PLATFORM_FAILED;
  for (k = 0u; k < 8u; k++) *address |= (uint64_t)bytes[k] << (8u * k);
  return HEDDLE_OK;
}

void heddle_cosim_close(struct heddle_cosim *machine) {
  (void)close(machine->socket);
  machine->socket = -1;
}
