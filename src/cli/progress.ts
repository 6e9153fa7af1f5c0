import type { Logger } from '../log.js';

/** A terminal that a line can be drawn on again and again. */
export interface Terminal {
  write(text: string): void;
}

/** How far a long piece of work has come. */
export interface Progress {
  show(done: number, total: number): void;
  /** Leaves the last state standing. */
  end(): void;
}

const barWidth = 30;
const redrawMs = 100;
const logMs = 1_000;

/** A bar on a terminal; where there is none, a line of the log now and then. Both begin and end with the whole truth. */
export function createProgress(what: string, terminal: Terminal | null, log: Logger): Progress {
  let last: { done: number; total: number } | null = null;
  let saidAt = -Infinity;
  let isSaid = true;
  const say = () => {
    if (last === null) return;
    if (terminal) terminal.write(`\r${what} ${bar(last)}\u001B[K`);
    else log.info(last, what);
    saidAt = performance.now();
    isSaid = true;
  };
  return {
    show(done, total) {
      last = { done, total };
      isSaid = false;
      if (performance.now() - saidAt >= (terminal ? redrawMs : logMs)) say();
    },
    end() {
      if (!isSaid) say();
      if (last !== null) terminal?.write('\n');
    },
  };
}

function bar({ done, total }: { done: number; total: number }): string {
  const share = total === 0 ? 1 : done / total;
  const filled = '█'.repeat(Math.floor(share * barWidth)).padEnd(barWidth, '░');
  return `${filled} ${String(Math.floor(share * 100)).padStart(3)} %  ${count(done)} of ${count(total)}`;
}

const count = (value: number): string => value.toLocaleString('en');
