import { MILLION, type Placement, type ReleaseSpec, shareInMillionths } from '@ombre/decide/model';
import { total } from '../guards/rates.ts';
import { type Counts, emptyCounts, plus } from './history.ts';
import type { Tally } from './tally.ts';

/** What the units of each arm did before anybody was treated; control weighted to treatment's mix of levels. */
export type Ahead = { readonly treatment: Counts; readonly control: Counts };

/**
 * The past of both arms of a step: bands below the share are treatment's, those from there up to twice the share control's, for each
 * level under which units were counted. A band that lies in no arm wholly counts nowhere. Undefined without a past on both sides, and
 * where slices were taken back, since arms then are other users for some.
 */
export function aheadOf(
  { ladder }: Pick<ReleaseSpec, 'ladder'>,
  placement: Placement,
  { ahead, limits }: Pick<Tally, 'ahead' | 'limits'>,
): Ahead | undefined {
  if (ahead === undefined || (placement.except ?? []).length > 0) return undefined;
  const none = emptyCounts(limits.length);
  let [treatment, control] = [none, none];
  for (const [index, { name }] of ladder.slice(0, placement.reached).entries()) {
    const share = shareNow(ladder, placement, index);
    if (share === 0 || share === MILLION) continue;
    const within = (from: number, to: number): Counts =>
      ahead
        .filter((band) => band.level === name && band.from >= from && band.below <= to)
        .reduce<Counts>((all, { counts }) => plus(all, counts, 1), none);
    const [treated, compared] = [within(0, share), within(share, Math.min(2 * share, MILLION))];
    const [requests, others] = [total(treated.ended), total(compared.ended)];
    if (requests === 0 || others === 0) continue;
    treatment = plus(treatment, treated, 1);
    control = plus(control, compared, requests / others);
  }
  return treatment === none ? undefined : { treatment, control };
}

/** The share, in millionths, that decides for units which the level at `index` was the first to hold for. */
function shareNow(ladder: ReleaseSpec['ladder'], { reached, shares }: Placement, index: number): number {
  const { when } = ladder[index] ?? {};
  const deciding = ladder
    .slice(index, reached)
    .map((level, k) =>
      k === 0 || level.when === undefined || level.when === when ? (shares[index + k] ?? 0) : 0,
    );
  return shareInMillionths(Math.max(...deciding));
}
