import { commandExitCodes, type ExitWord, exitCodeMeanings, exitCodes } from '../../packages/sluice/src/exit-codes.ts'
import { row } from './key-table.ts'

const introduction = `\`\`\`sh
sluice gate
case $? in
  0) echo "no worse: merge it" ;;
  1) echo "worse: see the report" ;;
  2) echo "not decided: the report says what would decide it" ;;
  3) echo "a file or a flag is wrong" ;;
  4) echo "nothing could be judged: run it again" ;;
esac
\`\`\`

Every command ends with one of these codes. Only 0 is a yes. A change that affects no feature is a yes too, since
nothing was to be judged; \`--expect-features\` says how many have to be.`

const words = Object.keys(exitCodes) as ExitWord[]

/** The page of exit codes: what each says of any command, and of each one. */
export function exitCodePage(): string {
  const general = words.map((word) =>
    row([`\`${exitCodes[word]}\``, word, exitCodeMeanings[word].says, exitCodeMeanings[word].wayOut]),
  )
  const sections = commandExitCodes.flatMap(({ title, commands, codes }) => {
    const rows = words
      .filter((word) => codes[word] !== null)
      .map((word) => row([`\`${exitCodes[word]}\``, word, codes[word] ?? `${exitCodeMeanings[word].says}`]))
    const named = commands.map((command) => `\`sluice ${command}\``).join(', ')
    return [`## ${title}`, `${named}.`, [row(['code', 'word', 'when']), row(['---', '---', '---']), ...rows].join('\n')]
  })
  return [
    '# Exit codes',
    introduction,
    [row(['code', 'word', 'says', 'what helps']), row(Array(4).fill('---')), ...general].join('\n'),
    ...sections,
    'Next: [commands](../commands.md), and the same verdicts as outputs of the [GitHub Action](../github.md).',
  ].join('\n\n')
}
