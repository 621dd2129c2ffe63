/* The AXI DMA of the vendor (PG021): its registers, simple transfers, rings of descriptors. */
#ifndef HEDDLE_DMA_H
#define HEDDLE_DMA_H

#include "heddle.h"

/* Registers of a channel; those of memory to stream begin at 0, those of stream to memory at 0x30. */
#define HEDDLE_DMA_SEND 0x00u
#define HEDDLE_DMA_RECEIVE 0x30u
#define HEDDLE_DMA_CONTROL_OFFSET 0x00u
#define HEDDLE_DMA_STATUS_OFFSET 0x04u
#define HEDDLE_DMA_CURRENT_OFFSET 0x08u
#define HEDDLE_DMA_TAIL_OFFSET 0x10u
#define HEDDLE_DMA_ADDRESS_OFFSET 0x18u
#define HEDDLE_DMA_LENGTH_OFFSET 0x28u

#define HEDDLE_DMA_CONTROL_RUN 0x00000001u
#define HEDDLE_DMA_CONTROL_RESET 0x00000004u
#define HEDDLE_DMA_STATUS_HALTED 0x00000001u
#define HEDDLE_DMA_STATUS_IDLE 0x00000002u
#define HEDDLE_DMA_STATUS_SCATTER_GATHER 0x00000008u
/* Internal, slave and decode errors of transfers and of fetching descriptors. */
#define HEDDLE_DMA_STATUS_ERRORS 0x00000770u

/* A descriptor: 64 bytes, 13 words of which the hardware knows. */
#define HEDDLE_DMA_DESCRIPTOR_BYTES 64u
#define HEDDLE_DMA_DESCRIPTOR_NEXT 0u
#define HEDDLE_DMA_DESCRIPTOR_ADDRESS 2u
#define HEDDLE_DMA_DESCRIPTOR_CONTROL 6u
#define HEDDLE_DMA_DESCRIPTOR_STATUS 7u
#define HEDDLE_DMA_FIRST 0x08000000u
#define HEDDLE_DMA_LAST 0x04000000u
#define HEDDLE_DMA_COMPLETE 0x80000000u
#define HEDDLE_DMA_DESCRIPTOR_ERRORS 0x70000000u
/* The length register has 26 bits (c_sg_length_width of the projects that Heddle writes). */
#define HEDDLE_DMA_LONGEST 0x02000000u

/** Resets the DMAs of a design; both channels of one are reset together. */
int heddle_dma_reset(struct heddle *device);
/** One run of bytes, at most HEDDLE_DMA_LONGEST. */
void heddle_dma_simple(const struct heddle *device, uint32_t window, uint32_t channel, uint64_t address, uint32_t bytes);
uint32_t heddle_dma_status(const struct heddle *device, uint32_t window, uint32_t channel);
/** True where a channel of a stream side stopped with an error, which is kept in device->error. */
int heddle_dma_broken(struct heddle *device);
/** True where the DMA was built with scatter-gather. */
int heddle_dma_has_rings(const struct heddle *device, uint32_t window);

/** Appends a run of bytes of a packet; HEDDLE_BAD_ARGUMENT where the descriptors are used up. */
int heddle_ring_add(struct heddle_ring *ring, uint32_t capacity, uint64_t address, uint32_t bytes, int first, int last);
/** Makes all descriptors new and hands the ring to the channel, which waits for a tail. HEDDLE_TIMED_OUT: it does not halt. */
int heddle_ring_start(const struct heddle *device, const struct heddle_ring *ring);
/** Lets the channel go on up to descriptor `count - 1`. */
void heddle_ring_go(const struct heddle *device, const struct heddle_ring *ring, uint32_t count);
/** The status word of a descriptor, as the hardware has left it. */
int heddle_ring_status(const struct heddle *device, const struct heddle_ring *ring, uint32_t index, uint32_t *status);

#endif /* HEDDLE_DMA_H */
