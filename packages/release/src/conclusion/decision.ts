/**
 * What to do. `veto`: the data cannot be trusted; `wait`: too few units or days, or a guardrail still open; `harm`: take back;
 * `release`; `dont-adopt`: sure but too small; `equivalent`: surely no difference that matters; `anomaly`: large but not
 * sure, alert; `underpowered`: could not have seen the threshold; `go-on`: neither sure nor large.
 */
export type Decision =
  | 'veto'
  | 'wait'
  | 'harm'
  | 'release'
  | 'dont-adopt'
  | 'equivalent'
  | 'anomaly'
  | 'underpowered'
  | 'go-on';
