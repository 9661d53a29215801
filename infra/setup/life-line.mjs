// Loaded before the program (--import). The other end of the pipe closes only when the process that started us is
// gone without a word (kill -9 of npm's process group): then nobody could stop us any more, so we stop ourselves,
// the orderly way. Removed from the environment, because our own children get no such pipe.
import { Socket } from "node:net";

const fd = process.env.PURGELINE_LIFE_LINE;
delete process.env.PURGELINE_LIFE_LINE;
if (fd !== undefined) {
  const line = new Socket({ fd: Number(fd), readable: true, writable: false });
  line.on("error", () => {});
  line.on("close", () => process.kill(process.pid, "SIGTERM"));
  line.resume();
  line.unref();
}
