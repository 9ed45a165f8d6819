/** Every exit code of the command line. Scripts rely on them. */
export const exitCodes = {
  pass: 0,
  fail: 1,
  inconclusive: 2,
  'invalid input': 3,
  'could not run': 4,
  interrupted: 130,
} as const

export type ExitWord = keyof typeof exitCodes

/** `0 pass, 1 fail, ...`, for help and pages. */
export const exitCodesInWords = Object.entries(exitCodes)
  .map(([word, code]) => `${code} ${word}`)
  .join(', ')

/** What a code says of any command, and what helps. */
export const exitCodeMeanings: Record<ExitWord, { says: string; wayOut: string }> = {
  pass: { says: 'The command did what it was asked to; a verdict is a pass.', wayOut: 'Go on.' },
  fail: {
    says: 'A verdict is a fail, or the state of a release does not allow what was asked.',
    wayOut: 'Read the reason in the report or on stderr; a repetition says the same.',
  },
  inconclusive: {
    says: 'Nothing could be decided.',
    wayOut: 'The report names what would decide it, the cheapest first: more answers, more cases, or a wider margin.',
  },
  'invalid input': {
    says: 'A file, a flag or an argument is wrong, or features are gone. Nothing was paid for unless a report says so.',
    wayOut: 'Mend what the message names; `sluice check` shows all faults of the files.',
  },
  'could not run': {
    says: 'A key, a provider, a control plane, the disk or the budget was in the way, or Sluice has a fault of its own.',
    wayOut: 'Remove the cause and run the same command again: answers that were paid for are kept.',
  },
  interrupted: {
    says: 'Ctrl-C or a signal ended the run.',
    wayOut: 'Run the same command again: answers that were paid for are kept.',
  },
}

interface CommandCodes {
  title: string
  /** Names of commands below `sluice`. */
  commands: readonly string[]
  /** What a code says of these commands beyond its meaning for any; null where they never end with it. */
  codes: Partial<Record<ExitWord, string | null>>
}

const noVerdict = { fail: null, inconclusive: null }

/** What the codes say of each command. */
export const commandExitCodes: readonly CommandCodes[] = [
  {
    title: 'Verdicts',
    commands: ['gate', 'compare', 'nightly'],
    codes: {
      pass: 'Every judged feature passes; or no feature is affected; or it is undecided and `gate.onInconclusive` lets it pass.',
      fail: 'A feature is worse than its baseline by more than the margin, below its threshold, or a critical case regressed; a night has drifted.',
      inconclusive:
        'It is undecided and `gate.onInconclusive` does not let it pass; fewer cases than `gate.minCoverage` have a score; features are affected and none was judged.',
      'invalid input':
        'Also: a feature of the base commit is no longer gated, fewer features were judged than `--expect-features`, secrets would go to a new address in CI, or nothing of what is affected can be judged.',
      'could not run': 'Also: not one case has a score, or the budget ended before enough of them had one.',
    },
  },
  {
    title: 'One feature by itself',
    commands: ['eval'],
    codes: {
      pass: 'Every case has a score, whatever the scores are.',
      fail: null,
      inconclusive: 'Some cases have no score.',
      'could not run':
        'Also: not one case has a score, with `--compare` of one model, or the budget ended first. A difference between models changes no code.',
    },
  },
  {
    title: 'Files',
    commands: ['check'],
    codes: {
      ...noVerdict,
      pass: 'No file has an error; there may be warnings.',
      'invalid input': 'A file has an error.',
    },
  },
  {
    title: 'The suite itself',
    commands: ['suite'],
    codes: {
      pass: 'Everything was looked at, and nothing was found. `suite pick`: a suite was chosen.',
      fail: '`suite review`: there is a finding.',
      inconclusive: '`suite review`: nothing was found, and something could not be looked at.',
    },
  },
  {
    title: 'Import',
    commands: ['import'],
    codes: {
      pass: 'Imported. With `--verify`: every verdict that could be compared is the same.',
      fail: 'With `--verify`: at least one verdict differs.',
      inconclusive: 'With `--verify`: no verdict could be compared.',
    },
  },
  {
    title: 'Leaving a model',
    commands: ['upgrade'],
    codes: {
      pass: 'Every feature that uses the model has a proposal, and so has the judge where the model judges.',
      fail: 'For some feature every candidate is shown to be worse.',
      inconclusive: 'For some feature nothing is shown, or it could not be measured.',
      'could not run': 'Also: the budget ended first.',
    },
  },
  {
    title: 'Testing the gate',
    commands: ['drill'],
    codes: {
      pass: 'Of the medium and strong mutants at least the share `--min-kill` was killed. With `--unchanged`: the rates were measured.',
      fail: 'Fewer were killed: the report says which survived, why, and what would have caught them.',
      inconclusive:
        'No drill could be made: the version as it is does not pass its own gate, every case scores 0 already, or no mutant could be judged. With `--unchanged`: the answers cannot vary.',
      'could not run': 'Also: no answer has a score, or the budget ended first.',
    },
  },
  {
    title: 'How good the judge is',
    commands: ['judge'],
    codes: {
      pass: 'Done. `judge attack`: no attack turned a no into a yes. `judge calibrate`: the judge may gate. `judge rubric`: every item was looked at with enough outputs and labels, and nothing was found.',
      fail: '`judge attack`: at least one attack turned a no into a yes. `judge calibrate`: labels show that the judge may not gate. `judge rubric`: an item depends on its wording, or the rubric does not say.',
      inconclusive:
        '`judge attack`: the judge said no to no output, or some attacks have no verdict. `judge calibrate`: there are too few labels. `judge rubric`: too few outputs or labels to tell.',
      'could not run':
        'Also: the budget ended first; `judge calibrate`: more than 2 % of the labelled items got no verdict.',
    },
  },
  {
    title: 'In GitHub Actions',
    commands: ['ci'],
    codes: { pass: 'As the command that the action runs. No failure of GitHub changes it.' },
  },
  {
    title: 'Plans',
    commands: ['plan'],
    codes: {
      ...noVerdict,
      pass: 'The plan is made.',
      inconclusive:
        '`plan gate`: for some feature there is no plan, since no run of it is kept or each case was asked once.',
    },
  },
  {
    title: 'Everything else',
    commands: ['init', 'report', 'trends', 'costs', 'schema', 'cache', 'simulate', 'serve'],
    codes: {
      ...noVerdict,
      pass: 'Done. `sluice report` and `sluice trends` end with 0 whatever the verdicts of the runs were.',
      'invalid input': 'Also: `sluice report` and `sluice trends` where nothing is stored.',
    },
  },
  {
    title: 'Releases',
    commands: [
      ...['publish', 'activate', 'rollout', 'rollback', 'status', 'drift', 'audit', 'outcomes', 'token', 'forget'],
      ...['approvals', 'approve', 'reject'],
      ...['case', 'backup', 'restore'],
    ],
    codes: {
      pass: 'Done, and recorded durably where something changes.',
      fail: 'The state of the feature does not allow it: a rollout runs, nothing to go back to, no passing report. Approving is for somebody else. `audit --verify`: the log was altered.',
      inconclusive: '`activate`, `rollout`: the release needs approval; it is proposed, and nothing is released yet.',
      'invalid input': 'Also: the control plane knows no such feature, version, rollout or token.',
      'could not run': 'Also: no control plane answers, or it refuses the token.',
    },
  },
]

/** `1: the release ...` of a command below `sluice`, for its help: what its codes say beyond their words. */
export function exitCodeLines(command: string): string[] {
  const { codes = {} } = commandExitCodes.find(({ commands }) => commands.includes(command)) ?? {}
  const words = Object.keys(exitCodes) as ExitWord[]
  const never = words.filter((word) => codes[word] === null).map((word) => exitCodes[word])
  return [
    ...words.flatMap((word) => (codes[word] ? [`${exitCodes[word]}: ${codes[word]}`] : [])),
    ...(never.length === 0 ? [] : [`Never ${never.join(' or ')}.`]),
  ]
}
