/** Serial lines: an accelerator's streams on a board that has no other way in. */
export { SerialBridge } from './serial-bridge.js';
export { UartReceiver } from './uart-receiver.js';
export { UartTransmitter } from './uart-transmitter.js';
