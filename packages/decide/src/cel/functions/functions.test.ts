import { describe, expect, test } from 'vitest';
import { toClosure } from '../closure.ts';
import { compileProgram } from '../program.ts';
import { CelError, type CelValue } from '../value.ts';

function evaluate(source: string): CelValue | CelError {
  const program = compileProgram(source, { attributes: new Map() });
  return toClosure(program)({ attribute: () => undefined, inSegment: () => false });
}

describe('functions', () => {
  test.each([
    // Addresses of every form, and what a network of one family says of the other.
    'ipInCidr("10.1.2.3", "10.0.0.0/8")',
    '!ipInCidr("11.1.2.3", "10.0.0.0/8")',
    'ipInCidr("2001:db8::1", "2001:db8::/32")',
    '!ipInCidr("2001:db9::1", "2001:db8::/32")',
    'ipInCidr("::ffff:10.1.2.3", "10.0.0.0/8")',
    'ipInCidr("::ffff:0a01:0203", "10.0.0.0/8")',
    'ipInCidr("10.1.2.3", "::ffff:10.0.0.0/104")',
    '!ipInCidr("10.1.2.3", "::/0")',
    'ipInCidr("10.1.2.3", "0.0.0.0/0")',
    'ipInCidr(ip("10.1.2.3"), "10.1.2.3/32")',
    'string(ip("2001:0db8:0000:0000:0001:0000:0000:0001")) == "2001:db8::1:0:0:1"',
    'string(ip("0:0:0:0:0:0:0:0")) == "::" && string(ip("1::")) == "1::" && string(ip("::1")) == "::1"',
    'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")',
    '!isIP("1.2.3") && !isIP("1.2.3.256") && !isIP("01.2.3.4") && !isIP("1::2::3") && !isIP("12345::")',
    'isCIDR("10.0.0.0/8") && !isCIDR("10.0.0.0/33") && !isCIDR("10.0.0.0/08")',
    // Versions.
    'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.1").isLessThan(semver("1.0.0"))',
    'semver("1.2.3") == semver("1.2.3+build") && semver("2.0.0").compareTo(semver("1.0.0")) == 1',
    'semverCompare("1.2.3", "1.2.3") == 0 && semverCompare("1.2.3-alpha", "1.2.3") == -1',
    'semverMatches("1.4.0", "^1.2.3 || >=3.0.0") && !semverMatches("2.0.0", "^1.2.3 || >=3.0.0")',
    'isSemver("1.2.3-rc.1+b") && !isSemver("1.2")',
    'semver("1.2.3").major() == 1 && semver("1.2.3").minor() == 2 && semver("1.2.3").patch() == 3',
    // Texts count code points, not UTF-16 units.
    '"a😀b".charAt(1) == "😀" && "a😀b".indexOf("b") == 2 && "a😀b".substring(1, 2) == "😀" && size("a😀b") == 3',
    '"a😀".reverse() == "😀a" && "😀a".split("") == ["😀", "a"] && "ab".replace("", "-") == "-a-b-"',
    '"\\uffff" < "😀"',
    '"a,b,c".split(",", 2) == ["a", "b,c"] && "a,b".split(",", 0) == [] && "ababab".replace("ab", "x", 2) == "xxab"',
    '"hello mellow".lastIndexOf("ello", 6) == 1 && "hello mellow".lastIndexOf("") == 12',
    // Time.
    'timestamp("2026-03-29T01:30:00Z").getHours("Europe/Berlin") == 3 && timestamp("2026-03-29T00:59:59Z").getHours("Europe/Berlin") == 1',
    'timestamp("2026-01-01T00:00:00Z").getFullYear("-01:00") == 2025 && timestamp("2026-01-01T00:00:00Z").getHours("05:30") == 5',
    'timestamp("2024-12-31T00:00:00Z").getDayOfYear() == 365 && timestamp("1969-12-31T23:59:59Z").getSeconds() == 59',
    'string(timestamp("1969-12-31T23:59:59.5Z")) == "1969-12-31T23:59:59.5Z" && int(timestamp("1969-12-31T23:59:59.5Z")) == -1',
    'string(timestamp("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z"',
    'string(duration("-1.5s")) == "-1.5s" && duration("1h30m") == duration("90m") && duration("1h").getMinutes() == 60',
    // Numbers.
    '"%.0f %.0f %.1f".format([0.5, 1.5, 0.25]) == "0 2 0.2" && "%s".format([1e22]) == "10000000000000000000000"',
    'string(0.00001) == "1e-05" && string(1e21) == "1e+21" && string(0.0001) == "0.0001"',
    'math.round(0.49999999999999994) == 0.0 && math.round(-2.5) == -3.0 && math.bitShiftRight(-1, 1) == 9223372036854775807',
    '"%d %s %d".format([1.5, 1e-7, 1e21]) == "1.5 0.0000001 1000000000000000000000"',
    '[1, 2].first().value() == 1 && [1, 2].last().value() == 2 && !([].first().hasValue())',
    'base64.decode("AAEC") == b"\\x00\\x01\\x02" && base64.encode(b"\\xff\\xfe") == "//4="',
    // An alternative is only looked at when it is needed.
    'optional.of(1).orValue(1 / 0) == 1 && optional.of(1).or(optional.of(1 / 0)).value() == 1',
    'cel.bind(unused, 1 / 0, true)',
  ])('%s', (source) => {
    expect(evaluate(source)).toBe(true);
  });

  test.each([
    'timestamp("2026-02-30T00:00:00Z")',
    'timestamp("2026-01-01")',
    'timestamp("9999-12-31T23:59:59-01:00")',
    'timestamp("2026-01-01T00:00:00Z").getHours("Nowhere/Land")',
    'duration("1")',
    'duration("h")',
    'duration("")',
    'semverMatches("1.2", "*")',
    'ipInCidr("10.1.2.3.4", "10.0.0.0/8")',
    'cidr("10.0.0.0/8").containsIP("x")',
    'base64.decode("A")',
    'int("1.5")',
    'double("1e400")',
    'string(b"\\xc0\\x80")',
    '"abc".substring(2, 1)',
    '"abc".charAt(4)',
    '"abc".charAt(-1)',
    '[1, 2].join()',
    '"%d".format(["a"])',
    'math.greatest(["a"])',
    'optional.none().value()',
    '{"a": 1, "a": 2}',
    '{1.5: 1}',
    '1u - 2u',
    '-9223372036854775807 - 2',
  ])('%s is an error', (source) => {
    expect(evaluate(source)).toBeInstanceOf(CelError);
  });
});
