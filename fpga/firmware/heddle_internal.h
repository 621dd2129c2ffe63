/* Between the files of the library. */
#ifndef HEDDLE_INTERNAL_H
#define HEDDLE_INTERNAL_H

#include "heddle.h"

/* Of a reset, however short the time of a call is: memory may have answers under way. */
#define HEDDLE_RESET_TIMEOUT_US 10000u

/* A time that is over at some point. */
struct heddle_deadline {
  uint32_t start;
  uint32_t length;
};

uint32_t heddle_read(const struct heddle *device, uint32_t offset);
void heddle_write(const struct heddle *device, uint32_t offset, uint32_t value);
struct heddle_deadline heddle_deadline(const struct heddle *device);
/* Microseconds that are left, 0 when it is over. */
uint32_t heddle_left(const struct heddle *device, const struct heddle_deadline *deadline);
void heddle_idle(const struct heddle *device);
/* Bus address of memory that ends in whole lines where `writes` is set. */
int heddle_reach(const struct heddle *device, const void *pointer, size_t bytes, int writes, uint64_t *address);

/* A frame is started: waits for ISR.DONE or ISR.ERROR; ends the frame in either case. */
int heddle_finish(struct heddle *device, const struct heddle_deadline *deadline);
/* Keeps what the error registers say and resets; HEDDLE_FAILED, or HEDDLE_STUCK. */
int heddle_fail(struct heddle *device);
/* True where ISR says that the accelerator stopped with an error. */
int heddle_failed(const struct heddle *device);
/* What comes of a reset after `status`: that status, or HEDDLE_STUCK. */
int heddle_give_up(struct heddle *device, int status);
void heddle_start(struct heddle *device);
/* True when no weight image is under way, which STATUS says; then *status is what came of it. */
int heddle_load_over(struct heddle *device, int *status);
/* A load of weights has failed: as heddle_give_up, but a frame that runs is left to the call that waits for it. */
int heddle_give_up_load(struct heddle *device, int status);

int heddle_predict_mapped(struct heddle *device, const void *input, void *output, uint32_t samples);
int heddle_predict_stream(struct heddle *device, const void *input, void *output, uint32_t samples);
int heddle_predict_engine(struct heddle *device, const void *input, void *output, uint32_t samples);
/* A frame of an engine whose tensors are in place; its rings of descriptors. */
int heddle_run_rings(struct heddle *device);
/* An engine is held in reset and its DMAs have been reset: takes the end of the results, and ends packets that were cut. */
int heddle_drain_rings(struct heddle *device);
/* The same for dataflow. */
int heddle_drain_streams(struct heddle *device);
int heddle_make_rings(struct heddle *device);
int heddle_load_stream(struct heddle *device, const void *image, uint32_t bytes);

#endif /* HEDDLE_INTERNAL_H */
