const TELL_EVERY_MS = 50;

/** What this process was started to do. */
export function orderOf<Order>(): Order {
  return JSON.parse(process.argv[2] ?? "null") as Order;
}

/**
 * Tells how much is done, at once for the first time, which says that it is ready. Ends with whoever started it.
 * What it returns tells for the last time, and lets the process end.
 */
export function tellDone(done: () => number): () => void {
  const tell = (): void => void process.send?.(done());
  const timer = setInterval(tell, TELL_EVERY_MS);
  const orphaned = (): never => process.exit(1);
  process.once("disconnect", orphaned);
  tell();
  return () => {
    clearInterval(timer);
    process.off("disconnect", orphaned);
    process.send?.(done(), () => process.disconnect());
  };
}
