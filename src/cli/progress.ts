import type { Logger } from '../log.js';

/** A terminal on which a line can be redrawn. */
export interface Terminal {
  write(text: string): void;
}

/** Shows the progress of a long task. */
export interface Progress {
  show(done: number, total: number): void;
  /** Draws the last state and ends the line. */
  end(): void;
}

const barWidth = 30;
const redrawMs = 100;
const logMs = 1_000;

/** Creates a progress bar on a terminal, or a log line at most once a second. Both show the first and the last state. */
export function createProgress(label: string, terminal: Terminal | null, log: Logger): Progress {
  let last: { done: number; total: number } | null = null;
  let drawnAt = -Infinity;
  let isDrawn = true;
  const draw = () => {
    if (last === null) return;
    if (terminal) terminal.write(`\r${label} ${bar(last)}\u001B[K`);
    else log.info(last, label);
    drawnAt = performance.now();
    isDrawn = true;
  };
  return {
    show(done, total) {
      last = { done, total };
      isDrawn = false;
      if (performance.now() - drawnAt >= (terminal ? redrawMs : logMs)) draw();
    },
    end() {
      if (!isDrawn) draw();
      if (last !== null) terminal?.write('\n');
    },
  };
}

function bar({ done, total }: { done: number; total: number }): string {
  const share = total === 0 ? 1 : done / total;
  const filled = '█'.repeat(Math.floor(share * barWidth)).padEnd(barWidth, '░');
  return `${filled} ${String(Math.floor(share * 100)).padStart(3)} %  ${count(done)} of ${count(total)}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
