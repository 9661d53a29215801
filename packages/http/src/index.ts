export { type ClosingTransport, openTransport } from "./transport.ts";
