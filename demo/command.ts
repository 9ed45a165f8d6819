import type { Stage } from './stage.ts'
import { bad, bold, detail, good, indent, oneLine, say } from './tell.ts'

/** The lines of a command's output that carry the story. What is not waited for only sets the scene. */
const story = /applied by|ended .* by|added to|log is whole/
/** A question whose answer speaks for itself. */
const question = 'status'

/** Runs a command as an operator would, shows what it says and returns it. */
export async function run(stage: Stage, ...args: string[]): Promise<string> {
  const shown = args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')
  const { exitCode, stdout, stderr } = await stage.sluice(...args)
  const lines = indent(stdout + stderr, 5).split('\n')
  const isScene = args.includes('0s')
  const isStory = !isScene && lines.some((line) => story.test(line))
  detail('')
  const printCommand = isStory && !args.includes(question) ? say : detail
  printCommand(`   ${bold(`$ sluice ${shown}`)}`)
  for (const line of lines) {
    const print = isStory && story.test(line) ? say : detail
    print(oneLine(line))
  }
  if (exitCode !== 0) throw new Error(`sluice ${shown} exits ${exitCode}`)
  return stdout
}

/** A command whose output is told in other words. */
export function showCommand(command: string, exitCode: number, says: string): void {
  const code = exitCode === 0 ? good('0') : bad(String(exitCode))
  say(oneLine(`   ${bold(`$ sluice ${command}`)}   exit code ${code}   ${says}`.trimEnd()))
}
