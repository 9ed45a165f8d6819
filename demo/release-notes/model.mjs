// Stands for the model of the agent: it does what the instructions say, and otherwise repeats the commits.
export function releaseNotes(commits, instructions) {
  const isTold = (text) => instructions.includes(text)
  let entries = commits.map((commit) => {
    const [, type, isBreaking, text] = /^(\w+)(!?): (.*)$/.exec(commit)
    return { type, isBreaking: isBreaking === '!', text, commit }
  })
  if (isTold('Leave out')) entries = entries.filter(({ type }) => type === 'feat' || type === 'fix')
  if (isTold('breaking changes first')) entries.sort((a, b) => Number(b.isBreaking) - Number(a.isBreaking))
  let lines = entries.map((entry) => ({ ...entry, line: lineOf(entry, isTold) }))
  if (isTold('all fixes into one line')) lines = withFixesTogether(lines)
  if (isTold('at most three lines')) lines = lines.slice(0, 3)
  return lines.map(({ line }) => `- ${line}`).join('\n')
}

function lineOf({ isBreaking, text, commit }, isTold) {
  if (!isTold('Write for users')) return commit
  return isBreaking && isTold('"Breaking"') ? `Breaking: ${text}` : text
}

function withFixesTogether(lines) {
  const isFix = ({ type, isBreaking }) => type === 'fix' && !isBreaking
  const fixes = lines.filter(isFix).map(({ line }) => line)
  return [
    ...lines.filter((line) => !isFix(line)),
    ...(fixes.length > 0 ? [{ line: `Fixed: ${fixes.join('; ')}` }] : []),
  ]
}
