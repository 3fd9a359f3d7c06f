/** Compiles the library that makes system calls fail in another process; see `disk-fault.cpp`. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const EIO = 5;
const ENOSPC = 28;

export interface DiskFault {
  call: 'sync' | 'root' | 'write';
  error: 'EIO' | 'ENOSPC';
}

/** Why no faults can be made on this machine; undefined when they can. */
export function whyNoDiskFaults(): string | undefined {
  if (process.platform !== 'linux') return 'they are made on Linux only';
  const hasCompiler = spawnSync('g++', ['--version'], { stdio: 'ignore' }).status === 0;
  return hasCompiler ? undefined : 'g++ is not installed: "apt-get install g++"';
}

export class DiskFaults {
  readonly #control: string;
  /** For the process whose disk is to fail. */
  readonly env: Readonly<Record<string, string>>;

  /** Needs a folder to keep the library and the control file in. */
  constructor(folder: string, pathPart: string) {
    const library = join(folder, 'disk-fault.so');
    const source = resolve('test/support/disk-fault.cpp');
    const flags = ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'];
    const { status, stderr } = spawnSync('g++', flags, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot compile ${source}: ${stderr}`);
    this.#control = join(folder, 'disk-fault');
    this.env = {
      LD_PRELOAD: library,
      DISK_FAULT_CONTROL: this.#control,
      DISK_FAULT_PATH: pathPart,
    };
  }

  begin({ call, error }: DiskFault): void {
    writeFileSync(this.#control, `${call} ${error === 'EIO' ? EIO : ENOSPC}\n`);
  }

  end(): void {
    rmSync(this.#control, { force: true });
  }
}
