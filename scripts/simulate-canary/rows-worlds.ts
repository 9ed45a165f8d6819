import { type Row, rarelyRolledBack, rarelyStrong, world } from './row.ts'

/*
 * Traffic that talks back, without anything being worse, and harm that hides: what a canary meets in production. Most are
 * scenarios that come along, some with one thing changed.
 */

const noWorse = (name: string, scenario: string, changes: object = {}): Row =>
  world(name, scenario, [rarelyRolledBack], changes)

const engaged = (engagement: number) =>
  noWorse(`users come ${engagement} times as often`, 'engaged-users', { canary: { engagement } })
const coldStart = (requests: number) =>
  noWorse(`first ${requests} requests slow`, 'cold-start', { canary: { warmUp: { requests } } })

export const reacting: Row[] = [
  ...[1.1, 1.2, 1.3, 1.5, 2].map(engaged),
  noWorse('users come 0.7 times as often', 'rarer-users'),
  noWorse('better by .05, and users come twice as often', 'engaged-users', { canary: { engagement: 2, score: 0.05 } }),
  noWorse('twice as fast, and users come 1.5 times as often', 'engaged-users', { canary: { latency: 0.5 } }),
  noWorse('users come 1.5 times as often, few send most', 'engaged-users', { traffic: { heavyTail: 1 } }),
  noWorse('users leave after bad answers', 'users-leave'),
  noWorse('users stay away after bad answers', 'users-stay-away'),
  noWorse('users ask again after bad answers', 'users-retry'),
]

export const cold: Row[] = [
  ...[5, 10, 20].map(coldStart),
  noWorse("each user's first request slow", 'cold-users'),
  noWorse('ten minutes after each stage begins slow', 'cold-stages'),
  noWorse('ten minutes after each restart slow', 'restarts'),
  noWorse('shared prefix cache, 5 % arm', 'prefix-cache'),
  noWorse('the same, one prefix for all', 'prefix-cache', { prefixCache: { prefixes: 1 }, traffic: { perHour: 200 } }),
]

export const judging: Row[] = [
  noWorse('bad answers judged up to 4 h later, in proportion', 'bad-judged-later', {
    judge: { badLater: { by: '4h', below: null } },
  }),
  noWorse('bad answers judged up to 8 h later, in proportion', 'bad-judged-later', {
    judge: { badLater: { below: null } },
  }),
  noWorse('bad answers judged 8 h later', 'bad-judged-later'),
  noWorse('judge away from 8 to 20 h, stage of 50 % meanwhile', 'judge-away'),
  noWorse('scores of the canary lost for three hours', 'judge-loses-one-arm'),
  noWorse('scores of the canary late for three hours', 'judge-loses-one-arm', {
    faults: { judgeOutages: [{ from: '3h', to: '6h', arm: 'canary' }] },
  }),
  noWorse('budget ends at noon', 'judge-budget'),
  noWorse('queue overflows', 'judge-queue'),
  noWorse('noise of the judge moves', 'judge-noise'),
  noWorse('judge abstains on bad answers, in both arms', 'judge-abstains', {
    canary: { score: 0 },
    judge: { abstains: { share: 0.5, canary: 0.5 } },
  }),
  noWorse('five marks', 'five-marks'),
  noWorse('yes or no', 'yes-or-no'),
  noWorse('feedback of those who are not content', 'feedback'),
]

export const times: Row[] = [
  noWorse('days and weekends', 'day-and-week'),
  noWorse('quality of both arms falls by .15 daily', 'declining'),
  noWorse('fifty users', 'few-users'),
  noWorse('four of ten requests without a user', 'anonymous'),
  noWorse('half of the users new each day', 'new-users'),
  noWorse('users of whom few send most', 'heavy-users', { lasts: '30h', traffic: { perHour: 400 } }),
  noWorse('latency and cost with long tails', 'long-tail'),
  noWorse('all that is bad comes together', 'dependent-signals'),
  noWorse('length of the input explains half', 'length-explains'),
  noWorse('reported twice, late, never', 'reported-twice'),
  world('errors of the incumbent in few users, of the canary in all', 'concentrated-errors', []),
  world('errors of the canary in few users, of the incumbent in all', 'concentrated-errors', [], {
    incumbent: { errorUsers: 1 },
    canary: { errorUsers: 0.1 },
  }),
]

/** A day after the harm begins. */
const found = (name: string, scenario: string, changes: object = {}): Row =>
  world(name, scenario, [{ of: 'found', atLeast: 0.9 }], { lasts: '48h', ...changes })

/** Stages are left by proof, not by time. */
const byProof = {
  lasts: '72h',
  rollout: {
    advance: 'evidence',
    stages: [
      { percent: 10, soak: '6h' },
      { percent: 50, soak: '18h' },
    ],
    flagMargin: 0.02,
  },
}

export const hidden: Row[] = [
  found('errors + 3 points from hour 24', 'late-errors'),
  found('latency x 3 from hour 24', 'late-latency'),
  found('latency x 1.5 from hour 24', 'late-latency', { canary: { latency: 1.5 } }),
  found('one of twenty answers ten times as slow from hour 24', 'late-tail'),
  found('score down .10 from hour 24', 'late-errors', { canary: { errors: 0, score: -0.1 } }),
  found('score down .10 from hour 20', 'late-users', {
    lasts: '44h',
    canary: { from: '20h', newUsersOnly: false },
    rollout: {
      stages: [
        { percent: 10, soak: '6h' },
        { percent: 50, soak: '48h' },
      ],
    },
  }),
  found('score down .10 for who first comes after hour 12', 'late-users', { lasts: '36h' }),
  found("score down .10 from a user's second request on", 'later-turns', { lasts: '24h' }),
  found("score down .30 from a user's second request on", 'later-turns', { lasts: '24h', canary: { score: -0.3 } }),
  found('refusals + 3 points from hour 24', 'late-errors', { canary: { errors: 0, refusals: 0.03 } }),
  found("errors + 3 points from a user's third request on", 'later-turns', {
    lasts: '24h',
    canary: { score: 0, errors: 0.03, fromRequest: 3 },
  }),
  found("latency x 3 from a user's third request on", 'later-turns', {
    lasts: '24h',
    canary: { score: 0, latency: 3, fromRequest: 3 },
  }),
  found('errors + 3 points for who first comes after hour 12', 'late-users', {
    lasts: '36h',
    canary: { score: 0, errors: 0.03 },
  }),
  world('score down .10, judge abstains on bad answers of the canary', 'judge-abstains', [rarelyStrong]),
  world('score down .10, judge abstains on bad answers of both arms', 'judge-abstains', [rarelyStrong], {
    judge: { abstains: { share: 0.5, canary: 0.5 } },
  }),
  world('score down .05, and who gets a bad answer leaves', 'users-leave', [rarelyStrong], {
    ...byProof,
    canary: { score: -0.05 },
    reactions: { leave: 0.5 },
  }),
  world('score down .05, bad answers judged 8 h later', 'bad-judged-later', [rarelyStrong], {
    ...byProof,
    canary: { score: -0.05 },
  }),
]
