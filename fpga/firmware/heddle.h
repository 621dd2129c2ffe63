/*
 * Firmware of Heddle accelerators: C99, no heap, no global state. One library serves every design; what a design is
 * stands in its generated heddle_design.h, what a machine is in a heddle_platform (heddle_baremetal.h, heddle_linux.h,
 * heddle_cosim.h). A device is used by one thread at a time.
 */
#ifndef HEDDLE_H
#define HEDDLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What functions return: 0, or what went wrong. */
enum heddle_status {
  HEDDLE_OK = 0,
  HEDDLE_BAD_ARGUMENT,    /* null, misaligned, too small, or memory that the accelerator cannot reach */
  HEDDLE_WRONG_ID,        /* no accelerator of this kind behind the registers */
  HEDDLE_WRONG_VERSION,   /* a register map with another major version */
  HEDDLE_WRONG_BUILD,     /* the bit stream was built from something else than heddle_design.h */
  HEDDLE_BROKEN_BUS,      /* SCRATCH does not keep what is written */
  HEDDLE_TIMED_OUT,       /* no end within the time; the accelerator was reset */
  HEDDLE_FAILED,          /* the accelerator stopped with an error, see heddle_error; it was reset */
  HEDDLE_DMA_FAILED,      /* a DMA channel stopped with an error; it and the accelerator were reset */
  HEDDLE_STUCK,           /* the reset does not end: the bus does not answer, only aresetn helps */
  HEDDLE_UNSUPPORTED,     /* the design has no such thing, such as weights that can be changed */
  HEDDLE_NOT_LOADED,      /* an engine without its image: heddle_load_weights comes first */
  HEDDLE_PLATFORM_FAILED  /* the operating system refused; errno says more on Linux */
};

/** Register windows: the accelerator, then its DMAs. */
enum heddle_window { HEDDLE_CONTROL = 0, HEDDLE_DMA = 1, HEDDLE_DMA_WEIGHTS = 2 };

/** The machine. Every function gets `context`. */
struct heddle_platform {
  void *context;
  /* Bytes of a cache line; buffers that the accelerator writes begin at a multiple of it. A power of two, 1 without a cache. */
  uint32_t line;
  uint32_t (*read)(void *context, uint32_t window, uint32_t offset);
  void (*write)(void *context, uint32_t window, uint32_t offset, uint32_t value);
  /* What the accelerator calls `bytes` of memory at `pointer`: HEDDLE_OK, or HEDDLE_BAD_ARGUMENT where it has no address. */
  int (*bus_address)(void *context, const void *pointer, size_t bytes, uint64_t *address);
  /* The accelerator is about to read: writes dirty lines back. */
  int (*flush)(void *context, const void *pointer, size_t bytes);
  /* The accelerator writes or has written: drops lines, so that none is written back over it and the next read sees it. */
  int (*invalidate)(void *context, void *pointer, size_t bytes);
  /* Sleeps until the interrupt or so many microseconds: 1 interrupt, 0 time is over, -1 failure. NULL: no interrupt. */
  int (*wait)(void *context, uint32_t microseconds);
  /* Passes a little time between two looks at a register; may be NULL. */
  void (*idle)(void *context);
  /* Microseconds since some time, modulo 2^32. */
  uint32_t (*now)(void *context);
};

enum heddle_kind { HEDDLE_DATAFLOW = 0, HEDDLE_ENGINE = 1 };
enum heddle_side { HEDDLE_STREAM = 0, HEDDLE_MAPPED = 1 };

/** A 64-bit counter: the lower half at `offset`, the upper one 4 bytes behind. */
struct heddle_counter {
  const char *name;
  uint32_t offset;
};

/** A design, as heddle_design.h has it. Bytes are those of the form in memory (docs/firmware.md). */
struct heddle_design {
  const char *name;
  enum heddle_kind kind;
  enum heddle_side side;
  uint32_t build;           /* register BUILD; 0: not compared */
  uint32_t input_bytes;     /* of a sample */
  uint32_t output_bytes;    /* of a result */
  uint32_t weight_bytes;    /* of the weight image, or of the image of an engine; 0: the weights are fixed */
  /* Engines: one buffer has the image, from its begin, and all tensors. */
  uint32_t buffer_bytes;
  uint32_t input_offset;
  uint32_t output_offset;
  /* Lists of transfers, copied to list_offset of the buffer; list_w, list_x and list_y are where they begin there. */
  const uint32_t *lists;
  uint32_t list_words;
  uint32_t list_offset;
  uint32_t list_w;
  uint32_t list_x;
  uint32_t list_y;
  const struct heddle_counter *counters;
  uint32_t counter_count;
};

/** What a device shall do; zero is a good default everywhere, but an engine needs a buffer. */
struct heddle_options {
  uint32_t timeout_us;      /* longest time of a call; 0: one second */
  uint32_t watchdog_cycles; /* cycles without progress that the hardware calls an error; 0: none */
  int polls;                /* looks at ISR instead of waiting for the interrupt */
  int skip_build;           /* does not compare BUILD */
  void *buffer;             /* engines: buffer_bytes, aligned to 64 bytes and to a line */
  /* Stream sides: descriptors of DMAs with scatter-gather, 64 bytes each, aligned to 64; NULL: simple transfers. An
     engine needs one for every entry of its lists (list_words / 4), and one more; others two for every sample that shall
     be computed without the processor, and one more where weights can be changed. */
  void *descriptors;
  uint32_t descriptor_bytes;
};

/** The first error of a frame, as registers had it. */
struct heddle_error {
  uint32_t code;            /* ERROR.CODE: heddle_code_text */
  uint32_t port;            /* ERROR.PORT: heddle_port_text */
  uint32_t rule;            /* engines: rule of a header that was broken */
  uint32_t place;           /* ERROR_PLACE */
  uint64_t address;         /* mapped sides: what memory refused */
  uint32_t dma_status;      /* DMASR of the channel that failed */
};

/** A channel of a DMA and descriptors for it, one behind the other. */
struct heddle_ring {
  volatile uint32_t *words;
  uint64_t address;
  uint32_t count;
  uint32_t window;
  uint32_t channel;
};

/** A device; set by heddle_init, not to be touched by others. */
struct heddle {
  const struct heddle_design *design;
  const struct heddle_platform *platform;
  struct heddle_options options;
  struct heddle_error error;
  int loaded;
  int running;              /* a frame was started and has not ended */
  /* Engines of stream sides: weights, pixels, results. */
  struct heddle_ring rings[3];
  /* Dataflow of stream sides: bus addresses of the last input, output and weight image; 0: none yet. */
  uint64_t places[3];
};

/** Finds the accelerator, compares what it is with the design, and brings it to idle. */
int heddle_init(struct heddle *device, const struct heddle_design *design, const struct heddle_platform *platform,
                const struct heddle_options *options);

/**
 * Computes `samples` results. Both arrays hold one after the other without gaps. Dataflow: `input` and `output` are
 * memory that the accelerator reaches, `output` begins at a line and the rest of its last line is free. Engine: any memory.
 */
int heddle_predict(struct heddle *device, const void *input, void *output, uint32_t samples);

/**
 * Dataflow with weights that can be changed: the image counts from the next sample on. It may also be called from `wait` or
 * `idle` of the platform, that is while heddle_predict waits for its samples: all of them have the old or the new weights.
 * Where that fails, the frame goes on, or fails by itself; heddle_reset belongs behind it before the next load.
 * Engine: copies the image to the buffer, once before the first sample and whenever weights change.
 */
int heddle_load_weights(struct heddle *device, const void *image, uint32_t bytes);

/** Values of all counters, in the order of design->counters, at one moment; `clear` sets them to 0 behind it. */
int heddle_counters(struct heddle *device, uint64_t *values, uint32_t count, int clear);

/** Gives up what runs, and brings the accelerator to idle. */
int heddle_reset(struct heddle *device);

/** Where an engine's input and output lie in its buffer; NULL for dataflow. */
void *heddle_input_place(const struct heddle *device);
void *heddle_output_place(const struct heddle *device);

/** Sentences, never NULL. */
const char *heddle_status_text(int status);
const char *heddle_code_text(const struct heddle *device, uint32_t code);
const char *heddle_port_text(const struct heddle *device, uint32_t port);

/** Bytes of a buffer of so many bytes that ends with a whole line. */
#define HEDDLE_WHOLE_LINES(bytes, line) ((((bytes) + (line) - 1u) / (line)) * (line))

#ifdef __cplusplus
}
#endif
#endif /* HEDDLE_H */
