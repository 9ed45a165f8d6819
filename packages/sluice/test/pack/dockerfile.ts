/** One line of a Dockerfile, its continuations joined. */
export interface Instruction {
  name: string
  /** As it stands, without the flags. */
  text: string
  /** E.g. `{from: 'install'}` of `COPY --from=install`. */
  flags: Record<string, string>
}

/** Reads the instructions that ours uses: no heredocs, no parser directives. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const joined = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, ' ')
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
      const [leading = ''] = name === 'RUN' ? [''] : (/^(--[\w-]+=\S+\s+)*/.exec(rest) ?? [''])
      const flags = Object.fromEntries([...leading.matchAll(/--([\w-]+)=(\S+)/g)].map(([, key, value]) => [key, value]))
      return { name, text: rest.slice(leading.length), flags }
    })
}

/** The last stage: what the image is. */
export function lastStage(instructions: readonly Instruction[]): Instruction[] {
  return instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
}

/** The words of a command in its JSON form; a shell in between would get the signals. */
export function commandOf(stage: readonly Instruction[], name: string): string[] {
  const text = stage.findLast((one) => one.name === name)?.text ?? '[]'
  return JSON.parse(text.replace(/^CMD /, ''))
}
