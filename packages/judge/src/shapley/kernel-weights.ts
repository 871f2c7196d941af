/**
 * The weight of one coalition of `size` players in the regression whose solution is the Shapley values:
 * (M − 1)/(C(M, k)·k·(M − k)) (Lundberg & Lee 2017, theorem 2). Infinite for the empty and the full coalition,
 * which that regression holds as equations.
 */
export function kernelShapWeight(players: number, size: number): number {
  let choose = 1;
  for (let i = 1; i <= size; i++) choose = (choose * (players - size + i)) / i;
  return (players - 1) / (choose * size * (players - size));
}
