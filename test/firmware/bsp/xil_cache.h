/* The names of the vendor's BSP that the library uses, for a compiler that has no BSP. */
#include <stdint.h>
typedef intptr_t INTPTR;
void Xil_DCacheFlushRange(INTPTR address, uintptr_t bytes);
void Xil_DCacheInvalidateRange(INTPTR address, uintptr_t bytes);
