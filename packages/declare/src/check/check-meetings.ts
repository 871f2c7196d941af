import type { ReleaseSpec } from '@ombre/decide/model';
import type { Finding } from '../issue/finding.ts';
import { listNames } from '../issue/suggest.ts';
import type { Draft } from '../shape/draft.ts';
import type { Declarations } from './declarations.ts';
import { contradiction, type Formula } from './formula.ts';
import type { Language } from './language.ts';
import { reporter } from './world.ts';

/** Pairs of ladders that are compared; beyond, releases count as meeting. */
const COMPARED = 2_000;
/** Releases that are reported one by one; the last one tells of the others. */
const REPORTED = 20;
/** Names that are listed. */
const NAMED = 5;

/** Releases whose levels have the same conditions. */
interface Audience {
  /** One for each level; undefined: some level is for everybody. */
  readonly conditions: readonly string[] | undefined;
  readonly seen: { readonly draft: Draft; readonly flag: string }[];
}

/**
 * Releases that may treat the same units at once, where one of the two has not said in which layer it is, or that it is in none. Each pair is named
 * once, at the release that has not said; conditions that contradict each other keep releases apart.
 */
export function checkMeetings(declarations: Declarations, language: Language): readonly Finding[] {
  const released = [...declarations.all('Release')].flatMap((draft) => {
    const spec = declarations.get('Release', draft.name)?.spec;
    return spec === undefined ? [] : [{ draft, spec }];
  });
  if (released.every(({ spec }) => spec.layer !== undefined)) return [];
  // Those that have said come first, so that each of the others is compared with all of them.
  const inOrder = [
    ...released.filter(({ spec }) => spec.layer !== undefined),
    ...released.filter(({ spec }) => spec.layer === undefined),
  ];
  const audiences = new Map<string, Audience>();
  const meets = meetingTest(language);
  const findings: Finding[] = [];
  let untold = 0;
  for (const { draft, spec } of inOrder) {
    const own = audienceOf(spec, audiences);
    if (spec.layer === undefined) {
      const may = (other: Audience) => other.seen.length > 0 && meets(own, other);
      if (findings.length < REPORTED)
        reportMeeting(draft, spec.flag, [...audiences.values()].filter(may), findings);
      else if ([...audiences.values()].some(may)) untold++;
    }
    own.seen.push({ draft, flag: spec.flag });
  }
  const last = findings.pop();
  if (last === undefined) return [];
  const hint = `${untold} more releases meet others in this way`;
  return [...findings, untold === 0 ? last : { ...last, hint }];
}

function audienceOf({ ladder }: ReleaseSpec, audiences: Map<string, Audience>): Audience {
  const open = ladder.some(({ when }) => when === undefined);
  const conditions = open ? undefined : [...new Set(ladder.map(({ when }) => when ?? ''))].sort();
  const key = JSON.stringify(conditions ?? null);
  const audience = audiences.get(key) ?? { conditions, seen: [] };
  audiences.set(key, audience);
  return audience;
}

/** Whether some unit may be of both. Contradictions are looked for as long as that is cheap. */
function meetingTest(language: Language): (one: Audience, other: Audience) => boolean {
  const formulas = new Map<string, Formula>();
  const formula = (when: string) => {
    const known = formulas.get(when) ?? language.formula(when);
    formulas.set(when, known);
    return known;
  };
  const known = new Map<Audience, Map<Audience, boolean>>();
  let left = COMPARED;
  return (one, other) => {
    const { conditions } = other;
    if (one === other || one.conditions === undefined || conditions === undefined || left <= 0) return true;
    const answers = known.get(one) ?? new Map<Audience, boolean>();
    known.set(one, answers);
    let meets = answers.get(other);
    if (meets === undefined) {
      meets = one.conditions.some((a) =>
        conditions.some(
          (b) => left-- <= 0 || contradiction({ kind: 'and', parts: [formula(a), formula(b)] }) === undefined,
        ),
      );
      answers.set(other, meets);
    }
    return meets;
  };
}

function reportMeeting(draft: Draft, flag: string, met: readonly Audience[], findings: Finding[]): void {
  // Two releases of one flag are an issue of their own.
  const others = met.flatMap(({ seen }) => seen).filter((other) => other.flag !== flag);
  if (others.length === 0) return;
  const names = others.map((other) => JSON.stringify(other.draft.name));
  const words = { release: JSON.stringify(draft.name), others: listNames(names, NAMED) };
  const also = others.slice(0, NAMED).map((other) => ({
    resource: other.draft.id,
    path: ['spec', 'flag'],
    message: `release ${other.draft.name}`,
  }));
  reporter(draft, findings)('RELEASES_MEET', ['spec', 'flag'], words, { also });
}
