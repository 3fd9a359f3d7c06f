/** One instruction of a Dockerfile, with continued lines joined and comments left out. */
export interface Instruction {
  name: string;
  args: string;
  /** Index of the stage that it belongs to; instructions before the first FROM are in stage -1. */
  stage: number;
}

/** Enough of the format for our own file: no heredocs, no parser directives. */
export function parseDockerfile(text: string): Instruction[] {
  const joined = text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n/g, ' ');
  let stage = -1;
  return joined
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(/\s+/);
      if (name === 'FROM') stage += 1;
      return { name, args: rest.join(' '), stage };
    });
}
