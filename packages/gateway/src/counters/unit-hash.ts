import { murmur3 } from '@ombre/decide';

/** What a unit is counted by: its value modulo 64 is the sub-bucket, the bits above estimate how many units there are. Unsigned, 32 bits. */
export function unitHash(unit: string): number {
  return murmur3(`sub:${unit}`) >>> 0;
}
