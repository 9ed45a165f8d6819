import type { Stage } from './stage.ts'
import { bold, indent, say } from './tell.ts'

/** Runs a command as an operator would, shows what it says and returns it. */
export function run(stage: Stage, ...args: string[]): string {
  const shown = args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')
  say('', `   ${bold(`$ sluice ${shown}`)}`)
  const { exitCode, stdout, stderr } = stage.sluice(...args)
  say(indent(stdout + stderr, 5))
  if (exitCode !== 0) throw new Error(`sluice ${shown} exits ${exitCode}`)
  return stdout
}
