import { type AnyNode, type Node, parse } from 'acorn'

/**
 * Whether JavaScript plainly does nothing but look at values. The body of a function is judged by its syntax tree: only
 * the kinds of nodes and the names below may occur, members are reached by written names, nothing but variables of its
 * own is assigned, and loops go through lists only. Code that is merely unusual counts as unsafe too.
 * @returns why it is not plainly safe; undefined where it is
 */
export function unsafeReason(body: string): string | undefined {
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'module', allowReturnOutsideFunction: true } as const
    const tree = parse(body, options) as AnyNode
    return faultIn(tree, new Set(declaredIn(tree)))
  } catch (error) {
    if (error instanceof SyntaxError) return `it cannot be compiled (${error.message}), so that it never passed`
    if (error instanceof RangeError) return 'it is nested too deeply'
    throw error
  }
}

/** Kinds of nodes that need no look of their own. */
const plainKinds = new Set(
  `Program ExpressionStatement ReturnStatement VariableDeclaration VariableDeclarator Literal TemplateLiteral
  TemplateElement BinaryExpression LogicalExpression ConditionalExpression CallExpression ChainExpression BlockStatement
  IfStatement BreakStatement ContinueStatement SwitchStatement SwitchCase TryStatement CatchClause ThrowStatement
  ArrayExpression ObjectExpression SpreadElement RestElement ArrayPattern ObjectPattern AssignmentPattern
  EmptyStatement SequenceExpression`.split(/\s+/),
)

/** What every program can reach and may be used. */
const knownGlobals = new Set(
  `JSON Math Number String Boolean Array Set Map RegExp Date Error parseInt parseFloat isNaN isFinite NaN Infinity
  undefined encodeURIComponent decodeURIComponent console`.split(/\s+/),
)

const made = new Set(['Set', 'Map', 'RegExp', 'Date', 'Error'])

/** What only modules of one kind can reach, or what is no global of this one. */
const forbiddenNames = new Set('require module exports process arguments eval __dirname __filename'.split(' '))

/** Members through which any value leads to the functions behind it. */
const forbiddenMembers = new Set('constructor prototype call apply bind caller callee'.split(' '))

/** Members that make as much text or as many items out of a number as it says, which no time limit stops in time. */
const growingMembers = new Set('repeat padStart padEnd'.split(' '))

function isForbiddenMember(name: string): boolean {
  return forbiddenMembers.has(name) || name.startsWith('__')
}

/** The names that code gives to variables, parameters and functions. */
function declaredIn(node: AnyNode): string[] {
  const patterns =
    node.type === 'VariableDeclarator'
      ? [node.id]
      : node.type === 'CatchClause'
        ? [node.param]
        : 'params' in node
          ? node.params
          : []
  const names = (patterns as readonly unknown[]).filter(isNode).flatMap(namesOf)
  return [...names, ...childrenOf(node).flatMap(declaredIn)]
}

function namesOf(pattern: AnyNode): string[] {
  return pattern.type === 'Identifier' ? [pattern.name] : childrenOf(pattern).flatMap(namesOf)
}

function faultIn(node: AnyNode, declared: ReadonlySet<string>): string | undefined {
  const own = ownFault(node, declared)
  if (own !== undefined) return own
  for (const child of childrenOf(node)) {
    const fault = faultIn(child, declared)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The nodes below a node, but for names that are no references. */
function childrenOf(node: AnyNode): AnyNode[] {
  const isNamed = (key: string) =>
    (node.type === 'MemberExpression' && key === 'property' && !node.computed) ||
    (node.type === 'Property' && key === 'key') ||
    key === 'label'
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (isNamed(key)) return []
    return (Array.isArray(value) ? value : [value]).filter(isNode)
  })
}

function isNode(value: unknown): value is AnyNode {
  return value !== null && typeof value === 'object' && 'type' in value && 'start' in value
}

function ownFault(node: AnyNode, declared: ReadonlySet<string>): string | undefined {
  switch (node.type) {
    case 'Identifier':
      return nameFault(node.name)
    case 'CallExpression':
      return node.callee.type === 'Identifier' && node.callee.name === 'Array' ? listOfLength : undefined
    case 'MemberExpression':
      return node.computed ? indexFault(node.property) : memberFault(node.property)
    case 'ObjectExpression':
      return node.properties.some((each) => each.type === 'Property' && isKey(each.key, 'length'))
        ? listOfLength
        : undefined
    case 'Property':
      if (node.computed || node.kind !== 'init') return 'it has a computed key'
      return memberFault(node.key)
    case 'AssignmentExpression':
      return assignmentFault(node.left, declared)
    case 'UpdateExpression':
      return assignmentFault(node.argument, declared)
    case 'UnaryExpression':
      return node.operator === 'delete' ? 'it deletes' : undefined
    case 'NewExpression':
      return node.callee.type === 'Identifier' && made.has(node.callee.name) ? undefined : 'it makes objects of a class'
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return node.async || node.generator ? 'it waits' : undefined
    case 'ForOfStatement':
      return node.await || node.left.type !== 'VariableDeclaration' ? 'it waits, or assigns in a loop' : undefined
    case 'ForStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return 'it loops by a condition'
    default:
      return plainKinds.has(node.type) ? undefined : `it has a ${node.type}`
  }
}

const listOfLength = 'it makes a list of a length'

function isKey(key: Node, name: string): boolean {
  const { name: written, value } = key as { name?: string; value?: unknown }
  return (written ?? value) === name
}

/** Names of its own may be anything but what a program can reach by itself: the network, the process, the clock. */
function nameFault(name: string): string | undefined {
  if (knownGlobals.has(name)) return undefined
  return forbiddenNames.has(name) || name in globalThis ? `it uses ${name}` : undefined
}

function memberFault(name: Node): string | undefined {
  const { type, name: written, value } = name as { type: string; name?: string; value?: unknown }
  const text = type === 'Identifier' ? (written ?? '') : String(value)
  if (type !== 'Identifier' && type !== 'Literal') return `it has a ${type}`
  if (growingMembers.has(text)) return `it makes texts of a length (${text})`
  return isForbiddenMember(text) ? `it reaches ${text}` : undefined
}

function indexFault(index: Node): string | undefined {
  const isWritten = index.type === 'Literal'
  return isWritten ? memberFault(index) : 'it reaches members by computed names'
}

/** Whatever is assigned must be a variable of its own; a member may belong to everybody. */
function assignmentFault(target: Node, declared: ReadonlySet<string>): string | undefined {
  const { type, name = '' } = target as { type: string; name?: string }
  const isOwn = type === 'Identifier' && declared.has(name) && !knownGlobals.has(name)
  return isOwn ? undefined : 'it assigns what is not its own'
}
