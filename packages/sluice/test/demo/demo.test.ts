import { test } from 'node:test'
import { assertOrder, assertShort, printedDemo } from './printed-demo.ts'

test('the demo tells the incident: shape tests pass, the gate fails, the fixed prompt is released, a canary finds what the suite lacks', () => {
  const text = printedDemo()
  assertOrder(text, [
    /52 of 52/,
    /\$ sluice gate {3}exit code 1/,
    /FAIL: The mean score changed by -0\.\d+/,
    /✗ invoice-dispute-01 +the corrected invoice by Friday/,
    /\$ sluice gate {3}exit code 0/,
    /PASS: The mean is/,
    /applied by 3 of 3 instances in/,
    /✓ host-1 \d+ by version 1\.2 · .*host-3 \d+ by version 1\.2\n/,
    /\$ sluice rollback/,
    /applied by 3 of 3 instances in/,
    /✓ host-1 \d+ by version 1\.0 · .*host-3 \d+ by version 1\.0\n/,
    /the log is whole, 5 rows/,
    /6 {2}What the golden cases do not know/,
    /PASS: The mean is/,
    /ended .* by sluice: The canary is worse by the judged score/,
    /✗ E-value against the canary: \d\d/,
    /\d cases? added to evals\/email-summary\.fast\.yaml/,
    /\$ sluice gate {3}exit code 1/,
    /Critical case email-summary-automatically-transcript-\w+-1 scored/,
    /\$ sluice gate {3}exit code 0/,
    /PASS: The mean is/,
    /ended .* by sluice: The canary is not worse/,
    /✓ E-value against the canary/,
    /none failed/,
  ])
  assertShort(text)
})
