/** What the gate said of a version; the strength is null where a report does not tell it. */
interface GateVerdict {
  verdict: string
  strength?: string | null | undefined
}

function isWeakPass({ verdict, strength }: GateVerdict): boolean {
  return verdict === 'pass' && strength === 'weak'
}

/** `pass`, `pass, weak` or `fail`: wherever a verdict is shown, a weak pass is not told as a pass alone. */
export function gateVerdictText(gate: GateVerdict): string {
  return isWeakPass(gate) ? `${gate.verdict}, weak` : gate.verdict
}

/** What a weak pass is worth, for whoever decides on a release; null for any other verdict, and without a report. */
export function weakPassText(gate: GateVerdict | null): string | null {
  return gate && isWeakPass(gate) ? 'Its gate passed weakly: by an estimate without an error bound.' : null
}
