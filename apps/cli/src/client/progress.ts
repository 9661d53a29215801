import { MultiBar, type SingleBar } from "cli-progress";
import { hasEnded, type Receipt } from "./receipt.ts";
import { receiptLine, waitingText } from "./render-receipt.ts";

/** Shows how intents come along. */
export interface Progress {
  show(receipts: readonly Receipt[]): void;
  /** Leaves the terminal as it should be for what is printed next. */
  end(): void;
}

/** More bars than this do not fit a screen: then one bar counts all. */
const MOST_BARS = 12;

/** `err`: stderr, so that results on stdout can be piped on while bars are drawn. */
export function startProgress(
  isTerminal: boolean,
  err: (text: string) => void,
  nameOf: (receipt: Receipt) => string = ({ id }) => id,
): Progress {
  return isTerminal ? barProgress(nameOf) : lineProgress(err, nameOf);
}

/** One line per change: for logs and pipes. */
function lineProgress(err: (text: string) => void, nameOf: (receipt: Receipt) => string): Progress {
  const shown = new Map<string, string>();
  return {
    show(receipts) {
      for (const receipt of receipts) {
        const name = nameOf(receipt);
        const line = name === receipt.id ? receiptLine(receipt) : `${name}: ${receiptLine(receipt)}`;
        if (shown.get(receipt.id) === line) continue;
        shown.set(receipt.id, line);
        err(`${line}\n`);
      }
    },
    end() {},
  };
}

function barProgress(nameOf: (receipt: Receipt) => string): Progress {
  const bars = new Map<string, SingleBar>();
  const all = new MultiBar({
    format: "{name} [{bar}] {value}/{total} {note}",
    stream: process.stderr,
    hideCursor: true,
    // Ctrl-C is this program's to handle: it has to say how to go on waiting.
    gracefulExit: false,
    emptyOnZero: true,
    barsize: 24,
  });
  const draw = (key: string, name: string, done: number, total: number, note: string): void => {
    const bar = bars.get(key) ?? all.create(total, 0, { name, note });
    bars.set(key, bar);
    bar.setTotal(total);
    bar.update(done, { name, note });
  };
  return {
    show(receipts) {
      if (receipts.length > MOST_BARS) {
        const sum = (count: (receipt: Receipt) => number): number =>
          receipts.reduce((total, receipt) => total + count(receipt), 0);
        const ended = receipts.filter(hasEnded).length;
        const note = `targets · ${ended}/${receipts.length} intents ended`;
        draw(
          "",
          "all",
          sum(doneOf),
          sum(({ counts }) => counts.total),
          note,
        );
        return;
      }
      for (const receipt of receipts) {
        draw(receipt.id, nameOf(receipt), doneOf(receipt), receipt.counts.total, noteOf(receipt));
      }
    },
    end: () => all.stop(),
  };
}

function doneOf({ counts }: Receipt): number {
  return counts.confirmed + counts.failed + counts.unconfirmed + counts.cancelled;
}

function noteOf(receipt: Receipt): string {
  const [wait] = receipt.waiting;
  if (hasEnded(receipt) || wait === undefined) return receipt.state;
  return `${receipt.state} · ${waitingText(wait)}`;
}
