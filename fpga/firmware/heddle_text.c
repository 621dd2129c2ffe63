/* Sentences about what went wrong. */
#include "heddle.h"
#include "heddle_engine_registers.h"

const char *heddle_status_text(int status) {
  switch (status) {
    case HEDDLE_OK: return "done";
    case HEDDLE_BAD_ARGUMENT: return "bad argument: null, misaligned, too large, or out of reach of the accelerator";
    case HEDDLE_WRONG_ID: return "no such accelerator behind the registers: is the bit stream loaded, is the base right?";
    case HEDDLE_WRONG_VERSION: return "the register map has another version: rebuild the firmware";
    case HEDDLE_WRONG_BUILD: return "the bit stream was made from another build than heddle_design.h";
    case HEDDLE_BROKEN_BUS: return "registers do not keep what is written: is the clock running?";
    case HEDDLE_TIMED_OUT: return "no end within the time; the accelerator was reset";
    case HEDDLE_FAILED: return "the accelerator stopped with an error and was reset";
    case HEDDLE_DMA_FAILED: return "a DMA stopped with an error; it and the accelerator were reset";
    case HEDDLE_STUCK: return "the reset does not end: the bus does not answer, only aresetn helps";
    case HEDDLE_UNSUPPORTED: return "the design has no such thing";
    case HEDDLE_NOT_LOADED: return "heddle_load_weights has to come first";
    case HEDDLE_PLATFORM_FAILED: return "the operating system refused";
    default: return "unknown status";
  }
}

const char *heddle_code_text(const struct heddle *device, uint32_t code) {
  (void)device;
  switch (code) {
    case HEDDLE_ENGINE_ERROR_CODE_NONE: return "no error";
    case HEDDLE_ENGINE_ERROR_CODE_MAGIC: return "a packet does not begin with its mark";
    case HEDDLE_ENGINE_ERROR_CODE_LIMITS: return "a header breaks a rule";
    case HEDDLE_ENGINE_ERROR_CODE_EARLY: return "a packet ends too early";
    case HEDDLE_ENGINE_ERROR_CODE_MISSING: return "a packet does not end";
    case HEDDLE_ENGINE_ERROR_CODE_ADDRESS: return "an address behind the X-RAM";
    case HEDDLE_ENGINE_ERROR_CODE_CONFLICT: return "two accesses of one bank";
    case HEDDLE_ENGINE_ERROR_CODE_ROW: return "a row without kernel rows";
    case HEDDLE_ENGINE_ERROR_CODE_WATCHDOG: return "no progress for longer than WATCHDOG allows";
    case HEDDLE_ENGINE_ERROR_CODE_READ_SLVERR: return "memory refused a read (SLVERR)";
    case HEDDLE_ENGINE_ERROR_CODE_READ_DECERR: return "nobody at the address of a read (DECERR)";
    case HEDDLE_ENGINE_ERROR_CODE_WRITE_SLVERR: return "memory refused a write (SLVERR)";
    case HEDDLE_ENGINE_ERROR_CODE_WRITE_DECERR: return "nobody at the address of a write (DECERR)";
    case HEDDLE_ENGINE_ERROR_CODE_LIST: return "a bad entry of a list, or a bad weight image";
    default: return "unknown code";
  }
}

const char *heddle_port_text(const struct heddle *device, uint32_t port) {
  static const char *const engine[4] = {"engine", "weights", "pixels", "results"};
  static const char *const dataflow[4] = {"core", "weights", "input", "results"};
  if (port > 3u) return "unknown port";
  return device != NULL && device->design != NULL && device->design->kind == HEDDLE_ENGINE ? engine[port] : dataflow[port];
}
