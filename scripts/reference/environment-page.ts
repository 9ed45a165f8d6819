import { environmentVariables } from '../../packages/sluice/src/environment-variables.ts'
import { row } from './key-table.ts'

const introduction = `\`\`\`sh
export ANTHROPIC_API_KEY="$(cat ~/.keys/anthropic)"
export HTTPS_PROXY=http://proxy.corp:3128
sluice gate
\`\`\`

Every variable of the environment that Sluice reads. An empty variable counts as not set. No file \`.env\` is read.
Secrets stand in the environment and never in a file: \`sluice.yaml\` names the variable. The value of each variable whose
name has a part such as \`KEY\`, \`TOKEN\`, \`SECRET\` or \`PASSWORD\` is masked in all output.`

/** The page of variables of the environment. */
export function environmentPage(): string {
  const sections = environmentVariables.flatMap(({ title, introduction: about, variables }) => {
    const rows = variables.map(({ name, means, otherwise = '', example }) =>
      row([nameOf(name), means, otherwise, `\`${example}\``]),
    )
    const head = [row(['variable', 'means', 'where it is not set', 'example']), row(Array(4).fill('---'))]
    return [`## ${title}`, about, [...head, ...rows].join('\n')]
  })
  const last = `Variables by which git tells a hook its repository (\`GIT_DIR\`, \`GIT_INDEX_FILE\` and others) are not handed on: the
folder says which repository is meant. Node reads variables of its own, such as \`NODE_EXTRA_CA_CERTS\`. What your
application, your checks and the control plane's image read beside these is theirs.`
  return ['# Environment variables', introduction, ...sections, '## Not read', last, next].join('\n\n')
}

const next =
  'Next: how providers are asked, [providers](providers.md); what code under test may see, [threat model](../threat-model.md).'

function nameOf(name: string): string {
  const [, named] = /^<(.* .*|.*\..*)>$/.exec(name) ?? []
  return named === undefined ? `\`${name}\`` : `named by \`${named}\``
}
