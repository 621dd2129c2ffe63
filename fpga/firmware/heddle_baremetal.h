/* Zynq-7000 and Zynq UltraScale+ without an operating system, on the vendor's standalone BSP. */
#ifndef HEDDLE_BAREMETAL_H
#define HEDDLE_BAREMETAL_H

#include "heddle.h"

/** Bases of the register windows, from xparameters.h; 0 where there is no such thing. Set by heddle_baremetal_init. */
struct heddle_baremetal {
  uintptr_t bases[3];
  volatile uint32_t interrupted;
  struct heddle_platform platform;
};

/** `bases`: control, DMA of input and output, DMA of weights. `interrupts`: heddle_baremetal_interrupt is connected. */
void heddle_baremetal_init(struct heddle_baremetal *machine, const uintptr_t bases[3], int interrupts);

/**
 * The handler; its argument is the heddle_baremetal. It switches the interrupt line off (GIE) and leaves the rest to the
 * call that waits:
 *   XScuGic_Connect(&gic, XPAR_FABRIC_..._INTR, (Xil_InterruptHandler)heddle_baremetal_interrupt, &machine);
 */
void heddle_baremetal_interrupt(void *machine);

#endif /* HEDDLE_BAREMETAL_H */
