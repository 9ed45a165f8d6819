/** Public projects of promptfoo: copied from `npm run import-share`, since their files are not part of the recorded data. */
export function importedSection(): string {
  return `## Projects of promptfoo, imported and scored anew

Six public projects keep their results in the repository. Their tests were imported, and every answer in the results was
scored by the imported checks. *Same* means that the verdict on the answer is the one that promptfoo wrote down. The
projects are not part of \`../shared/data\`, so this table is a copy: with their checkouts of 26 November 2026 this command
prints it.

\`\`\`sh
npm run --silent import-share -- --verify checkouts/*/*
\`\`\`

| project | assertions translated | kept answers | same | differ | not comparable |
| --- | --- | --- | --- | --- | --- |
| Spurthipendyala/Customerchurn_prediction | 8 of 8 | 5 | 3 | 2 | 0 |
| Wadys/ai-qa-demo | 1 of 1 | 2 | 2 | 0 | 0 |
| codenjosh/naksu-chatbot | 3 of 3 | 3 | 0 | 0 | 3 |
| krystianbergmann/prompt-eval-workbench | 3 of 3 | 3 | 3 | 0 | 0 |
| mspworld/reqverify | 3 of 3 | 3 | 2 | 0 | 1 |
| tthatcher95/nicheIQ | 10 of 14 | 30 | 22 | 0 | 8 |

What this means: 32 of 46 verdicts are the same. Two differ, by a fault of those tests: the application answers with
data, the assertions call \`JSON.parse\` on it, and so they failed whatever the answer was. Here every output is a text. Of
the 12 that cannot be compared, 9 need a judge and 3 are errors; neither is ever counted as equal. It does not mean that
the tests are good.`
}
