// The processor time and the memory of processes, from Linux's /proc.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Stat {
  pid: number;
  parent: number;
  /** User and system time of the process since it started. */
  cpuMs: number;
  /** The same of its children that have ended. */
  endedChildrenCpuMs: number;
}

/** Returns null for a process that has ended. */
function readStat(pid: number): Stat | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name of the program, in parentheses, may contain spaces.
  const [, parent, ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = (index: number) => (Number(others[index]) * 1_000) / ticksPerSecond;
  return {
    pid,
    parent: Number(parent),
    cpuMs: ms(9) + ms(10),
    endedChildrenCpuMs: ms(11) + ms(12),
  };
}

/** Returns the process and its children. */
function readTree(root: number): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== null)
    .filter(({ pid, parent }) => pid === root || parent === root);
}

/** Returns the processor time of a process and its children, those that have ended included. */
export function readCpuMs(root: number): number {
  return readTree(root).reduce(
    (sum, { pid, cpuMs, endedChildrenCpuMs }) => sum + cpuMs + (pid === root ? endedChildrenCpuMs : 0),
    0,
  );
}

/** Returns the resident memory of a process and its children. Memory that they share counts in each. */
export function readRssMb(root: number): number {
  return readTree(root).reduce((sum, { pid }) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }, 0);
}
